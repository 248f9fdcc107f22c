"""How cost grows with the jobs of an account: 100, 1,000, 10,000, all of them in the list."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from benchmarks.endpoint import NEWEST, Service, service
from benchmarks.glass import Glass, Keys, jobs, listed
from benchmarks.jobs import fleet_names
from benchmarks.pty import Screen, Terminal, sagetop, unhurried
from benchmarks.row import Row, milliseconds, percentile

SIZES = (100, 1_000, 10_000)
FILTER_BUDGET, MEMORY_BUDGET = 0.1, 150.0
_ASKED = ("DescribeTrainingJob", "ListTrainingJobs", "Search")
_BACK = "\x7f"
_TYPED = [*"vit", _BACK, *"t-ft-00", *[_BACK] * 4, *"[05]$", _BACK]
_ORDERS = [">", ">", ">", ">", "s", "s", ">", "s", "s"]
"""Through all columns, and each way."""
_MOVES = ["G", "g", "\x06", "\x06", "\x06", "\x02", "G", "\x02", "\x02", "g"]
"""End, start, and pages down and up."""
_LINES_PER_SECOND = 5_000
_LONGEST_LOAD = 180.0
_STALLED = 10.0


@dataclass(slots=True)
class Size:
    """An account of a size, and sagetop before it."""

    jobs: int
    first_page: float
    account: Service
    terminal: Terminal
    glass: Glass
    found: dict[str, Any] = field(default_factory=dict)


def rows(quick: bool) -> Iterator[Row]:
    """Open all three, watch them idle at the same time, then press keys in one after another."""
    with ExitStack() as stack:
        sizes: list[Size] = []
        for amount in SIZES:
            sizes.append(_open(stack, amount))
            for size in sizes:
                size.terminal.read_for(1.0)  # what nobody reads holds a program up
        _idle(sizes, 20.0 if quick else 60.0)
        for size in sizes:
            size.terminal.read_for(3.0)
            size.found["typed"] = _typed(Keys(size.terminal, size.glass), size, 1 if quick else 3)
        yield from (_growth(size) for size in sizes)
        yield _filter_row(sizes[-1], _table(SIZES[-1]))
        yield from _keys_rows(sizes[-1])
        yield from _memory_rows(sizes[0], sizes[-1], 6.0 if quick else 42.0)


def _open(stack: ExitStack, amount: int) -> Size:
    account = stack.enter_context(service("still", max(1, amount // 10), amount))
    # As everyone starts it: the budget of calls is why the whole list takes longer.
    with Terminal(sagetop("watch", "--endpoint-url", account.url)) as ordinary:
        name = NEWEST.encode()
        ordinary.read_until(lambda: name in b"".join(chunk.data for chunk in ordinary.chunks), 30.0)
        first_page = ordinary.chunks[-1].at
    terminal = stack.enter_context(Terminal(unhurried("watch", "--endpoint-url", account.url)))
    glass = Glass(terminal)
    _load(terminal, glass, amount)
    return Size(amount, first_page, account, terminal, glass)


def _load(terminal: Terminal, glass: Glass, amount: int) -> None:
    """Wait until all jobs are listed; where history loads on demand, ask the last row for more."""
    last, since = -1, terminal.now
    while not glass.wait(lambda screen: listed(screen) >= amount, 2.0) and terminal.now < _LONGEST_LOAD:
        if listed(glass.screen) != last:
            last, since = listed(glass.screen), terminal.now
        elif terminal.now - since > _STALLED:
            for key in (b"G", b"\r"):
                os.write(terminal.master, key)
                terminal.read_for(1.0)
            if listed(glass.catch_up()) < last:  # it opened a job instead
                os.write(terminal.master, b"\x1b")
            since = terminal.now
    if last < amount and listed(glass.screen) < amount:
        print(f"{listed(glass.screen):,} of {amount:,} jobs were listed", file=sys.stderr)
    os.write(terminal.master, b"g")


def _idle(sizes: list[Size], lasting: float) -> None:
    warm = 6.0
    readers = [threading.Thread(target=size.terminal.read_for, args=(warm + lasting + 1,)) for size in sizes]
    for reader in readers:
        reader.start()
    threading.Event().wait(warm)
    before = []
    for size in sizes:
        size.account.ask("clear")
        before.append((size.terminal.now, size.terminal.cpu_seconds()))
    threading.Event().wait(lasting)
    for size, (since, used) in zip(sizes, before, strict=True):
        until, cpu = size.terminal.now, size.terminal.cpu_seconds() - used
        written = sum(len(chunk.data) for chunk in size.terminal.chunks if since <= chunk.at < until)
        calls = size.account.ask("calls")
        size.found |= {
            "listed": listed(size.glass.catch_up()),
            "first_page_s": round(size.first_page, 3),
            "cpu_percent": round(100 * cpu / (until - since), 2),
            "bytes_per_second": round(written / (until - since), 1),
            "calls_per_second": round(sum(calls["calls"].get(name, 0) for name in _ASKED) / calls["seconds"], 3),
            "resident_mib": round(size.terminal.resident_bytes() / 2**20, 1),
        }
    for reader in readers:
        reader.join()


def _typed(keys: Keys, size: Size | None, times: int) -> list[float]:
    """Type a filter; of sagetop, check that the list then shows the jobs that match."""
    found: list[float] = []
    for _ in range(times):
        keys.press(["/"], _filtered)
        pressed = keys.press(_TYPED, _filtered)
        found += [seconds for seconds, _ in pressed]
        if size is not None:
            matching = sum("vit" in name for name in fleet_names(size.found["listed"]))
            shown = pressed[2][1][0]
            if size.found["listed"] == size.jobs and shown != matching:
                raise RuntimeError(f"/vit shows {shown} jobs instead of {matching}:\n{size.glass.screen.text}")
        keys.press(["\x15", "\x1b"], _filtered)  # ctrl-u empties the line
    return found


def _filtered(screen: Screen) -> tuple[int, tuple[str, ...], str]:
    """The count, the jobs, and the line that is typed."""
    return listed(screen), jobs(screen), screen.rows[-2]


def _ordered(screen: Screen) -> tuple[str, tuple[str, ...]]:
    return screen.rows[2][: screen.columns // 2], jobs(screen)


def _table(amount: int) -> list[float]:
    with Terminal([sys.executable, "-m", "benchmarks.list_app", "table", str(amount)]) as terminal:
        glass = Glass(terminal)
        if not glass.wait(lambda screen: listed(screen) >= amount, 60.0):
            raise RuntimeError(f"the DataTable was not filled: {terminal.last_words()}")
        return _typed(Keys(terminal, glass), None, 1)


def _growth(size: Size) -> Row:
    found = size.found
    found["filter_p95_ms"] = round(percentile(found["typed"], 0.95) * 1000)
    more = "" if found["listed"] >= size.jobs else f" ({found['listed']:,} listed)"
    return Row(
        what=f"growth: {size.jobs:,} jobs{more}",
        measured=f"first page {found['first_page_s']:.2f} s, {found['resident_mib']:.0f} MiB, "
        f"idle {found['cpu_percent']:.2f} % and {found['bytes_per_second']:.0f} B/s, "
        f"filter p95 {found['filter_p95_ms']} ms, {found['calls_per_second']:.2f} calls/s",
        budget="",
        beside="",
        details={"jobs": size.jobs} | {name: value for name, value in found.items() if name != "typed"},
    )


def _filter_row(size: Size, table: list[float]) -> Row:
    typed = size.found["typed"]
    p95, theirs = percentile(typed, 0.95), percentile(table, 0.95)
    return Row(
        what=f"filter keystroke on {size.found['listed']:,} jobs -> painted ({len(typed)} keys)",
        measured=_told(typed),
        budget=f"p95 <= {FILTER_BUDGET * 1000:.0f} ms",
        beside=f"DataTable cleared and filled with what matches: {_told(table)}",
        ratio=p95 / theirs if theirs else None,
        within=p95 <= FILTER_BUDGET,
        details={"milliseconds": milliseconds(typed), "datatable_milliseconds": milliseconds(table)},
    )


def _keys_rows(size: Size) -> Iterator[Row]:
    keys = Keys(size.terminal, size.glass)
    for what, pressed in (("sort keys", _ORDERS), ("G, g, page keys", _MOVES)):
        times = [seconds for seconds, _ in keys.press(pressed, _ordered) if seconds]
        yield Row(
            what=f"{what} on {size.found['listed']:,} jobs -> painted ({len(times)} keys)",
            measured=_told(times),
            budget="",
            beside="",
            details={"milliseconds": milliseconds(times)},
        )


def _memory_rows(small: Size, large: Size, lasting: float) -> Iterator[Row]:
    few, many = small.found["resident_mib"], large.terminal.resident_bytes() / 2**20
    yield Row(
        what=f"memory with {large.found['listed']:,} jobs, keys pressed",
        measured=f"{many:.0f} MiB",
        budget=f"<= {MEMORY_BUDGET:.0f} MB",
        beside=f"with {small.found['listed']} jobs, idle: {few:.0f} MiB",
        ratio=many / few,
        within=many * 2**20 / 1e6 <= MEMORY_BUDGET,
        details={"mib": many, "small_mib": few},
    )
    os.write(large.terminal.master, b"l")
    large.terminal.read_for(3.0)
    large.account.ask("write", NEWEST, _LINES_PER_SECOND, lasting)
    large.terminal.read_for(lasting + 10.0)
    full = large.terminal.resident_bytes() / 2**20
    lines = int(_LINES_PER_SECOND * lasting)
    yield Row(
        what=f"memory with {large.found['listed']:,} jobs and {min(lines, 200_000):,} log lines",
        measured=f"{full:.0f} MiB",
        budget="",
        beside=f"{(full - many) * 2**20 / min(lines, 200_000):.0f} bytes a line",
        ratio=full / few,
        details={"mib": full, "lines": lines},
    )


def _told(values: list[float]) -> str:
    p50, p95 = percentile(values, 0.5) * 1000, percentile(values, 0.95) * 1000
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, max {max(values) * 1000:.0f} ms"
