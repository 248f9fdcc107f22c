"""First page: from the start of the process until the newest jobs of an account are on the screen."""

from collections.abc import Iterator, Sequence

from benchmarks.endpoint import FINISHED, NEWEST, RUNNING, endpoint
from benchmarks.programs import LIST_100_JOBS
from benchmarks.pty import Terminal, sagetop, script
from benchmarks.row import Row, milliseconds, pace, seconds

BUDGET = 1.6
_PATIENCE = 30.0


def rows(quick: bool) -> Iterator[Row]:
    """Measure `sagetop` and a script that prints 100 jobs in turns, against one endpoint in another process."""
    ours: list[float] = []
    theirs: list[float] = []
    with endpoint("fleet") as url:
        for run in range(4 if quick else 10):
            listed = shown(script(LIST_100_JOBS, url), lines=99)
            page = shown(sagetop("watch", "--endpoint-url", url), lines=0)
            if run:  # the first one warms the page cache and the .pyc files
                theirs.append(listed)
                ours.append(page)
    ratio = pace(ours, theirs)
    yield Row(
        what=f"first page of jobs on the glass ({RUNNING + FINISHED} jobs)",
        measured=seconds(ours),
        budget=f"<= {BUDGET} x",
        beside=f"boto3 lists 100 jobs, prints: {seconds(theirs)}",
        ratio=ratio,
        within=ratio <= BUDGET,
        details={"sagetop_ms": milliseconds(ours), "boto3_ms": milliseconds(theirs)},
    )


def shown(command: Sequence[str], lines: int) -> float:
    """Return when a new process had written the newest job's name, and after it so many lines."""
    name = NEWEST.encode()
    with Terminal(command) as terminal:

        def complete() -> bool:
            _, found, after = b"".join(chunk.data for chunk in terminal.chunks).partition(name)
            return bool(found) and after.count(b"\n") >= lines

        terminal.read_until(complete, _PATIENCE)
        if not complete():
            raise RuntimeError(f"{NEWEST} was not written: {terminal.last_words()}")
        return terminal.chunks[-1].at
