"""The copy menu."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.app.copying import Copy
from tui.app.lines import fit


class CopyScreen(ModalScreen[Copy | None]):
    """Asks what to copy; a digit, enter or a click chooses."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "close"),
        Binding("j", "move(1)", "down"),
        Binding("k", "move(-1)", "up"),
        *(Binding(str(n), f"choose({n - 1})", f"choose {n}") for n in range(1, 10)),
    ]

    def __init__(self, entries: Sequence[Copy]) -> None:
        super().__init__()
        self._entries = tuple(entries)

    def compose(self) -> ComposeResult:
        """Compose the menu."""
        cells = max(len(entry.label) for entry in self._entries)
        options = [
            Option(
                Content.assemble(
                    (f"{n:>2} ", "$text-accent"), fit(entry.label, cells) + "  ", (fit(entry.text, 46), "$text-muted")
                )
            )
            for n, entry in enumerate(self._entries, 1)
        ]
        menu = OptionList(*options, id="copy-menu", markup=False)
        menu.border_title = Content("Copy")
        menu.border_subtitle = Content("enter copies · esc closes")
        yield menu

    @on(OptionList.OptionSelected)
    def _choose(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(self._entries[message.option_index])

    def action_choose(self, index: int) -> None:
        """Choose by number."""
        if index < len(self._entries):
            self.dismiss(self._entries[index])

    def action_move(self, steps: int) -> None:
        """Move as in the lists."""
        menu = self.query_one(OptionList)
        if steps > 0:
            menu.action_cursor_down()
        else:
            menu.action_cursor_up()
