"""9 Everything: every member of the response as a tree, with the service's own words on each; or as JSON."""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.reactive import var

from tui.app.lines import Row, row, wrap
from tui.app.panes.waiting import waiting_rows
from tui.app.view import NOTHING, JobView
from tui.app.widgets.lines import Lines
from tui.app.widgets.titles import pane_title
from tui.domain.units import count


def pattern_of(path: str) -> str:
    """Return the path with list positions and keys of maps left open, as the descriptions are keyed."""
    return re.sub(r"\[\d+\]", "[*]", path)


def words_on(path: str, documentation: Mapping[str, str]) -> str:
    """Return the service's description of the member at a path, or of the nearest one above it."""
    wanted = pattern_of(path)
    while wanted:
        if wanted in documentation:
            return documentation[wanted]
        cut = max(wanted.rfind("."), wanted.rfind("["))
        wanted = wanted[:cut] if cut > 0 else ""
    return ""


class EverythingPane(Vertical):
    """The tree or the JSON, and the description of what the cursor is on."""

    NUMBER: ClassVar[int] = 9
    NAME: ClassVar[str] = "Everything"

    view: var[JobView] = var(NOTHING, init=False)
    documentation: var[Mapping[str, str]] = var(dict[str, str], init=False)
    """The service's description of each member; empty until it is loaded."""
    as_json: var[bool] = var(False, init=False)
    folded: var[frozenset[str]] = var(frozenset[str](), init=False)

    body = query_one("#everything-body", Lines)
    words = query_one("#everything-words", Lines)

    def __init__(self) -> None:
        super().__init__(id="everything")
        self._title: str | None = None
        self._shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Compose the members above the description."""
        yield Lines(id="everything-body")
        words = Lines(id="everything-words", cursor=False)
        words.can_focus = False
        yield words

    def fold(self, path: str, folded: bool | None = None) -> None:
        """Fold or unfold what lies under a path; None toggles. On a leaf, the structure around it."""
        body = self.body
        if not path or self.as_json:
            return
        paths = {entry.key for entry in body.rows}
        if not any(other.startswith((f"{path}.", f"{path}[")) for other in paths) and path not in self.folded:
            cut = max(path.rfind("."), path.rfind("["))
            if folded is not True or cut <= 0:
                return
            path = path[:cut]
        fold = path not in self.folded if folded is None else folded
        self.folded = self.folded | {path} if fold else self.folded - {path}
        body.move_to(path)

    def search(self, pattern: re.Pattern[str] | None) -> int:
        """Mark what matches, unfolding everything first; return how many rows do."""
        if pattern:
            self.folded = frozenset()
        return self.body.search(pattern)

    def refresh_rows(self) -> None:
        """Show the view as it is now, if anybody sees it."""
        if not self.is_mounted or not self.display:
            return
        width = self.body.scrollable_content_region.width
        if width <= 0:
            return
        self.body.show(self._rows(width))
        self._describe()
        self._set_title()

    def _rows(self, width: int) -> Sequence[Row]:
        if self.view.snapshot is None:
            return waiting_rows(self.view, width)
        from tui.app.panes.tree import json_rows, tree_rows

        return json_rows(self.view, width) if self.as_json else tree_rows(self.view, self.folded, width)

    def _describe(self) -> None:
        width = self.words.scrollable_content_region.width
        path = self.body.cursor_key if not self.as_json else ""
        lines: list[Row] = []
        if path and width > 0:
            text = words_on(path, self.documentation)
            said = wrap(text, width) if text else ["The installed SDK has no description of this member."]
            lines = [row((path, "accent")), *(row((line, "dim")) for line in said)]
        self.words.show(lines)
        self.words.scroll_to(y=0, animate=False)

    def _set_title(self) -> None:
        unknown = len(self.view.snapshot.unknown) if self.view.snapshot else 0
        parts = ["JSON"] if self.as_json else []
        parts += [f"{count(unknown, 'member')} unknown to the SDK"] if unknown else []
        title = " · ".join(parts)
        if title != self._title:
            self._title = title
            self.border_title = pane_title(self, self.NUMBER, self.NAME, title)

    def watch_view(self) -> None:
        """Show the new view."""
        self.refresh_rows()

    def watch_documentation(self) -> None:
        """Show the description that has come."""
        self.refresh_rows()

    def watch_as_json(self) -> None:
        """Show the other form."""
        self.refresh_rows()

    def watch_folded(self) -> None:
        """Show what is unfolded."""
        self.refresh_rows()

    def on_lines_cursor_moved(self, message: Lines.CursorMoved) -> None:
        """Describe what the cursor is on."""
        message.stop()
        self._describe()

    def on_resize(self, _: events.Resize) -> None:
        """Fit the rows to the new width."""
        self.refresh_rows()

    def on_show(self, _: events.Show) -> None:
        """Show what was missed while nobody saw it."""
        self.refresh_rows()
