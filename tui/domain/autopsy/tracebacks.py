"""Tracebacks found in the logs of many hosts, the one of each host that tells most, and repeats folded.

Python's (plain, rich's boxes, several ranks at once under mpirun, torchrun or Ray), Java's, C++'s `terminate called`,
a segmentation fault, XGBoost's `Check failed`, TensorFlow's fatal lines. One pass, bounded in time and room.
"""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tui.domain.autopsy.lines import Line, pieces

_MOST_LINES: Final = 400
"""Lines after which a traceback without its exception is given up."""
_KEPT: Final = 40
_WIDEST: Final = 400
_EARLY, _LATE = 100, 100
"""Tracebacks of one host that are remembered, from either end."""
_FINAL_MS: Final = 30 * 60_000
"""A traceback belongs to the end of a host if it is not further from its last line: collectives time out so long."""

_HEADER: Final = "Traceback (most recent call last)"
_IGNORED: Final = re.compile(
    r"Exception ignored in|can only test a child process|Cannot connect to host|Connection failed"
)
_CHAINED: Final = re.compile(
    r"During handling of the above exception|The above exception was the direct cause of the following exception"
)
_NAMED: Final = re.compile(r"((?:[A-Za-z_]\w{0,80}\.){0,12})([A-Za-z_]\w{0,100})(?=:\s|:?$)")
_SUFFIX: Final = re.compile(
    r"(?:Error|Exception|Interrupt|Exit|Iteration|Warning|Fault|Timeout|Failed|Failure|Refused|Denied|NotFound|Group"
    r"|error|timeout|exception)$"
)
_HUMPS: Final = re.compile(r"[A-Z][a-z0-9]{1,60}[A-Z]")
_FRAME: Final = re.compile(r'\s{0,40}File "([^"\n]{1,300})", line (\d{1,9})(?:, in (\S{1,120}))?')
_WRAPPERS: Final = re.compile(
    r"(?:\w{1,80}\.){0,12}(?:ChildFailedError|CalledProcessError|ExecuteUserScriptError|SystemExit|"
    r"ProcessRaisedException|RayTaskError|TrainingFailedError)\b"
)
_NATIVE: Final = (
    ("java", re.compile(r'Exception in thread "[^"\n]{0,120}" |Caused by: [\w.$]{1,200}')),
    ("native", re.compile(r"terminate called ")),
    (
        "native",
        re.compile(
            r"(?:[^\n]{0,80}: {1,5}(?:\d{1,9} {1,5})?)?(?:Segmentation fault|Aborted)(?: {1,9}\(core dumped\))?$"
            r"|\[[\w.-]{1,80}:\d{1,9}\] Signal: |Fatal Python error: |\*\*\* (?:Aborted|SIG\w{2,8}) at"
        ),
    ),
    ("xgboost", re.compile(r"\[?[\d:. T-]{0,30}\]? ?\S{0,200}\.(?:cc|cu|h|cpp|cuh):\d{1,6}: Check failed: ")),
    ("tensorflow", re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:[\d.]{2,12}: F \S{1,200}:\d{1,6}\] ")),
)
_JAVA_FRAME: Final = re.compile(r"\s{1,8}(?:at [\w.$<>/]{1,300}\(|\.\.\. \d{1,6} more)")
_DIGITS: Final = re.compile(r"0x[0-9a-fA-F]{1,16}|\d{1,20}")


@dataclass(frozen=True, slots=True)
class Traceback:
    """One error that a host wrote down."""

    host: str
    at_ms: int
    kind: str
    """`python`, `java`, `native`, `xgboost` or `tensorflow`."""
    message: str
    """The exception, `ValueError: no such column`; empty where the log ends before it."""
    where: str
    """`train.py:31 in main`: the last frame below /opt/ml/code, else the last."""
    lines: tuple[str, ...]
    """The first and the last of its lines."""
    position: int
    """Which of the lines given it begins at."""
    rank: str = ""
    cause: str = ""
    """Where one exception led to another: the first."""
    ignored: bool = False
    """Whether the program said that it goes on in spite of it."""


@dataclass(frozen=True, slots=True)
class Folded:
    """One error of several hosts."""

    traceback: Traceback
    hosts: tuple[str, ...]


@dataclass(slots=True)
class _Open:
    at_ms: int
    position: int
    rank: str
    kind: str = "python"
    boxed: bool = False
    ignored: bool = False
    count: int = 0
    head: list[str] = field(default_factory=list)
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT // 2))
    where: str = ""
    own: bool = False
    cause: str = ""

    def add(self, line: str) -> None:
        self.count += 1
        line = line[:_WIDEST]
        if len(self.head) < _KEPT // 2:
            self.head.append(line)
        else:
            self.tail.append(line)

    def closed(self, host: str, message: str) -> Traceback:
        return Traceback(
            host,
            self.at_ms,
            self.kind,
            message.strip()[:_WIDEST],
            self.where,
            (*self.head, *self.tail),
            self.position,
            self.rank,
            self.cause,
            self.ignored or bool(_IGNORED.search(message)),
        )


