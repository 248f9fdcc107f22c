"""Log burst: 5,000 lines a second over the wire to a terminal: what is lost, how fast a key is, what is held."""

import os
import random
import re
import sys
import tempfile
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

from benchmarks.flood import BEFORE, flooding
from benchmarks.jobs import FOCUSED
from benchmarks.pty import ROOT, Terminal, script
from benchmarks.row import Row, milliseconds, percentile
from tui.domain.logbuffer import CAPACITY

RATE, P95_BUDGET = 5_000, 0.1
_WARM_UP = 9.0
_PATIENCE = 90.0
_WATCH_FROM = """
import os, runpy, sys
sys.path.insert(0, sys.argv.pop(1))
os.chdir(sys.argv.pop(1))
runpy.run_module("tui", run_name="__main__", alter_sys=True)
"""
"""The log is saved to the current directory, which should not be the checkout."""


def rows(quick: bool) -> Iterator[Row]:
    """Follow the log of eight hosts full screen, let go of its end and follow it again while lines pour in."""
    found = _measure(10.0 if quick else 60.0)
    total, kept, lost, keys = found["total"], found["kept"], found["lost"], found["keys"]
    yield Row(
        what=f"log burst, {total:,} lines at {RATE:,}/s: lost",
        measured=f"{lost} lost, {kept:,} kept, last one shown after {found['behind']:.1f} s",
        budget="0 lost before the cap",
        beside=f"{found['calls']} FilterLogEvents; the cap is {CAPACITY:,}",
        within=lost == 0,
        details={name: value for name, value in found.items() if name != "keys"},
    )
    p95 = percentile(keys, 0.95)
    yield Row(
        what=f"key -> paint meanwhile ({len(keys)} keys)",
        measured=f"p50 {percentile(keys, 0.5) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, max {max(keys) * 1000:.0f} ms",
        budget=f"p95 <= {P95_BUDGET * 1000:.0f} ms",
        beside=f"before it: p95 {percentile(found['calm'], 0.95) * 1000:.0f} ms",
        within=p95 <= P95_BUDGET,
        details={"milliseconds": milliseconds(keys), "calm_milliseconds": milliseconds(found["calm"])},
    )
    yield Row(
        what="log burst: processor and memory",
        measured=f"{found['cpu']:.0f} % of a core, {found['before']:.0f} -> {found['peak']:.0f} MiB",
        budget="",
        beside=f"{(found['peak'] - found['before']) * 2**20 / min(total, CAPACITY):.0f} bytes a line kept",
    )


def _measure(lasting: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as here, flooding() as (url, flood):
        command = script(_WATCH_FROM, str(ROOT), here, "watch", FOCUSED, "--endpoint-url", url)
        with Terminal(command) as terminal:
            terminal.read_for(_WARM_UP)
            for key in (b"l", b"z"):
                _press(terminal, key)
                terminal.read_for(1.5)
            calm = press_follow(terminal, 5.0)
            before, used, since = terminal.resident_bytes() / 2**20, terminal.cpu_seconds(), terminal.now
            assert flood.stdin
            assert flood.stdout
            flood.stdin.write(f"flood {RATE} {lasting}\n")
            flood.stdin.flush()
            pressed = press_follow(terminal, lasting)
            cpu = 100 * (terminal.cpu_seconds() - used) / (terminal.now - since)
            ended = terminal.now
            sent, calls = map(int, flood.stdout.readline().split())
            total = BEFORE + sent
            last = f"seq={total - 1:07d}".encode()
            seen = len(terminal.chunks)
            terminal.read_until(lambda: last in _said(terminal, max(0, seen - 50)), _PATIENCE)
            if last not in _said(terminal, max(0, seen - 50)):
                raise RuntimeError(f"the last line was not shown within {_PATIENCE:.0f} s: {terminal.last_words()}")
            behind = max(0.0, terminal.chunks[-1].at - ended)
            terminal.read_for(2.0)
            peak = terminal.resident_bytes() / 2**20
            kept = _saved(terminal, Path(here))
            mark = len(terminal.chunks)
            _press(terminal, b"g")
            terminal.read_for(2.0)
            told = re.findall(rb"([\d,]+) older lines? dropped", _said(terminal, mark))
            times = paints(terminal, calm), paints(terminal, pressed)
    missing = sorted(set(range(min(kept), total)) - kept)
    if total <= CAPACITY:
        missing = sorted(set(range(total)) - kept)
    return {
        "total": total,
        "kept": len(kept),
        # Lines of one moment may stand in another order: at the cap, where it cuts is not exact.
        "lost": len([number for number in missing if total <= CAPACITY or number > min(kept) + RATE]),
        "missing": missing[:20],
        "dropped": told[-1].decode() if told else "0",
        "behind": behind,
        "calls": calls,
        "cpu": cpu,
        "before": before,
        "peak": peak,
        "calm": times[0],
        "keys": times[1],
    }


def _press(terminal: Terminal, key: bytes) -> float:
    os.write(terminal.master, key)
    return terminal.now


def press_follow(terminal: Terminal, lasting: float) -> list[tuple[float, bytes]]:
    """Press `f` again and again, an even number of times; return when, and the word that it leads to."""
    end = terminal.now + lasting
    pressed: list[tuple[float, bytes]] = []
    words = (b"paused", b"follow")
    while terminal.now < end or len(pressed) % 2:
        word = words[len(pressed) % 2]
        seen = len(terminal.chunks)
        pressed.append((_press(terminal, b"f"), word))
        # The next key waits for this one's word: states that follow each other too fast are painted as one.
        terminal.read_until(lambda seen=seen, word=word: word in _said(terminal, seen), 3.0)
        terminal.read_for(random.uniform(0.3, 0.7))
    return pressed


def paints(terminal: Terminal, pressed: list[tuple[float, bytes]]) -> list[float]:
    """Return how long after each key its word was written."""
    data = b"".join(chunk.data for chunk in terminal.chunks)
    ends = list(accumulate(len(chunk.data) for chunk in terminal.chunks))
    times = [chunk.at for chunk in terminal.chunks]
    found = []
    for at, word in pressed:
        first = bisect_left(times, at)
        place = data.find(word, ends[first - 1] if first else 0)
        if place < 0:
            raise RuntimeError(f"{word.decode()} was not on the screen")
        found.append(times[bisect_left(ends, place + len(word))] - at)
    return found


def _said(terminal: Terminal, first: int) -> bytes:
    return b"".join(chunk.data for chunk in terminal.chunks[first:])


def _saved(terminal: Terminal, here: Path) -> set[int]:
    """Save the log with its key, and return the numbers of the lines in the file."""
    _press(terminal, b"S")
    terminal.read_until(lambda: b"saved to" in _said(terminal, -40), 20.0)
    files = list(here.glob("*.log"))
    if not files:
        raise RuntimeError("the log was not saved")
    numbers = [int(found) for found in re.findall(r"seq=(\d+)", files[0].read_text())]
    if len(numbers) != len(set(numbers)):
        print(f"{len(numbers) - len(set(numbers))} lines twice", file=sys.stderr)
    return set(numbers)
