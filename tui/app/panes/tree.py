"""The rows of Everything: every member of the response as a tree, or the response as JSON."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from rich.cells import cell_len

from tui.app.lines import Row, Span, fit, row
from tui.app.panes.waiting import waiting_rows
from tui.app.view import JobView
from tui.domain.leaves import Leaf, child_path, leaves
from tui.domain.report import job_json, shown_text
from tui.domain.text import one_line
from tui.domain.units import count

_INDENT: Final = 2
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
