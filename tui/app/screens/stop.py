"""The two dialogs of a stop: the one that asks for it, and the one that shows what comes of it."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from tui.app.lines import BLANK, Row, Span, fit_middle, row, wrap
from tui.app.widgets.lines import LINE_STYLES, Lines
from tui.app.widgets.prompt import PromptInput
from tui.domain.jobs import JobSummary
from tui.domain.resources import short
from tui.domain.status import Tone, look
from tui.domain.stopping import Choice, Stage, Stop, can_stop, nothing_to_stop
from tui.domain.units import count, duration

_WHAT_HAPPENS: Final = (
    "SageMaker sends SIGTERM and waits up to 120 s for the container to save its state. "
    "What it leaves in /opt/ml/model is uploaded. Instances are billed until then. This cannot be undone."
)
_NAME_CELLS: Final = 40
_LOW: Final = 20
"""Lines of a screen that has none to spare for gaps."""
_STAGES: Final = {
    Stage.WAITING: ("·", Tone.NEUTRAL),
    Stage.SENT: ("◌", Tone.WAITING),
    Stage.FOLLOWED: ("■", Tone.WAITING),
    Stage.DOUBTFUL: ("?", Tone.WARNING),
    Stage.ENDED: ("✓", Tone.GOOD),
    Stage.REFUSED: ("✗", Tone.BAD),
    Stage.DROPPED: ("–", Tone.WARNING),
}


def choice_rows(choice: Choice, width: int) -> list[Row]:
    """Return which jobs are to be stopped, as they were when the key was pressed, and what that means."""
    rows: list[Row] = []
    if len(choice.jobs) > 1:
        hidden = f", {len(choice.hidden)} of them hidden by the filter" if choice.hidden else ""
        marked = f"{len(choice.stoppable)} of {len(choice.jobs)} marked jobs will stop{hidden}"
        rows += [row((line, "warning" if hidden else "value")) for line in wrap(marked, width)]
    cells = min(_NAME_CELLS, max((cell_len(job.name) for job in choice.jobs), default=0))
    for job in choice.jobs:
        facts = _facts(job, choice)
        name = row((fit_middle(job.name, cells), "strong"), *(Span(f"  {text}", style) for text, style in facts))
        if len(choice.jobs) > 1 and cell_len(name.plain) <= width and cell_len(job.name) <= cells:
            rows.append(name)
        else:
            rows += [row((line, "strong")) for line in wrap(job.name, width)]
            rows += _flow(facts, width, "  " if len(choice.jobs) > 1 else "")
    return [*rows, BLANK, *(row(line) for line in wrap(_WHAT_HAPPENS, width))]


def _facts(job: JobSummary, choice: Choice) -> list[Span]:
    """Return status, elapsed and instances of a job; of one that is over only that."""
    if not can_stop(job.status):
        return [Span(nothing_to_stop(job.status), "dim")]
    status = job.phase if len(choice.jobs) > 1 or job.phase == job.status else f"{job.status} · {job.phase}"
    on = short(job.instances) if job.instances else "instances not known"
    facts = [
        Span(status, look(job.phase).tone.value),
        Span(f"for {duration(job.elapsed_seconds(choice.at))}"),
        Span(on + (" spot" if job.spot else "")),
    ]
    return [*facts, Span("hidden by the filter", "warning")] if job.name in choice.hidden else facts


def _flow(facts: Sequence[Span], width: int, indent: str) -> list[Row]:
    """Return the facts beside each other, on as many rows as they need."""
    rows = [row(indent)]
    for text, style in facts:
        beside = Row((*rows[-1].spans, Span("  " if rows[-1].plain.strip() else ""), Span(text, style)))
        if cell_len(beside.plain) <= width:
            rows[-1] = beside
        else:
            first, *rest = wrap(text, width - len(indent))
            rows += [row(indent, (line, style)) for line in (first, *rest)]
    return [found for found in rows if found.plain.strip()]


def stop_rows(stops: Sequence[Stop], width: int) -> list[Row]:
    """Return what came of each request."""
    rows: list[Row] = []
    cells = min(_NAME_CELLS, max((cell_len(stop.name) for stop in stops), default=0))
    for stop in stops:
        glyph, tone = _STAGES[stop.stage]
        beside = width - cells - 4
        if beside >= _NAME_CELLS:
            first, *rest = wrap(stop.words, beside)
            rows.append(row((f"{glyph} ", tone), (fit_middle(stop.name, cells), "strong"), "  ", (first, tone)))
            rows += [row(" " * (cells + 4), (line, tone)) for line in rest]
        else:
            name, *rest = wrap(stop.name, width - 2)
            rows.append(row((f"{glyph} ", tone), (name, "strong")))
            rows += [row("  ", (line, "strong")) for line in rest]
            rows += [row("  ", (line, tone)) for line in wrap(stop.words, width - 2)]
    return rows


class _Dialog(ModalScreen[bool]):
    """Some rows that scroll, above whatever else."""

    COMPONENT_CLASSES: ClassVar[set[str]] = LINE_STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "close"),
        Binding("up", "scroll(-1)", "up"),
        Binding("down", "scroll(1)", "down"),
        Binding("pageup", "scroll(-10)", "page up"),
        Binding("pagedown", "scroll(10)", "page down"),
    ]

    box = query_one("#stop", Vertical)
    words = query_one("#stop-words", Lines)

    def words_of(self, width: int) -> list[Row]:
        """Return the rows in so many cells."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Nothing but the buttons and the input takes the keys."""
        self.words.can_focus = False

    def on_resize(self) -> None:
        """Wrap the rows anew."""
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Show the rows as they are now."""
        if not self.is_mounted:
            return
        self.set_class(self.size.height < _LOW, "-low")
        below = [child for child in self.box.children if child is not self.words]
        taken = sum(child.outer_size.height + child.styles.margin.height for child in below)
        # However many the jobs are, what is typed and the buttons stay on the glass.
        self.words.styles.max_height = max(1, self.size.height - taken - self.box.gutter.height)
        self.words.show(self.words_of(max(10, self.box.content_size.width - 1)))

    def action_scroll(self, steps: int) -> None:
        """Scroll the rows."""
        self.words.scroll_to(y=self.words.scroll_offset.y + steps, animate=False)

    def action_give_up(self) -> None:
        """Close it; nothing is stopped."""
        self.dismiss(False)


class StopScreen(_Dialog):
    """Asks whether to stop some jobs: only who types their name, or how many they are, can say yes."""

    AUTO_FOCUS = "#stop-cancel"

    input = query_one(PromptInput)
    yes = query_one("#stop-yes", Button)

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self._choice = choice

    def compose(self) -> ComposeResult:
        """Compose the question."""
        jobs = len(self._choice.stoppable)
        what = ("its name", "$foreground") if jobs == 1 else (self._choice.phrase, "bold $foreground")
        with Vertical(id="stop") as box:
            yield Lines(id="stop-words", cursor=False)
            yield Static(
                Content.assemble(f"To stop {'it' if jobs == 1 else 'them'}, type ", what, ":"), id="stop-question"
            )
            yield PromptInput()
            with Horizontal(id="stop-buttons"):
                yield Button("Cancel", id="stop-cancel", compact=True)
                yield Button(Content(f"Stop {count(jobs, 'job')}"), id="stop-yes", compact=True, disabled=True)
        box.border_title = Content("Stop training")
        box.border_subtitle = Content("tab to type · esc cancels")

    def words_of(self, width: int) -> list[Row]:
        """Return which jobs, and what stopping means."""
        return choice_rows(self._choice, width)

    @property
    def _typed(self) -> bool:
        return self.input.value == self._choice.phrase

    @on(Input.Changed)
    def _look_at_what_is_typed(self) -> None:
        self.yes.disabled = not self._typed
        self.box.border_subtitle = Content("enter, then enter stops · esc cancels" if self._typed else "esc cancels")

    @on(Input.Submitted)
    def _go_to_the_button(self) -> None:
        if self._typed:
            self.yes.focus()

    @on(PromptInput.GivenUp)
    def _give_up(self) -> None:
        self.dismiss(False)

    @on(Button.Pressed, "#stop-cancel")
    def _cancel(self) -> None:
        self.dismiss(False)

    @on(Button.Pressed, "#stop-yes")
    def _say_yes(self) -> None:
        # The button is out of reach without it; it is looked at here too.
        if self._typed:
            self.dismiss(True)


class StoppingScreen(_Dialog):
    """Shows what comes of the requests, until closed; the jobs are followed without it too."""

    AUTO_FOCUS = "#stop-close"

    def __init__(self, stops: Callable[[], list[Stop]], drop: Callable[[], None]) -> None:
        """`stops` tells how the requests are now, `drop` keeps those from being sent that still wait."""
        super().__init__()
        self._stops = stops
        self._drop = drop

    def compose(self) -> ComposeResult:
        """Compose the rows and a way out."""
        with Vertical(id="stop") as box:
            yield Lines(id="stop-words", cursor=False)
            with Horizontal(id="stop-buttons"):
                yield Button("Close", id="stop-close", compact=True)
        box.border_title = Content("Stop training")

    def draw(self) -> None:
        """Show the requests as they are now."""
        super().draw()
        if self.is_mounted:
            self.box.border_subtitle = Content("esc sends no more" if self._waiting else "esc closes")
            self.query_one("#stop-close", Button).label = "Send no more" if self._waiting else "Close"

    @property
    def _waiting(self) -> bool:
        return any(stop.stage is Stage.WAITING for stop in self._stops())

    def shows(self, name: str) -> bool:
        """Return whether the request about a job is among these."""
        return any(stop.name == name for stop in self._stops())

    def words_of(self, width: int) -> list[Row]:
        """Return what came of each request."""
        return stop_rows(self._stops(), width)

    def action_give_up(self) -> None:
        """Keep what still waits from being sent; when nothing does, close."""
        if self._waiting:
            self._drop()
            self.draw()
        else:
            self.dismiss(True)

    @on(Button.Pressed, "#stop-close")
    def _close(self) -> None:
        self.action_give_up()
