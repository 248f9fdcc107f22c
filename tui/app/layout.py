"""Which panes are on the screen: a pure function of its size and of what the user looks at."""

from dataclasses import dataclass
from typing import Final

WIDE_CELLS: Final = 120
"""From here on everything is visible at once."""
WIDE_LINES: Final = 26
SPLIT_LINES: Final = 17
"""Below, there is room for one pane only."""

ROOMS: Final = ("config", "data", "everything")
"""Panes that only an opened job has, each alone."""
DASHBOARD: Final = ("timeline", "resources", "rules", "metrics", "logs")
PANES: Final = ("jobs", *DASHBOARD, *ROOMS)
"""In the order of their numbers, from 1."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What is visible."""

    panes: frozenset[str]
    overview: bool
    tabs: bool
    narrow: bool
    """Stacked instead of side by side."""

    @property
    def alone(self) -> str:
        """The one pane that has the screen to itself, or the empty string."""
        return next(iter(self.panes)) if len(self.panes) == 1 else ""


def arrange(width: int, height: int, *, opened: bool, zoomed: bool, current: str, beside: str) -> Arrangement:
    """Return what to show: `current` is the pane with the keys, `beside` the one last shown with the list."""
    wide = width >= WIDE_CELLS and height >= WIDE_LINES
    if zoomed:
        return Arrangement(frozenset({current}), False, not wide, not wide)
    if opened:
        pane = current if current != "jobs" else beside
        shown = frozenset(DASHBOARD) if wide and pane not in ROOMS else frozenset({pane})
        return Arrangement(shown, True, True, not wide)
    if wide:
        return Arrangement(frozenset({"jobs", *DASHBOARD}), True, False, False)
    if height < SPLIT_LINES:
        return Arrangement(frozenset({current}), current != "jobs", False, True)
    return Arrangement(frozenset({"jobs", beside}), True, True, True)


def neighbour(arrangement: Arrangement, current: str, steps: int, opened: bool) -> str:
    """Return the pane that tab leads to: among the visible ones, or among all where one is shown at a time."""
    order = [pane for pane in PANES if pane in arrangement.panes]
    if arrangement.narrow or len(order) < 2:
        order = [pane for pane in PANES if (pane != "jobs" if opened else pane not in ROOMS)]
    if current not in order:
        return order[0]
    return order[(order.index(current) + steps) % len(order)]
