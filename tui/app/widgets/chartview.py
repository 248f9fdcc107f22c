"""The charts of a job as one view: which panels there are, in what order, which is chosen, the lines of a page."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from tui.app.curves import Group, groups_of
from tui.app.lines import BLANK, Row
from tui.app.widgets import charts
from tui.app.widgets.charts import SMOOTHINGS, Drawing, Manner, Panel, Range
from tui.app.widgets.plotting import Glyphs
from tui.domain.series import Series, Source

_GAP = 2
_KEPT = 200
"""Drawings."""


class Charts:
    """What the user chose of the charts, and the drawings that are still good."""

    def __init__(self) -> None:
        self.manner = Manner()
        self.pins: tuple[str, ...] = ()
        """Keys of groups, in the order in which they were pinned."""
        self.pattern: re.Pattern[str] | None = None
        self.crosshair: float | None = None
        self.drawn = 0
        """How many charts were drawn, for tests and benchmarks."""
        self.groups: tuple[Group, ...] = ()
        self._series: tuple[Series, ...] = ()
        self._chosen = ""
        self._beyond = False
        self._drawings: dict[str, tuple[Panel, Drawing]] = {}
        self._shape = (1, 1)
        self._columns = 60
        self._found = False

    def take(self, series: tuple[Series, ...]) -> None:
        """Take other curves in; equal ones change nothing."""
        if series is not self._series:
            self._series = series
            self.groups = groups_of(series)

    def forget(self) -> None:
        """Turn to another job: order, pins and filter stay."""
        self.crosshair = None
        self._drawings.clear()
        self._beyond = False

    @property
    def stamp(self) -> tuple[object, ...]:
        """Return what a page depends on beside the curves and its size."""
        return (self.manner, self.pins, self.pattern, self.crosshair, self._chosen, self._beyond)

    @property
    def panels(self) -> list[Group]:
        """The metrics that are shown: pinned ones first, whatever the filter; then those that pass it."""
        worth = [group for group in self.groups if group.curves[0].source is not Source.FINAL]
        pinned = [group for key in self.pins for group in worth if group.key == key]
        rest = [group for group in worth if group.key not in self.pins]
        if self.pattern:
            rest = [group for group in rest if self.pattern.search(group.name)]
        return pinned + rest

    @property
    def beyond(self) -> bool:
        """Whether the page after the charts is shown, the values; so it is where there is nothing to draw."""
        return self._beyond or not any(group.curves[0].source is not Source.FINAL for group in self.groups)

    @beyond.setter
    def beyond(self, beyond: bool) -> None:
        self._beyond = beyond

    @property
    def at(self) -> int:
        """The place of the chosen panel."""
        return next((place for place, group in enumerate(self.panels) if group.key == self._chosen), 0)

    @property
    def chosen(self) -> Group | None:
        """The panel that the cursor is on."""
        panels = self.panels
        return panels[self.at] if panels else None

    @property
    def page_size(self) -> int:
        """Panels that a page has place for beside the pinned ones."""
        capacity = self._shape[0] * self._shape[1]
        return max(1, capacity - self._held(capacity))

    def page(self) -> list[Group]:
        """Return the panels of the page with the cursor; pinned ones are on every page that has place for others."""
        panels = self.panels
        capacity = self._shape[0] * self._shape[1]
        held = self._held(capacity)
        first = max(0, self.at - held) // self.page_size * self.page_size
        return panels[:held] + panels[held:][first : first + self.page_size]

    def pages(self) -> tuple[int, int]:
        """Return the number of the page, from 1, and how many there are."""
        capacity = self._shape[0] * self._shape[1]
        held = self._held(capacity)
        rest = max(0, len(self.panels) - held)
        return max(0, self.at - held) // self.page_size + 1, max(1, math.ceil(rest / self.page_size))

    def _held(self, capacity: int) -> int:
        pinned = sum(group.key in self.pins for group in self.groups)
        return pinned if pinned < capacity < len(self.panels) else 0

    # What the keys do

    def move(self, steps: int) -> None:
        """Choose another panel; behind the last one is the page of values."""
        panels = self.panels
        there = self.at + steps
        if there >= len(panels) and (steps == 1 or self.at == len(panels) - 1):
            self._beyond = True
        elif panels:
            self._chosen = panels[max(0, min(len(panels) - 1, there))].key

    def pin(self) -> str:
        """Pin the chosen panel, or let it go; return its name."""
        group = self.chosen
        if group is None:
            return ""
        self._chosen = group.key
        if group.key in self.pins:
            self.pins = tuple(key for key in self.pins if key != group.key)
        else:
            self.pins = (*self.pins, group.key)
        return group.name

    def step(self, steps: int) -> None:
        """Move the crosshair by columns."""
        self.crosshair = charts.stepped(self.crosshair, self.domain, steps, self._columns)

    def search(self, pattern: re.Pattern[str] | None) -> int:
        """Show only the metrics that a pattern finds; without one all, and no crosshair. Return how many panels."""
        self.pattern = pattern
        self._found = pattern is not None
        if pattern is None:
            self.crosshair = None
        else:
            self._chosen = next((group.key for group in self.panels if pattern.search(group.name)), self._chosen)
        return len(self.panels)

    def next_match(self, steps: int) -> bool:
        """Go to another panel that passes the filter; the first one was gone to while it was typed."""
        panels = self.panels
        if panels and not self._found:
            self._chosen = panels[(self.at + steps) % len(panels)].key
        self._found = False
        return bool(panels)

    def smoother(self) -> float:
        """Take the next smoothing, and return it."""
        place = SMOOTHINGS.index(self.manner.smoothing) + 1
        self.manner = replace(self.manner, smoothing=SMOOTHINGS[place % len(SMOOTHINGS)])
        return self.manner.smoothing

    def toggle_log(self) -> bool:
        """Take the other scale of y, and return whether it is the logarithmic one."""
        self.manner = replace(self.manner, log_y=not self.manner.log_y)
        return self.manner.log_y

    def toggle_axis(self) -> bool:
        """Take the other axis of x, and return whether it is the step."""
        self.manner = replace(self.manner, by_step=not self.manner.by_step)
        self.crosshair = None
        return self.manner.by_step

    def draw_with(self, glyphs: Glyphs) -> None:
        """Draw with what the terminal has."""
        if glyphs is not self.manner.glyphs:
            self.manner = replace(self.manner, glyphs=glyphs)

    # What is shown

    @property
    def domain(self) -> Range:
        """The range of x that the charts have in common."""
        return charts.domain_of(self.panels, self.manner.by_step)

    def rows(self, width: int, height: int) -> list[Row]:
        """Return the lines of a page, exactly as many as it has; only what changed is drawn again."""
        panels = self.panels
        if not panels or width < 1 or height < 1:
            return [BLANK] * max(0, height)
        self._shape = charts.grid(len(panels), width, height)
        shown = self.page()
        # A last page that is not full keeps the size of the others.
        columns, lines = self._shape
        cells = (width - _GAP * (columns - 1)) // columns
        domain = self.domain
        chosen = self.chosen
        rows: list[Row] = []
        for line in range(math.ceil(len(shown) / columns)):
            left = height - len(rows)
            tall = left // (lines - line)
            # The blank line between rows of panels comes with the size; below the last it would be wasted.
            inner = tall - 1 if line < lines - 1 and tall > 9 else tall
            blocks = []
            for group in shown[line * columns : (line + 1) * columns]:
                panel = charts.panel_of(group, self.manner, domain, cells, inner)
                drawing = self._drawing(group.key, panel)
                self._columns = max(2, len(drawing.canvas[0]) if drawing.canvas else 2)
                blocks.append(
                    charts.rows_of(
                        panel,
                        drawing,
                        self.crosshair,
                        selected=group is chosen,
                        pinned=group.key in self.pins,
                    )
                )
            rows += [Row(spans) for spans in charts.beside(blocks, _GAP)]
            rows += [BLANK] * (tall - inner)
        return (rows + [BLANK] * height)[:height]

    def _drawing(self, key: str, panel: Panel) -> Drawing:
        kept = self._drawings.pop(key, None)
        if kept is None or kept[0] != panel:
            kept = panel, charts.draw(panel)
            self.drawn += 1
        self._drawings[key] = kept
        while len(self._drawings) > _KEPT:
            del self._drawings[next(iter(self._drawings))]
        return kept[1]


def words(view: Charts) -> Sequence[str]:
    """Return how the charts are drawn, for a title."""
    manner = view.manner
    page, pages = view.pages()
    told = ["by step" if manner.by_step else "by time"]
    told += ["log"] if manner.log_y else []
    told += [f"smoothing {manner.smoothing:g}"] if manner.smoothing else []
    told += [f"/{view.pattern.pattern}"] if view.pattern else []
    told += [f"page {page} of {pages}"] if pages > 1 else []
    return told
