"""Sorting, cutting a page, and the opaque token that says where the next page starts."""

from __future__ import annotations

import base64
import binascii
import heapq
import json
import operator
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tui.simulator.errors import invalid

Row = Mapping[str, Any]
"""One job's description in wire form."""

SortKey = tuple[int, float | str, str]
"""Rank of the value's type (absent, number, text), the value, and the job's name to make it unique."""


def sort_key(value: object, name: str) -> SortKey:
    """A key under which values of any type, or none, can be ordered together."""
    if isinstance(value, int | float):
        return (1, float(value), name)
    if isinstance(value, str):
        return (2, value, name)
    return (0, 0.0, name)


def cut_page(
    rows: Iterable[Row], key: Callable[[Row], SortKey], *, descending: bool, token: str | None, limit: int
) -> tuple[list[Row], str | None]:
    """One page of `rows` in order, and the token of the next page if there is one.

    The token names the last row seen rather than an offset, so jobs that arrive between two pages shift nothing.
    """
    if token is not None:
        last = _read_token(token)
        is_next = operator.lt if descending else operator.gt
        rows = (row for row in rows if is_next(key(row), last))
    # Picking the few wanted beats sorting ten thousand.
    pick = heapq.nlargest if descending else heapq.nsmallest
    return _close_page(pick(limit + 1, rows, key=key), key, limit)


def cut_sorted_page(
    rows: Sequence[Row], key: Callable[[Row], SortKey], *, descending: bool, token: str | None, limit: int
) -> tuple[list[Row], str | None]:
    """The same for `rows` that are in ascending order already."""
    last = None if token is None else _read_token(token)
    if descending:
        end = len(rows) if last is None else bisect_left(rows, last, key=key)
        page = list(reversed(rows[max(0, end - limit - 1) : end]))
    else:
        start = 0 if last is None else bisect_right(rows, last, key=key)
        page = list(rows[start : start + limit + 1])
    return _close_page(page, key, limit)


def _close_page(page: list[Row], key: Callable[[Row], SortKey], limit: int) -> tuple[list[Row], str | None]:
    """Cuts off the row that only showed that there are more."""
    if len(page) <= limit:
        return page, None
    return page[:limit], _write_token(key(page[limit - 1]))


def _write_token(key: SortKey) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _read_token(token: str) -> SortKey:
    try:
        rank, value, name = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
        key = (int(rank), value if rank == 2 else float(value), str(name))
    except (binascii.Error, TypeError, ValueError):
        raise invalid("Invalid NextToken. Please pass a valid NextToken.") from None
    if rank == 2 and not isinstance(value, str):
        raise invalid("Invalid NextToken. Please pass a valid NextToken.")
    return key
