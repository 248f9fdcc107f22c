"""2 Timeline: every secondary status as a bar on a common time axis."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len

from tui.app.lines import BLANK, Row, Span, fit, row, wrap
from tui.app.panes.members import member_rows
from tui.app.panes.waiting import waiting_rows
from tui.app.view import COARSE_SECONDS, JobView, finely
from tui.app.widgets.pane import Pane
from tui.domain.catalogue import Room
from tui.domain.status import Tone, look
from tui.domain.timeline import Axis, Phase, axis, phase_seconds, phases
from tui.domain.units import clock, duration

_DURATION_CELLS = 7
_WIDE = 64
"""From this width on messages stand beside the bars."""


def timeline_rows(view: JobView, width: int) -> list[Row]:
    """Return a row for each phase, then the axis."""
    if view.snapshot is None:
        return waiting_rows(view, width)
    shown = phases(view.snapshot, view.now)
    span = axis(shown, view.now)
    if not shown or span is None:
        return [row((line, "dim")) for line in wrap("The service gave no transitions for this job.", width)]
    names = [_name(phase) for phase in shown]
    name_cells = min(max(cell_len(name) for name in names), max(8, width // 4))
    message_cells = _message_cells(shown, width)
    bar_cells = max(4, width - 2 - name_cells - 2 - 1 - _DURATION_CELLS - (message_cells + 2 if message_cells else 0))
    found = []
    for index, (phase, name) in enumerate(zip(shown, names, strict=True)):
        source = f"SecondaryStatusTransitions[{index}]"
        tone = _tone(phase)
        message = view.prose(phase.message) or ("in progress" if phase.running else "")
        found.append(
            row(
                (_glyph(phase, view) + " ", tone),
                (fit(name, name_cells), view.style(source, "strong" if phase.running else "value")),
                "  ",
                (_bar(phase, span, bar_cells, view.ascii), tone),
                " ",
                (fit(duration(phase.seconds), _DURATION_CELLS, right=True), "strong" if phase.running else "value"),
                ("  " + fit(message, message_cells), "dim") if message_cells else "",
                key=source,
                source=source,
            )
        )
    found.append(_scale(span, any(phase.running for phase in shown), 2 + name_cells + 2, bar_cells, view))
    return found


def _tone(phase: Phase) -> str:
    """What is behind us went well unless its status says otherwise; colours are for what still matters."""
    tone = look(phase.status).tone
    if phase.running:
        return (Tone.WAITING if tone is Tone.WAITING else Tone.RUNNING).value
    return Tone.GOOD.value if tone is Tone.RUNNING else tone.value


def _glyph(phase: Phase, view: JobView) -> str:
    """Mark what runs and what is out of the ordinary; a phase that is simply over needs none."""
    over = not phase.running and look(phase.status).tone in (Tone.RUNNING, Tone.WAITING)
    return " " if over and phase.status not in ("Restarting", "Stopping") else view.glyph(phase.status)


def _name(phase: Phase) -> str:
    again = phase.attempt > 1 and phase.status in ("Starting", "Restarting")
    return f"{phase.status} #{phase.attempt}" if again else phase.status


def _message_cells(shown: Sequence[Phase], width: int) -> int:
    if width < _WIDE:
        return 0
    longest = max(cell_len(phase.message or "in progress") for phase in shown)
    return min(longest, width * 2 // 5)


def _bar(phase: Phase, span: Axis, cells: int, ascii_only: bool) -> str:
    first, length = span.span(phase, cells * 2)
    last = first + length
    if ascii_only:
        start = first // 2
        drawn = "=" * max(1, (last + 1) // 2 - start)
        return (" " * start + drawn).ljust(cells)[:cells]
    halves = [first <= half < last for half in range(cells * 2)]
    glyphs = {(True, True): "━", (True, False): "╸", (False, True): "╺", (False, False): " "}
    return "".join(glyphs[halves[cell], halves[cell + 1]] for cell in range(0, cells * 2, 2))


def _scale(span: Axis, running: bool, indent: int, cells: int, view: JobView) -> Row:
    start = clock(span.start, view.now)
    end = "now" if running else clock(span.end, view.now)
    if cells < len(start) + len(end) + 1:
        return BLANK
    middle = clock(span.start + (span.end - span.start) / 2, view.now)
    line = list(start + " " * (cells - len(start) - len(end)) + end)
    place = (cells - len(middle)) // 2
    if place > len(start) + 1 and place + len(middle) < cells - len(end) - 1:
        line[place : place + len(middle)] = middle
    return row(" " * indent, Span("".join(line), "dim"))


class TimelinePane(Pane):
    """SecondaryStatusTransitions, the newest in sight."""

    NUMBER: ClassVar[int] = 2
    NAME: ClassVar[str] = "Timeline"

    def tick_seconds(self, view: JobView) -> int:
        """Return a second while the phase that runs is told in seconds."""
        return finely(phase_seconds(view.snapshot, view.now)) if view.snapshot else COARSE_SECONDS

    def rows_of(self, view: JobView, width: int) -> Sequence[Row]:
        """Return the phases, and alone on the screen the members behind them."""
        found = timeline_rows(view, width)
        if self.detailed and view.snapshot:
            found += [BLANK, *member_rows(view, Room.TIMELINE, width)]
        return found

    def summary_of(self, view: JobView) -> str:
        """Return the job, its status and its attempt."""
        if view.snapshot is None:
            return view.name
        shown = phases(view.snapshot, view.now)
        attempt = f" · attempt {shown[-1].attempt}" if shown and shown[-1].attempt > 1 else ""
        return f"{view.name} · {view.snapshot.status}{attempt}"

    def __init__(self) -> None:
        super().__init__()
        self._read = ""
        """The job whose phases somebody moved through."""

    def move_by(self, steps: int) -> None:
        """Move through the phases; from then on they stay where they are."""
        self._read = self.view.name
        super().move_by(steps)

    def refresh_rows(self) -> None:
        """Show the view; a timeline longer than the pane shows its end, unless someone reads it."""
        super().refresh_rows()
        if self._read != self.view.name and not self.detailed:
            self.scroll_to(y=max(0, len(self.rows) - self.scrollable_content_region.height), animate=False)
