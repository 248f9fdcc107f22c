"""The line in which a filter or a search is typed, and what may be typed next above it."""

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Input, Static

from tui.app.lines import Row, Span, fit
from tui.app.widgets.lines import Lines
from tui.domain.filtering import Completion

Completer = Callable[[str, int], Sequence[Completion]]
"""Gives the candidates for a line with the cursor at a place; quick, since it is asked after each key."""


class PromptInput(Input):
    """An input that takes no control bytes, pasted ones neither, and gives up on esc."""

    BINDINGS = [Binding("escape", "give_up", show=False)]  # noqa: RUF012

    class GivenUp(Message):
        """Esc was pressed."""

    def __init__(self) -> None:
        super().__init__(restrict=r"[^\x00-\x1f\x7f-\x9f]*", select_on_focus=False)
        # A blinking cursor would write twice a second for as long as a prompt is open.
        self.cursor_blink = False

    def action_give_up(self) -> None:
        """Leave the prompt."""
        self.post_message(self.GivenUp())


class Candidates(Lines):
    """What may be typed next; without any it is not there, and takes no key."""

    def __init__(self) -> None:
        super().__init__(id="candidates")
        self.can_focus = False
        self.entries: tuple[Completion, ...] = ()
        self.chosen = -1
        """The one that is in the prompt; -1 while none is."""

    def offer(self, entries: Sequence[Completion]) -> None:
        """Show some, none of them chosen."""
        self.entries, self.chosen = tuple(entries), -1
        self.display = bool(entries)
        self._draw()

    def choose(self, steps: int) -> Completion:
        """Choose one further down or up, around the end."""
        here = self.chosen if self.chosen >= 0 else (-1 if steps > 0 else 0)
        self.chosen = (here + steps) % len(self.entries)
        self._draw()
        return self.entries[self.chosen]

    def _draw(self) -> None:
        text = max((cell_len(entry.label) for entry in self.entries), default=0)
        words = max((cell_len(entry.note) for entry in self.entries), default=0)
        room = max(8, self.screen.size.width - 6)
        text = min(text, room)
        words = min(words, max(0, room - text - 2))
        self.styles.width = text + words + 6
        self.show(
            [
                Row(
                    (
                        Span(fit(entry.label, text), "accent" if place == self.chosen else "value"),
                        Span("  "),
                        Span(fit(entry.note, words), "dim"),
                    ),
                    f"{place}",
                )
                for place, entry in enumerate(self.entries)
            ]
        )
        self.move_to(f"{max(0, self.chosen)}")

    def on_click(self, event: events.Click) -> None:
        """Choose with the mouse."""
        event.prevent_default()
        key = self.click(event)
        if key:
            self.chosen = int(key)
            self._draw()
            self.tell_opened()


class Prompt(Horizontal):
    """A label, an input, and a hint of what is wrong while typing."""

    class Typed(Message):
        """The text changed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

        def can_replace(self, message: Message) -> bool:
            """Who types faster than is filtered wants the last text only."""
            return isinstance(message, Prompt.Typed)

    class Closed(Message):
        """The prompt was left: by enter, or by esc, which drops the text."""

        def __init__(self, text: str, accepted: bool) -> None:
            super().__init__()
            self.text = text
            self.accepted = accepted

    input = query_one(PromptInput)
    label = query_one("#prompt-label", Static)
    hint = query_one("#prompt-hint", Static)

    def __init__(self) -> None:
        super().__init__()
        self.candidates = Candidates()
        """Above the line: whoever composes the prompt gives them a place."""
        self._completer: Completer | None = None

    def compose(self) -> ComposeResult:
        """Compose the line."""
        yield Static("", id="prompt-label", markup=False)
        yield PromptInput()
        yield Static("", id="prompt-hint", markup=False)

    def ask(self, label: str, text: str, completer: Completer | None = None) -> None:
        """Open with a text to go on from."""
        self.label.update(Content(f" {label} "))
        self.warn("")
        self._completer = completer
        self.display = True
        self.input.value = text
        self.input.cursor_position = len(text)
        # At once, not in turn: who types `/be` fast means all of it for the prompt.
        self.screen.set_focus(self.input)

    def warn(self, hint: str) -> None:
        """Say what is wrong with the text, or nothing."""
        self.hint.update(Content(hint))

    def on_key(self, event: events.Key) -> None:
        """Choose among the candidates, while there are any."""
        if not self.candidates.display or event.key not in ("tab", "down", "shift+tab", "up"):
            return
        event.stop()
        event.prevent_default()
        self._take(self.candidates.choose(1 if event.key in ("tab", "down") else -1))

    def take_chosen(self) -> None:
        """Put the chosen candidate into the line."""
        self._take(self.candidates.entries[self.candidates.chosen])

    def on_input_changed(self, message: Input.Changed) -> None:
        """Pass on what was typed."""
        message.stop()
        if self.display:
            self.post_message(self.Typed(message.value))
            # What passes the filter is painted first.
            self.call_after_refresh(self._suggest, message.value)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Accept."""
        message.stop()
        self._close(message.value, accepted=True)

    def on_prompt_input_given_up(self, message: PromptInput.GivenUp) -> None:
        """Drop."""
        message.stop()
        self._close("", accepted=False)

    def _close(self, text: str, *, accepted: bool) -> None:
        self.display = False
        self.candidates.offer(())
        self.post_message(self.Closed(text, accepted))

    def _take(self, candidate: Completion) -> None:
        self.input.value = candidate.text
        self.input.cursor_position = candidate.cursor

    def _suggest(self, text: str) -> None:
        chosen = self.candidates.chosen
        if not self.display or self._completer is None or text != self.input.value:
            return
        if chosen >= 0 and self.candidates.entries[chosen].text == text:
            # The line is a candidate that was just chosen: the others stay to choose from.
            return
        self.candidates.offer(self._completer(text, self.input.cursor_position))
