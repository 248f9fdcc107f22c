"""Calls per minute: what watching one running job asks of the account, with 1, 16 and 128 hosts."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator

from benchmarks.jobs import FOCUSED, account
from benchmarks.pty import Terminal, sagetop
from benchmarks.row import Row
from tui.simulator import Datapoint, LogEvent, Simulator

HOSTS = (1, 16, 128)
LOG_BUDGET = 24
"""One call a poll, a poll every three seconds, and a fifth more for pages and sweeps."""
_WARM_UP = 25.0
_BEGIN_AT = 45
"""The second of a minute at which the app is started: curves are asked for at once, and then a little after the first
full minute that is 59 s later, so that the minute that is counted has one such call like any later one."""
_MINUTE = 60.0
_METRICS = ("GPUUtilization", "GPUMemoryUtilization", "CPUUtilization", "MemoryUtilization", "DiskUtilization")
_DEFINITIONS = [{"Name": "train:loss", "Regex": r"loss=([0-9\.]+)"}]


def rows(quick: bool) -> Iterator[Row]:
    """Watch all jobs at once, each in an account of its own; a minute is a minute, quick or not."""
    del quick
    for hosts, (calls, queries, cpu) in zip(HOSTS, asyncio.run(_all()), strict=True):
        logs = calls["FilterLogEvents"]
        # Version 2, every 10 s: 1 DescribeLogStreams, 2 GetLogEvents a host.
        # Version 3, every 5 s: 1 to 2 GetLogEvents a host. sagemaker.md §4.2 and §4.3
        version_2 = 6 * (1 + 2 * hosts)
        yield Row(
            what=f"calls in a minute, running job, {hosts} host{'s' * (hosts > 1)}",
            measured=", ".join(f"{name} {count}" for name, count in calls.most_common())
            + f"; {queries} metrics asked for; {cpu:.1f} % of a core",
            budget=f"log <= {LOG_BUDGET}, the same for all N",
            beside=f"SDK (documented) v2: {version_2} log + 2 Describe; v3: {12 * hosts}-{24 * hosts} log + 12",
            ratio=logs / version_2,
            within=logs <= LOG_BUDGET,
            details={"hosts": hosts, "calls": dict(calls), "metrics": queries, "cpu_percent": round(cpu, 2)},
        )


async def _all() -> list[tuple[Counter[str], int, float]]:
    return await asyncio.gather(*(_count(hosts) for hosts in HOSTS))


async def _count(hosts: int) -> tuple[Counter[str], int, float]:
    """Return the calls of a minute, the metrics that they asked CloudWatch for, and percent of a core."""
    await asyncio.sleep((_BEGIN_AT - time.time()) % 60)
    stock, job = account(finished=40)
    job.raw = job.raw | {
        "ResourceConfig": job.raw["ResourceConfig"] | {"InstanceCount": hosts},
        "AlgorithmSpecification": job.raw["AlgorithmSpecification"] | {"MetricDefinitions": _DEFINITIONS},
    }
    now = time.time()
    names = [f"algo-{host}" for host in range(1, hosts + 1)]
    for name in names:
        for metric in _METRICS:
            points = [Datapoint(now - 60 * minute, 50.0 + minute) for minute in range(20)]
            stock.metrics.put(metric, points, host=f"{FOCUSED}/{name}")
    async with Simulator(stock) as simulator:
        with Terminal(sagetop("watch", FOCUSED, "--endpoint-url", simulator.url)) as terminal:
            asyncio.get_running_loop().add_reader(terminal.master, terminal.read)

            async def write() -> None:
                number = 0
                while True:
                    at = int(time.time() * 1000)
                    for name in names:
                        text = f"step={number} loss={1 / (1 + number):.4f}"
                        stock.logs.put(f"{FOCUSED}/{name}-1776000000", [LogEvent(at, text, ingested_at=at + 5_000)])
                    number += 1
                    await asyncio.sleep(1.0)

            writing = asyncio.create_task(write())
            try:
                await asyncio.sleep(_WARM_UP / 2)
                os.write(terminal.master, b"l")
                await asyncio.sleep(_WARM_UP / 2)
                simulator.calls.clear()
                used = terminal.cpu_seconds()
                await asyncio.sleep(_MINUTE)
                cpu = 100 * (terminal.cpu_seconds() - used) / _MINUTE
                entries = simulator.calls.entries
                found = Counter(call.operation for call in entries)
                queries = sum(
                    "MetricStat" in query for call in entries for query in call.params.get("MetricDataQueries") or ()
                )
            finally:
                writing.cancel()
                asyncio.get_running_loop().remove_reader(terminal.master)
            if b"loss=" not in b"".join(chunk.data for chunk in terminal.chunks):
                raise RuntimeError(f"no line of the log was shown: {terminal.last_words()}")
            return found, queries, cpu
