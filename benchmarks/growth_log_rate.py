"""How cost grows with the rate of the log: 10 to 5,000 lines a second of eight hosts, full screen."""

import os
from collections.abc import Iterator

from benchmarks.flood import flooding
from benchmarks.jobs import FOCUSED
from benchmarks.log_burst import paints, press_follow
from benchmarks.pty import Terminal, sagetop
from benchmarks.row import Row, milliseconds, percentile

RATES = (10, 100, 1_000, 5_000)
_WARM_UP = 9.0
_SETTLE = 4.0
"""Seconds after a flood: lines arrive late."""


def rows(quick: bool) -> Iterator[Row]:
    """One rate after another in one process, so memory is that of all lines so far."""
    lasting = 6.0 if quick else 20.0
    with flooding() as (url, flood), Terminal(sagetop("watch", FOCUSED, "--endpoint-url", url)) as terminal:
        terminal.read_for(_WARM_UP)
        for key in (b"l", b"z"):
            os.write(terminal.master, key)
            terminal.read_for(1.5)
        lines = 0
        for rate in RATES:
            assert flood.stdin
            assert flood.stdout
            used, since = terminal.cpu_seconds(), terminal.now
            flood.stdin.write(f"flood {rate} {2 * lasting}\n")
            flood.stdin.flush()
            terminal.read_for(lasting)
            cpu = 100 * (terminal.cpu_seconds() - used) / (terminal.now - since)
            written = terminal.bytes_since(since) / (terminal.now - since)
            # Keys repaint much: what lines alone cost is known by now.
            pressed = press_follow(terminal, lasting)
            lines += int(flood.stdout.readline().split()[0])
            terminal.read_for(_SETTLE)
            keys = paints(terminal, pressed)
            resident = terminal.resident_bytes() / 2**20
            p95 = percentile(keys, 0.95)
            yield Row(
                what=f"growth: {rate:,} log lines/s",
                measured=f"{cpu:.1f} % of a core, {written:,.0f} B/s, key -> paint p95 {p95 * 1000:.0f} ms, "
                f"{resident:.0f} MiB with {lines:,} lines so far",
                budget="",
                beside="",
                details={
                    "lines_per_second": rate,
                    "cpu_percent": round(cpu, 2),
                    "bytes_per_second": round(written, 1),
                    "key_p95_ms": round(p95 * 1000),
                    "resident_mib": round(resident, 1),
                    "lines": lines,
                    "milliseconds": milliseconds(keys),
                },
            )
