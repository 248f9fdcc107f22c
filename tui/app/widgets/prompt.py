"""The line in which a filter or a search is typed."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Input, Static


class PromptInput(Input):
    """An input that takes no control bytes, pasted ones neither, and gives up on esc."""

    BINDINGS = [Binding("escape", "give_up", show=False)]  # noqa: RUF012

    class GivenUp(Message):
        """Esc was pressed."""

    def __init__(self) -> None:
        super().__init__(restrict=r"[^\x00-\x1f\x7f-\x9f]*", select_on_focus=False)

    def action_give_up(self) -> None:
        """Leave the prompt."""
        self.post_message(self.GivenUp())


class Prompt(Horizontal):
    """A label, an input, and a hint of what is wrong while typing."""

    class Typed(Message):
        """The text changed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Closed(Message):
        """The prompt was left: by enter, or by esc, which drops the text."""

        def __init__(self, text: str, accepted: bool) -> None:
            super().__init__()
            self.text = text
            self.accepted = accepted

    input = query_one(PromptInput)
    label = query_one("#prompt-label", Static)
    hint = query_one("#prompt-hint", Static)

    def compose(self) -> ComposeResult:
        """Compose the line."""
        yield Static("", id="prompt-label", markup=False)
        yield PromptInput()
        yield Static("", id="prompt-hint", markup=False)

    def ask(self, label: str, text: str) -> None:
        """Open with a text to go on from."""
        self.label.update(Content(f" {label} "))
        self.warn("")
        self.display = True
        self.input.value = text
        self.input.cursor_position = len(text)
        # At once, not in turn: who types `/be` fast means all of it for the prompt.
        self.screen.set_focus(self.input)

    def warn(self, hint: str) -> None:
        """Say what is wrong with the text, or nothing."""
        self.hint.update(Content(hint))

    def on_input_changed(self, message: Input.Changed) -> None:
        """Pass on what was typed."""
        message.stop()
        if self.display:
            self.post_message(self.Typed(message.value))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Accept."""
        message.stop()
        self.display = False
        self.post_message(self.Closed(message.value, accepted=True))

    def on_prompt_input_given_up(self, message: PromptInput.GivenUp) -> None:
        """Drop."""
        message.stop()
        self.display = False
        self.post_message(self.Closed("", accepted=False))
