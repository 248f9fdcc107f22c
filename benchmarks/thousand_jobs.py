"""A thousand running jobs among ten thousand: the calls that keep them fresh, and how stale one ever is."""

import os
import random
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from benchmarks.endpoint import Service, service
from benchmarks.glass import Glass, listed
from benchmarks.jobs import fleet_names
from benchmarks.programs import POLL_EACH_JOB
from benchmarks.pty import Terminal, sagetop, script
from benchmarks.row import Row, milliseconds, percentile

RUNNING, JOBS = 1_000, 10_000
CALLS_BUDGET, STALE_BUDGET = 0.5, 15.0
_OURS = ("DescribeTrainingJob", "ListTrainingJobs", "Search")
_NAIVE_JOBS, _NAIVE_PERIOD = 20, 5.0
_LOADED_AFTER = 20.0
"""Seconds without a further page: the first load is over."""
_LONGEST_LOAD = 240.0
_PATIENCE = 60.0


def rows(quick: bool) -> Iterator[Row]:
    """Watch, count, and change jobs anywhere in the list at random moments."""
    with ExitStack() as stack:
        account = stack.enter_context(service("still", RUNNING, JOBS))
        # The job under the cursor runs and is a problem, so that it stays focused when problems alone are shown.
        account.ask("change", fleet_names(1)[0], "Interrupted")
        terminal = stack.enter_context(Terminal(sagetop("watch", "--endpoint-url", account.url)))
        glass = Glass(terminal)
        load = _first_load(account, terminal, glass)
        yield Row(
            what=f"first load, {RUNNING:,} running of {JOBS:,} jobs",
            measured=f"{load['calls']} calls in {load['seconds']:.0f} s, {load['listed']:,} jobs listed",
            budget="",
            beside=f"100 pages of ListTrainingJobs: {JOBS // 100} calls",
            details=load,
        )
        steady, naive = _steady(account, terminal, 30.0 if quick else 150.0)
        per_job = naive["calls"] / naive["seconds"] / _NAIVE_JOBS
        rate = _rate(steady)
        yield Row(
            what=f"SageMaker calls, {RUNNING:,} running of {JOBS:,} jobs, one focused ({steady['seconds']:.0f} s)",
            measured=f"{rate:.2f} /s: {_told(steady['calls'])}",
            budget=f"<= {CALLS_BUDGET} /s",
            beside=f"boto3, Describe each of {_NAIVE_JOBS} jobs a {_NAIVE_PERIOD:.0f} s: "
            f"{per_job * _NAIVE_JOBS:.1f} /s; of {RUNNING:,}: {per_job * RUNNING:.0f} /s (arithmetic)",
            ratio=rate / (per_job * RUNNING),
            within=rate <= CALLS_BUDGET,
            details={"steady": steady, "naive": naive},
        )
        account.ask("clear")
        times, missed = _staleness(account, terminal, glass, 12 if quick else 40)
        during = account.ask("calls")
        on_time = not missed and max(times) <= STALE_BUDGET
        p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
        yield Row(
            what=f"change -> glass, any of {JOBS:,} jobs ({len(times) + missed} changes)",
            measured=f"p50 {p50:.1f} s, p95 {p95:.1f} s, max {max(times):.1f} s"
            + (f", {missed} not within {_PATIENCE:.0f} s" if missed else ""),
            budget=f"<= {STALE_BUDGET:.0f} s",
            beside=f"meanwhile {_rate(during):.2f} calls/s: {_told(during['calls'])}",
            within=on_time,
            details={"milliseconds": milliseconds(times), "missed": missed, "during": during},
        )


def _first_load(account: Service, terminal: Terminal, glass: Glass) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while terminal.now < _LONGEST_LOAD:
        terminal.read_for(1.0)
        now = account.ask("calls")
        since = now["since_page"]
        quiet = since if since is not None else terminal.now
        if quiet < 1.5 or not found:
            found = {"calls": sum(now["calls"].get(name, 0) for name in _OURS), "seconds": terminal.now}
        if quiet > _LOADED_AFTER:
            break
    found["listed"] = listed(glass.catch_up())
    return found


def _steady(account: Service, terminal: Terminal, lasting: float) -> tuple[dict[str, Any], dict[str, Any]]:
    with service("still", _NAIVE_JOBS, _NAIVE_JOBS) as other:
        command = script(POLL_EACH_JOB, other.url, str(_NAIVE_PERIOD), *fleet_names(_NAIVE_JOBS))
        with Terminal(command) as naive:
            reader = threading.Thread(target=naive.read_for, args=(lasting,))
            reader.start()
            account.ask("clear")
            terminal.read_for(10.0)
            other.ask("clear")
            terminal.read_for(lasting - 10.0)
            polled = other.ask("calls")
            steady = account.ask("calls")
            reader.join()
            if not polled["calls"]:
                raise RuntimeError(f"the script asked for nothing: {naive.last_words()}")
    return steady, {"calls": polled["calls"]["DescribeTrainingJob"], "seconds": polled["seconds"]}


def _staleness(account: Service, terminal: Terminal, glass: Glass, changes: int) -> tuple[list[float], int]:
    """Show problems only, let random jobs fail, wherever they are in the list, and see when each is on the screen."""
    os.write(terminal.master, b"F")
    terminal.read_for(15.0)
    names = fleet_names(JOBS)
    # Half of them run; the rest are over, most of them far below the screen.
    half = changes // 2
    chosen = [*random.sample(names[1:RUNNING], half), *random.sample(names[RUNNING:], changes - half)]
    random.shuffle(chosen)
    waiting: dict[str, float] = {}
    times: list[float] = []

    def look(at: float) -> None:
        shown = [name for name in waiting if name in glass.screen.text]
        times.extend(terminal.started_at + at - waiting.pop(name) for name in shown)

    ends = terminal.now
    for name in chosen:
        if name in glass.screen.text:
            raise RuntimeError(f"{name} was on the screen before it failed")
        waiting[name] = account.ask("change", name, "Failed")["at"]
        ends = terminal.now + random.uniform(0.5, 4.0)
        while terminal.now < ends:
            terminal.read_for(0.1)
            glass.catch_up(look)
    ends += _PATIENCE
    while waiting and terminal.now < ends:
        terminal.read_for(0.1)
        glass.catch_up(look)
    if not times:
        print(glass.screen.text, file=sys.stderr)
        raise RuntimeError(f"none of {changes} changes was shown within {_PATIENCE:.0f} s")
    return times, len(waiting)


def _rate(counted: dict[str, Any]) -> float:
    total: int = sum(counted["calls"].get(name, 0) for name in _OURS)
    return total / float(counted["seconds"])


def _told(calls: dict[str, int]) -> str:
    return ", ".join(f"{name} {calls[name]}" for name in _OURS if name in calls)
