"""9 Everything: every member of the response as a tree, with the service's own words on each; or as JSON."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.reactive import var

from tui.app.lines import Row, Span, fit, row, wrap
from tui.app.panes.waiting import waiting_rows
from tui.app.view import NOTHING, JobView
from tui.app.widgets.lines import Lines
from tui.app.widgets.titles import pane_title
from tui.domain.leaves import Leaf, child_path, leaves
from tui.domain.report import job_json, shown_text
from tui.domain.text import one_line
from tui.domain.units import count

_INDENT: Final = 2
_TICK_SECONDS: Final = 60
_WIDE: Final = 60
_SHORTEST_VALUE: Final = 8


def tree_rows(view: JobView, folded: frozenset[str], width: int) -> list[Row]:
    """Return a row for every structure, list, map and leaf; those below a folded path are left out."""
    if view.snapshot is None:
        return waiting_rows(view, width)
    found = leaves(view.snapshot.raw, view.snapshot.unknown)
    by_path = {leaf.path: leaf for leaf in found}
    order = {name: place for place, name in reversed(list(enumerate(_top(leaf.path) for leaf in found)))}
    raw = view.snapshot.raw
    members = sorted((key for key in raw if key in order), key=lambda key: order[key])
    rows: list[Row] = []
    for key in members:
        rows.extend(_tree(raw[key], child_path("", key), key, 0, by_path, view, folded, width))
    return rows


def json_rows(view: JobView, width: int = 80) -> list[Row]:
    """Return the response as JSON, a row a line; secrets masked unless revealed."""
    if view.snapshot is None:
        return waiting_rows(view, width)
    text = json.dumps(
        job_json(view.snapshot, view.now, reveal=view.revealed)["description"], indent=2, ensure_ascii=False
    )
    return [Row(tuple(_json_spans(line)), f"line{index}") for index, line in enumerate(text.split("\n"))]


_JSON_LINE: Final = re.compile(r'(\s*)("(?:[^"\\]|\\.)*": )?(.*)', re.DOTALL)


def _json_spans(line: str) -> Iterator[Span]:
    match = _JSON_LINE.fullmatch(line)
    indent, key, value = match.groups() if match else ("", None, line)
    yield Span(indent)
    yield Span(key or "", "label")
    yield Span(value, "value")


def _top(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _tree(
    value: object,
    path: str,
    name: str,
    depth: int,
    by_path: Mapping[str, Leaf],
    view: JobView,
    folded: frozenset[str],
    width: int,
) -> Iterator[Row]:
    indent = " " * (_INDENT * depth)
    leaf = by_path.get(path)
    if leaf is not None:
        yield _leaf_row(leaf, name, indent, view, width)
        return
    children: list[tuple[str, str, object]] = []
    if isinstance(value, Mapping):
        children = [(child_path(path, str(key)), str(key), inner) for key, inner in value.items()]
    elif isinstance(value, list | tuple):
        children = [(f"{path}[{index}]", f"[{index}]", inner) for index, inner in enumerate(value)]
    fold = path in folded
    mark = ("+ " if fold else "- ") if view.ascii else ("▸ " if fold else "▾ ")
    noun = "entry" if isinstance(value, list | tuple) else "member"
    amount = count(len(children), noun, "entries" if noun == "entry" else None)
    style = view.style(path, "head") if fold else "head"
    told = f"  {amount}" if fold else ""
    shown = _short(one_line(name), width - len(indent) - 2 - len(told))
    yield row(indent, (mark, "dim"), (shown, style), (told, "dim"), key=path, source=path)
    if not fold:
        for inner_path, inner_name, inner in children:
            yield from _tree(inner, inner_path, inner_name, depth + 1, by_path, view, folded, width)


def _leaf_row(leaf: Leaf, name: str, indent: str, view: JobView, width: int) -> Row:
    value = shown_text(leaf, view.now, view.revealed)
    unknown = "" if leaf.known else ("  unknown to the installed SDK" if width >= _WIDE else "  unknown")
    head = _short(f"{indent}  {one_line(name)}", width - 2 - len(unknown) - _SHORTEST_VALUE)
    room = max(_SHORTEST_VALUE, width - cell_len(head) - 2 - len(unknown))
    text = _short(one_line(value), room)
    return row(
        (f"{head}  ", "label"),
        (text, view.style(leaf.path, "value" if leaf.known else "warning")),
        (unknown, "dim"),
        key=leaf.path,
        source=leaf.path,
    )


def _short(text: str, width: int) -> str:
    return text if cell_len(text) <= width else fit(text, max(1, width))


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
        rows: Sequence[Row] = (
            json_rows(self.view, width) if self.as_json else tree_rows(self.view, self.folded, width)
        )
        self.body.show(rows)
        self._describe()
        self._set_title()

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
