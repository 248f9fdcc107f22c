"""The columns of the list: which, and in which order. The list shows each change at once."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen

from tui.app.ascii import ASCII, to_ascii
from tui.app.columns import COLUMNS, DEFAULT
from tui.app.lines import Row, Span, fit
from tui.app.widgets.lines import LINE_STYLES, Lines


class ColumnsScreen(ModalScreen[tuple[str, ...] | None]):
    """All columns, those that are shown first and in their order; none but the name may be left."""

    COMPONENT_CLASSES: ClassVar[set[str]] = LINE_STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "cancel"),
        Binding("enter", "keep", "keep"),
        Binding("space,x", "show", "show or hide"),
        Binding("j,down", "move(1)", "down"),
        Binding("k,up", "move(-1)", "up"),
        Binding("J,shift+down,greater_than_sign,right", "carry(1)", "further right"),
        Binding("K,shift+up,less_than_sign,left", "carry(-1)", "further left"),
        Binding("d", "usual", "the usual ones"),
    ]

    def __init__(self, shown: tuple[str, ...], preview: Callable[[tuple[str, ...]], None]) -> None:
        super().__init__()
        self._order = [*shown, *(column for column in COLUMNS if column not in shown)]
        self._shown = set(shown)
        self._preview = preview

    def compose(self) -> ComposeResult:
        """Compose the list of columns."""
        yield Lines(id="columns")

    def on_mount(self) -> None:
        """Fill it."""
        body = self.query_one("#columns", Lines)
        body.border_title = Content("Columns")
        keys = "space shows · ← → moves · d usual · enter keeps · esc cancels"
        body.border_subtitle = Content(to_ascii(keys) if self.app.has_class(ASCII) else keys)
        self._draw()
        body.focus()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are chosen, from left to right."""
        return tuple(column for column in self._order if column in self._shown)

    @on(Lines.Opened)
    def _toggle_clicked(self) -> None:
        self.action_show()

    def action_keep(self) -> None:
        """Leave with what is chosen."""
        self.dismiss(self.columns or None)

    def action_move(self, steps: int) -> None:
        """Move the cursor."""
        self.query_one(Lines).move_by(steps)

    def action_show(self) -> None:
        """Show the column under the cursor, or hide it."""
        self._shown ^= {self.query_one(Lines).cursor_key} & COLUMNS.keys()
        self._changed()

    def action_carry(self, steps: int) -> None:
        """Move the column under the cursor among the others."""
        column = self.query_one(Lines).cursor_key
        if column in self._order:
            here = self._order.index(column)
            self._order.remove(column)
            self._order.insert(max(0, min(len(self._order), here + steps)), column)
            self._changed()

    def action_usual(self) -> None:
        """Go back to the columns that are shown unless one chooses."""
        self._order = [*DEFAULT, *(column for column in COLUMNS if column not in DEFAULT)]
        self._shown = set(DEFAULT)
        self._changed()

    def _changed(self) -> None:
        self._draw()
        self._preview(self.columns)

    def _draw(self) -> None:
        titles = max(len(column.title) for column in COLUMNS.values())
        self.query_one(Lines).show(
            [Row((Span("[x] ", "dim"), Span(fit("NAME", titles), "dim"), Span("  always first", "dim")))]
            + [
                Row(
                    (
                        Span("[x] " if column in self._shown else "[ ] ", "accent"),
                        Span(fit(COLUMNS[column].title, titles), "value" if column in self._shown else "dim"),
                        Span(f"  {COLUMNS[column].words}", "dim"),
                    ),
                    column,
                )
                for column in self._order
            ]
        )