class _Reader:
    """Reads the log of one host."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.last_ms = 0
        self.early: list[Traceback] = []
        self.late: deque[Traceback] = deque(maxlen=_LATE)
        self._open: dict[str, _Open] = {}
        self._before: dict[str, str] = {}
        self._link: dict[str, str] = {}
        """By rank: the first exception of the chain that the next traceback goes on with."""

    def read(self, line: Line, position: int) -> None:
        self.last_ms = max(self.last_ms, line.at)
        for rank, piece in pieces(line.text):
            if piece.strip():
                self._read(rank, piece, line.at, position)
                self._before[rank] = piece

    def found(self) -> list[Traceback]:
        """Return what was found, the unfinished ones at the end included."""
        unfinished = [entry.closed(self.host, "") for entry in self._open.values() if entry.count > 1]
        return [*self.early, *self.late, *unfinished]

    def _read(self, rank: str, piece: str, at_ms: int, position: int) -> None:
        if _HEADER in piece:
            self._begin(rank, piece, at_ms, position)
            return
        current = self._open.get(rank)
        if current is None:
            self._alone(rank, piece, at_ms, position)
            return
        current.add(piece)
        if current.kind == "native":
            self._native(rank, current, piece)
        elif current.kind == "java":
            if not _JAVA_FRAME.match(piece):
                self._close(rank, current, current.head[0])
        elif current.boxed:
            if piece.lstrip().startswith("╰"):
                current.boxed = False
        else:
            self._python(rank, current, piece)

    def _begin(self, rank: str, piece: str, at_ms: int, position: int) -> None:
        before = self._before.get(rank, "")
        # A second rank that writes into the same stream begins before the first has ended: the first goes on.
        opened = _Open(at_ms, position, rank, boxed="╭" in piece, ignored=bool(_IGNORED.search(before)))
        opened.cause = self._link.pop(rank, "")
        opened.add(piece)
        self._open[rank] = opened

    def _alone(self, rank: str, piece: str, at_ms: int, position: int) -> None:
        if _CHAINED.search(piece):
            last = self.late[-1] if self.late else self.early[-1] if self.early else None
            if last is not None:
                self._link[rank] = last.cause or last.message
            return
        for kind, pattern in _NATIVE:
            if pattern.match(piece):
                opened = _Open(at_ms, position, rank, kind)
                opened.add(piece)
                if kind == "java" or piece.startswith("terminate called "):
                    self._open[rank] = opened
                else:
                    self._close(rank, opened, piece)
                return

    def _native(self, rank: str, current: _Open, piece: str) -> None:
        said = piece.strip()
        if said.startswith("what():"):
            self._close(rank, current, f"{current.head[0]} {said}")
        elif current.count > 3:
            self._close(rank, current, current.head[0])

    def _python(self, rank: str, current: _Open, piece: str) -> None:
        frame = _FRAME.match(piece)
        if frame is not None:
            own = (
                "/site-packages/" not in frame[1]
                and "/dist-packages/" not in frame[1]
                and "/lib/python" not in frame[1]
            )
            if own or not current.own:
                name = frame[1].removeprefix("/opt/ml/code/")
                current.where = f"{name}:{frame[2]}" + (f" in {frame[3]}" if frame[3] else "")
                current.own = own
        elif is_exception(piece):
            self._close(rank, current, piece)
        elif current.count > _MOST_LINES:
            self._close(rank, current, "")

    def _close(self, rank: str, current: _Open, message: str) -> None:
        self._open.pop(rank, None)
        made = current.closed(self.host, message)
        (self.early if len(self.early) < _EARLY else self.late).append(made)


def is_exception(piece: str) -> bool:
    """Return whether a line is the one that ends a Python traceback: `ValueError: …`, `queue.Empty`."""
    if piece[:2].isspace():
        return False
    found = _NAMED.match(piece.lstrip(" |+"))
    if found is None or found[2] in _LEVELS:
        return False
    return bool(_SUFFIX.search(found[2]) or (found[1] and found[2][0].isupper()) or _HUMPS.match(found[2]))


_LEVELS: Final = frozenset(
    {"WARNING", "INFO", "ERROR", "DEBUG", "CRITICAL", "FATAL", "NOTE", "Command", "File", "error"}
)


def first_tracebacks(lines: Iterable[Line], told: str = "") -> tuple[Traceback, ...]:
    """Return the traceback of each host that tells most, in the order of time.

    Of those of a host: the first whose exception FailureReason (`told`) names; else the first within half an hour of
    the host's last line that neither wraps another (`ChildFailedError`) nor was ignored by the program; else the
    first that was not ignored. A host that wrote none is absent.
    """
    readers: dict[str, _Reader] = {}
    for position, line in enumerate(lines):
        reader = readers.get(line.host)
        if reader is None:
            reader = readers[line.host] = _Reader(line.host)
        reader.read(line, position)
    chosen = [best for reader in readers.values() if (best := _best(reader, told)) is not None]
    return tuple(sorted(chosen, key=lambda entry: (entry.at_ms, entry.position)))


def _best(reader: _Reader, told: str) -> Traceback | None:
    found = [entry for entry in reader.found() if not entry.ignored]
    named = [entry for entry in found if entry.message and not wraps(entry.message)]
    for entry in named:
        if len(entry.message) > 8 and entry.message[:120] in told:
            return entry
    final = [entry for entry in named if reader.last_ms - entry.at_ms <= _FINAL_MS]
    for group in (final, named, [entry for entry in found if entry.message], found):
        if group:
            return group[0]
    return None


def wraps(message: str) -> bool:
    """Return whether an exception only reports that another process failed."""
    return bool(_WRAPPERS.match(message))


def normalised(message: str) -> str:
    """Return a message without what differs between hosts and ranks: numbers and addresses."""
    return _DIGITS.sub("#", message)


def fold(found: Sequence[Traceback]) -> tuple[Folded, ...]:
    """Return each error once, with its hosts; the first to be written first."""
    groups: dict[str, list[Traceback]] = {}
    for entry in found:
        groups.setdefault(normalised(entry.message or entry.where), []).append(entry)
    return tuple(Folded(group[0], tuple(entry.host for entry in group)) for group in groups.values())
