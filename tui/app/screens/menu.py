"""A short menu: what to copy, what to do with a job."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.app.lines import fit


class MenuScreen(ModalScreen[int | None]):
    """Asks for one of some entries and returns its place; a digit, enter or a click chooses."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "close"),
        Binding("j", "move(1)", "down"),
        Binding("k", "move(-1)", "up"),
        *(Binding(str(n), f"choose({n - 1})", f"choose {n}") for n in range(1, 10)),
    ]

    def __init__(self, title: str, verb: str, entries: Sequence[tuple[str, str]]) -> None:
        """`verb` is what enter does, `entries` are labels and what they are about."""
        super().__init__()
        self._heading = title
        self._verb = verb
        self._entries = tuple(entries)

    def compose(self) -> ComposeResult:
        """Compose the menu."""
        cells = max(len(label) for label, _ in self._entries)
        options = [
            Option(
                Content.assemble(
                    (f"{n:>2} ", "$text-accent"), fit(label, cells) + "  ", (fit(text, 46), "$text-muted")
                )
            )
            for n, (label, text) in enumerate(self._entries, 1)
        ]
        menu = OptionList(*options, id="menu", markup=False)
        menu.border_title = Content(self._heading)
        menu.border_subtitle = Content(f"enter {self._verb} · esc closes")
        yield menu

    @on(OptionList.OptionSelected)
    def _choose(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(message.option_index)

    def action_choose(self, index: int) -> None:
        """Choose by number."""
        if index < len(self._entries):
            self.dismiss(index)

    def action_move(self, steps: int) -> None:
        """Move as in the lists."""
        menu = self.query_one(OptionList)
        if steps > 0:
            menu.action_cursor_down()
        else:
            menu.action_cursor_up()
