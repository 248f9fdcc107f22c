"""A simulated day: jobs live and die, logs flow, keys are pressed, calls fail; what the process holds each hour.

`python -m benchmarks.soak HOURS SECONDS` lives so many hours of so many seconds, and prints a line of JSON each.
"""

import asyncio
import gc
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from textual.scrollbar import ScrollBar
from textual.widget import Widget

from benchmarks.endpoint import Service, service
from benchmarks.pty import COLUMNS, LINES, ROOT
from benchmarks.row import Row
from benchmarks.trend import growth, slope

MEMORY_BUDGET = 0.05
COUNT_BUDGET = 0.1
"""Of anything, at most one more in ten hours."""
COUNTS = ("descriptors", "tasks", "threads", "timers", "widgets")
_WARM_UP = 6
"""Hours: caches fill, the pool of threads and of connections reaches its size."""
_HURRIED = {
    "pace": {"FOCUSED_SECONDS": 0.25, "LIST_SECONDS": 0.5, "SETTLING_SECONDS": 0.5, "_LONGEST_RETRY_SECONDS": 0.5},
    "logs": {"FOLLOW_SECONDS": 0.25, "MORE_SECONDS": 0.25, "MISSING_SECONDS": 0.25},
}
_FAULTS = ("throttle", "server_error", "drop", "garbage", "unavailable", "half_body")
_OPERATIONS = ("DescribeTrainingJob", "Search", "FilterLogEvents", "GetMetricData")
_TOUR = (
    # Over the jobs; each is focused for a moment, its log and curves begin.
    ("j", "j", "j", "G", "k", "k", "ctrl+b", "g", "j"),
    # One job: its panes, its log, its charts, all of its members.
    (
        "enter",
        "l",
        "f",
        "e",
        "f",
        "z",
        "h",
        "h",
        "z",
        "m",
        "Y",
        "Y",
        "m",
        "d",
        "J",
        "J",
        "7",
        "8",
        "9",
        *["escape"] * 4,
    ),
    # The list: filter, sort, problems.
    (
        "slash",
        "b",
        "e",
        "r",
        "backspace",
        "enter",
        "ctrl+l",
        "greater_than_sign",
        "s",
        "s",
        "less_than_sign",
        "F",
        "F",
    ),
    # What lies on top.
    ("question_mark", "escape", "i", "escape", "exclamation_mark", "escape", "colon", "t", "escape", "y", "escape"),
    ("plus", "minus", "p", "p", "r", "j", "j", "k"),
)
_HOME = ("escape", "escape", "1", "g")


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process holds at an hour, the list on the screen and the cursor on its first job."""

    hour: int
    resident_mib: float
    descriptors: int
    tasks: int
    threads: int
    timers: int
    widgets: int
    objects: int
    types: dict[str, int] = field(default_factory=dict)


async def day(account: Service, hours: int, seconds: float) -> list[Sample]:
    """Use sagetop, without a terminal, for so many hours of so many seconds; a sample each."""
    from tui.app.app import SagetopApp
    from tui.app.services import Options
    from tui.cli import Settings, connect

    settings = Settings(region="us-east-1", endpoint_url=account.url, credentials=("a", "b"))
    app = SagetopApp(lambda: connect(settings), Options())
    found: list[Sample] = []
    with _hurry():
        async with app.run_test(size=(COLUMNS, LINES)):
            loop = asyncio.get_running_loop()
            for hour in range(hours):
                ends = loop.time() + seconds
                account.ask("fault", _FAULTS[hour % len(_FAULTS)], _OPERATIONS[hour % len(_OPERATIONS)], 2)
                keys = [key for part in (*_tours(hour), _HOME) for key in part]
                for key in keys:
                    app.simulate_key(key)
                    await asyncio.sleep(0.8 * seconds / len(keys))
                await asyncio.sleep(max(0.2, ends - loop.time()))
                while len(app.screen_stack) > 1:  # a key may have come before the screen that it was to close
                    app.simulate_key("escape")
                    await asyncio.sleep(0.1)
                found.append(_sample(hour))
    return found


def rows(quick: bool) -> Iterator[Row]:
    """Live a day in another process."""
    hours, seconds = (24, 1.5) if quick else (24, 9.0)
    command = [sys.executable, "-m", "benchmarks.soak", str(hours), str(seconds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or len(lines) < hours:
        raise RuntimeError(f"the day ended early: {done.stderr.strip()[-300:]}")
    samples = [json.loads(line) for line in lines]
    warm = samples[_WARM_UP:]
    resident = [sample["resident_mib"] for sample in warm]
    grown = growth(resident)
    yield Row(
        what=f"a simulated day, {hours} h in {hours * seconds:.0f} s: memory",
        measured=f"{grown:+.1%}, {resident[0]:.0f} -> {resident[-1]:.0f} MiB after {_WARM_UP} h",
        budget=f"<= +{MEMORY_BUDGET:.0%}",
        beside="most grown: " + (", ".join(f"{name} +{more}" for name, more in growers(warm)[:4]) or "nothing"),
        within=grown <= MEMORY_BUDGET,
        details={"samples": [{name: sample[name] for name in sample if name != "types"} for sample in samples]}
        | {"growers": growers(warm)[:20]},
    )
    slopes = {name: slope([sample[name] for sample in warm]) for name in COUNTS}
    yield Row(
        what="a simulated day: what is held, and its rise",
        measured=", ".join(f"{warm[-1][name]} {name} ({slopes[name]:+.2f}/h)" for name in COUNTS),
        budget=f"<= {COUNT_BUDGET} more an hour",
        beside=f"objects {warm[0]['objects']:,} -> {warm[-1]['objects']:,}",
        within=all(value <= COUNT_BUDGET for value in slopes.values()),
        details={"slopes": slopes},
    )


def _tours(hour: int) -> tuple[tuple[str, ...], ...]:
    """Two parts of the tour; each comes in every fifth hour at least."""
    return _TOUR[hour % len(_TOUR)], _TOUR[(hour + 2) % len(_TOUR)]


def growers(samples: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """Return the types of which there were more in each third of the samples than in the one before, most first."""
    third = max(1, len(samples) // 3)
    parts = [samples[:third], samples[third : 2 * third], samples[2 * third :]]
    found = []
    for name in samples[-1]["types"]:
        least = [min(sample["types"].get(name, 0) for sample in part) for part in parts if part]
        if len(least) == 3 and least[0] < least[1] < least[2]:
            found.append((name, least[2] - least[0]))
    return sorted(found, key=lambda entry: -entry[1])


@contextmanager
def _hurry() -> Iterator[None]:
    """Ask as often in a simulated hour as the seconds it lasts allow, and never wait for the budget of calls."""
    from tui.polling import budget, logs, pace

    modules = {"pace": pace, "logs": logs}
    before = {
        (module, name): getattr(modules[module], name)
        for module, values in _HURRIED.items()
        for name in values
        if hasattr(modules[module], name)
    }
    allowances = dict(budget.ALLOWANCES)
    for module, name in before:
        setattr(modules[module], name, _HURRIED[module][name])
    for operation in allowances:
        budget.ALLOWANCES[operation] = budget.Allowance(1000.0, 1000)  # type: ignore[index]
    try:
        yield
    finally:
        for (module, name), value in before.items():
            setattr(modules[module], name, value)
        budget.ALLOWANCES.update(allowances)  # type: ignore[attr-defined]


def _sample(hour: int) -> Sample:
    gc.collect()
    held = gc.get_objects()
    types = Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in held)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    coroutines = Counter(task.get_coro().__qualname__ for task in asyncio.all_tasks())  # type: ignore[union-attr]
    return Sample(
        hour=hour,
        resident_mib=round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1),
        descriptors=sum(1 for _ in Path("/proc/self/fd").iterdir()),
        # Each widget has a task of its own, and is counted below.
        tasks=coroutines.total() - coroutines["MessagePump._process_messages"],
        threads=threading.active_count(),
        timers=coroutines["Timer._run_timer"],
        # A scroll bar is made when it is first needed, and stays.
        widgets=sum(isinstance(one, Widget) and not isinstance(one, ScrollBar) for one in held),
        objects=len(held),
        types=dict(types.most_common(400)),
    )


async def _main(hours: int, seconds: float) -> None:
    with service("day", round(3600 / seconds)) as account:
        for sample in await day(account, hours, seconds):
            print(json.dumps(asdict(sample)), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), float(sys.argv[2])))
