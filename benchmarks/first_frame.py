"""First frame: from the start of the process until every cell of the screen is painted."""

from collections.abc import Callable, Iterator, Sequence

from benchmarks.programs import EMPTY_APP
from benchmarks.pty import Screen, Terminal, sagetop, script
from benchmarks.row import Row, milliseconds, pace, seconds

BUDGET = 1.5
_PATIENCE = 20.0
_QUIET = 0.4


def rows(quick: bool) -> Iterator[Row]:
    """Measure `sagetop demo` and an empty Textual app in turns."""
    ours: list[float] = []
    theirs: list[float] = []
    for run in range(4 if quick else 10):
        empty = drawn(script(EMPTY_APP), _all_painted)
        frame = drawn(sagetop("demo"), _whole_frame)
        if run:  # the first one warms the page cache and the .pyc files
            theirs.append(empty)
            ours.append(frame)
    ratio = pace(ours, theirs)
    yield Row(
        what="first frame (sagetop demo)",
        measured=seconds(ours),
        budget=f"<= {BUDGET} x",
        beside=f"an empty Textual app: {seconds(theirs)}",
        ratio=ratio,
        within=ratio <= BUDGET,
        details={"sagetop_ms": milliseconds(ours), "empty_app_ms": milliseconds(theirs)},
    )


def drawn(command: Sequence[str], complete: Callable[[Screen], bool]) -> float:
    """Return when the screen of a new process was first complete."""
    with Terminal(command) as terminal:
        written = _Replay(terminal)
        terminal.read_until(lambda: written.is_there(complete), _PATIENCE)
        at = terminal.first(complete)
        if at is None:
            raise RuntimeError(f"no whole frame: {terminal.last_words()}")
    return at


class _Replay:
    """Looks at the screen only when the program pauses, so that looking does not slow it down."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._screen = terminal.screen()
        self._fed = 0

    def is_there(self, complete: Callable[[Screen], bool]) -> bool:
        chunks = self._terminal.chunks
        if sum(len(chunk.data) for chunk in chunks) < 5000 or self._terminal.quiet_for() < _QUIET:
            return False
        for chunk in chunks[self._fed :]:
            self._screen.feed(chunk.data)
        self._fed = len(chunks)
        return complete(self._screen)


def _all_painted(screen: Screen) -> bool:
    return all(screen.painted(line) for line in range(screen.lines))


def _whole_frame(screen: Screen) -> bool:
    rows = screen.rows
    return "help" in rows[-1] and any("Jobs" in row for row in rows[:3]) and _all_painted(screen)
