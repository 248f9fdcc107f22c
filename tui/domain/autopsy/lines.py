"""A log line as the diagnoses read it: what was said, by whom, and which rank said it."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

LONGEST: Final = 2_000
"""Characters of a line that are looked at."""
_MOST_PIECES: Final = 2_000

_COLOURS: Final = re.compile(r"\x1b\[[0-9;]{0,30}m")
_RANK: Final = re.compile(
    r"\[(?P<mpi>\d{1,4},(?:mpirank:)?\d{1,6}(?:,[\w.-]{1,40})?)\] ?<std(?:err|out|diag)>:? ?"  # mpirun --tag-output
    r"|\[(?P<torch>(?:rank|default)\d{1,6})\]: ?"  # torch.distributed, torchrun --tee
    r"|\[(?P<tee>\d{1,5})\]:(?=\S)"
    r"|\((?P<ray>[A-Za-z_][\w:.]{0,60} pid=\d{1,9})[^()\n]{0,80}\) ?"
    r"|[\w.-]{1,80}-algo-\d{1,4}-\w{1,12} {0,4}\| ?"  # docker compose, in local mode
)


class Line(Protocol):
    """One line of the log of one host: a `tui.domain.loglines.LogLine`, or anything like it."""

    @property
    def at(self) -> int:
        """Epoch milliseconds."""

    @property
    def host(self) -> str:
        """`algo-3`."""

    @property
    def text(self) -> str:
        """What was said; may hold line breaks."""


class PlainLine(NamedTuple):
    """The plainest `Line`."""

    at: int
    host: str
    text: str


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield (rank, text) of every physical line of an event: an event of CloudWatch may hold a whole traceback.

    A carriage return is a line break too. Colours and the prefix that a launcher put before the line are taken off.
    """
    if "\x1b" in text:
        text = _COLOURS.sub("", text)
    for piece in text.replace("\r", "\n").split("\n", _MOST_PIECES)[:_MOST_PIECES]:
        yield unprefixed(piece[:LONGEST])


def unprefixed(piece: str) -> tuple[str, str]:
    """Return the rank a launcher put before a line, and the line without it."""
    found = _RANK.match(piece) if piece[:1] in "[(" or "|" in piece[:120] else None
    if found is None:
        return "", piece
    return next((value for value in found.groups() if value), ""), piece[found.end() :]
