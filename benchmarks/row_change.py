"""Row change: bytes to a terminal of 140x50 when one job of the list changes; beside Textual's own widgets."""

import os
import sys
from collections.abc import Callable, Iterator
from statistics import median

from benchmarks.endpoint import Service, service
from benchmarks.glass import Glass, jobs
from benchmarks.jobs import fleet_names
from benchmarks.pty import Terminal, sagetop
from benchmarks.row import Row

BUDGET = 600
JOBS = 60
_PLACE = 9
_WINDOW = 6.0
"""Seconds: a changed job is marked for four, and what the mark's end writes counts too."""
_PHASES = ("Uploading", "Training")
_F2, _F3 = b"\x1bOQ", b"\x1bOR"


def rows(quick: bool) -> Iterator[Row]:
    """Refresh the list with `r`, in turns with and without a job that changed before; the difference is its price."""
    pairs = 3 if quick else 10
    ours = _ours(pairs)
    table, scroll = (_theirs(kind, 6) for kind in ("table", "scroll"))
    changed = median(ours["changed"]) - median(ours["nothing"])
    yield Row(
        what=f"one row of the list changes, {JOBS} jobs",
        measured=f"{changed:,.0f} B, marking and unmarking",
        budget=f"<= {BUDGET} B",
        beside=f"DataTable, the same rows: {table:,.0f} B; a ScrollView's one line: {scroll:,.0f} B",
        ratio=changed / table if table else None,
        within=changed <= BUDGET,
        details={"sagetop": ours, "datatable": table, "scrollview": scroll},
    )


def _ours(pairs: int) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {"changed": [], "nothing": []}
    with (
        service("still", JOBS, JOBS) as account,
        Terminal(sagetop("watch", "--endpoint-url", account.url)) as terminal,
    ):
        glass = Glass(terminal)
        if not glass.wait(lambda screen: len(jobs(screen)) > _PLACE and "in Training" in screen.text, 30.0):
            raise RuntimeError(f"the list was not shown:\n{glass.screen.text}")
        terminal.read_for(15.0)
        name = fleet_names(JOBS)[_PLACE]
        for pair in range(pairs):
            phase = _PHASES[pair % 2]
            found["nothing"].append(_window(terminal, account, lambda: None))
            found["changed"].append(_window(terminal, account, _changing(account, name, phase)))
            line = next(row for row in glass.catch_up().rows if name in row)
            if phase not in line:
                raise RuntimeError(f"{name} did not become {phase}: {line}")
    return found


def _changing(account: Service, name: str, phase: str) -> Callable[[], object]:
    return lambda: account.ask("change", name, phase)


def _window(terminal: Terminal, account: Service, before: Callable[[], object]) -> int:
    before()
    since = terminal.now
    os.write(terminal.master, b"r")
    terminal.read_for(_WINDOW)
    return terminal.bytes_since(since)


def _theirs(kind: str, repeats: int) -> float:
    found: dict[bytes, list[int]] = {_F2: [], _F3: []}
    with Terminal([sys.executable, "-m", "benchmarks.list_app", kind, str(JOBS)]) as terminal:
        glass = Glass(terminal)
        if not glass.wait(lambda screen: fleet_names(JOBS)[_PLACE] in screen.text, 20.0):
            raise RuntimeError(f"{kind}: no list: {terminal.last_words()}")
        terminal.read_for(1.0)
        for _ in range(repeats):
            for key, into in found.items():
                since = terminal.now
                os.write(terminal.master, key)
                terminal.read_for(0.5)
                into.append(terminal.bytes_since(since))
    if not median(found[_F2]):
        raise RuntimeError(f"{kind}: nothing was written for a changed cell")
    return median(found[_F2]) - median(found[_F3])
