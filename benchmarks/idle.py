"""Idle: what an open screen costs while nothing happens but the clock, and the polls of job, list and log."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.endpoint import endpoint
from benchmarks.jobs import FOCUSED
from benchmarks.programs import CLOCK_APP
from benchmarks.pty import COLORS_256, TRUECOLOR, Terminal, sagetop, script
from benchmarks.row import Row

CPU_BUDGET, BYTES_BUDGET = 1.0, 200.0
_WARM_UP = 12.0
_PYENV = {name: os.environ[name] for name in ("PYENV_ROOT", "PYENV_VERSION") if name in os.environ}
"""Where `aws` may be a shim that needs to know."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a program cost while it was watched."""

    cpu: float
    """Percent of one core."""
    bytes_per_second: float
    resident: float
    """MiB."""


def rows(quick: bool) -> Iterator[Row]:
    """Watch sagetop and a clock on an otherwise empty screen side by side, at three kinds of terminal."""
    lasting = 22.0 if quick else 41.0
    with endpoint("quiet") as url:
        yield from _kind("truecolor", url, lasting, TRUECOLOR, sync=False)
        yield from _kind("256 colours", url, lasting, COLORS_256, sync=False)
        yield from _kind("truecolor, synchronised output", url, lasting, TRUECOLOR, sync=True)
        yield from _tools(url, 13.0 if quick else 31.0)


def _kind(name: str, url: str, lasting: float, environment: dict[str, str], *, sync: bool) -> Iterator[Row]:
    with ExitStack() as stack:
        programs = [
            stack.enter_context(Terminal(command, environment=environment, sync=sync))
            for command in (sagetop("watch", "--endpoint-url", url), script(CLOCK_APP))
        ]
        ours, clock = _watch(programs, lasting)
        terminal = programs[0]
        screen = terminal.screen()
        for chunk in terminal.chunks:
            screen.feed(chunk.data)
        if "live" not in screen.rows[0] or " in Training" not in screen.text:
            raise RuntimeError(f"the focused job was not on the screen:\n{screen.text}")
    details = {"seconds": lasting, "sagetop": _plain(ours), "clock": _plain(clock)}
    yield Row(
        what=f"idle CPU, {name}",
        measured=f"{ours.cpu:.2f} % of a core, {ours.resident:.0f} MiB",
        budget=f"<= {CPU_BUDGET:g} %",
        beside=f"a 14-cell clock widget: {clock.cpu:.2f} %, {clock.resident:.0f} MiB",
        ratio=ours.cpu / clock.cpu if clock.cpu else None,
        within=ours.cpu <= CPU_BUDGET,
        details=details,
    )
    yield Row(
        what=f"idle bytes, {name}",
        measured=f"{ours.bytes_per_second:.0f} B/s",
        budget=f"<= {BYTES_BUDGET:g} B/s",
        beside=f"a 14-cell clock widget: {clock.bytes_per_second:.0f} B/s",
        ratio=ours.bytes_per_second / clock.bytes_per_second if clock.bytes_per_second else None,
        within=ours.bytes_per_second <= BYTES_BUDGET,
        details=details,
    )


def _tools(url: str, lasting: float) -> Iterator[Row]:
    """Watch what people leave open instead, one after another: with the processes that each starts."""
    asking = f"aws sagemaker describe-training-job --training-job-name {FOCUSED} --endpoint-url {url}"
    tools = {
        "watch -n 2 aws …": ["watch", "-n", "2", asking],
        "htop": ["htop"],
        "btop": ["btop"],
    }
    words, details = [], {}
    for name, command in tools.items():
        needed = [command[0], *(["aws"] if "aws" in command[-1] else [])]
        missing = [tool for tool in needed if shutil.which(tool) is None]
        if missing:
            words.append(f"{name}: not installed")
            continue
        with Terminal(command, environment=TRUECOLOR | _PYENV) as terminal:
            terminal.read_for(5.0)
            since, used = terminal.now, terminal.cpu_seconds(children=True)
            terminal.read_for(lasting)
            seconds, cpu = terminal.now - since, terminal.cpu_seconds(children=True) - used
            if "aws" in needed and FOCUSED not in "".join(_shown(terminal)):
                raise RuntimeError(f"{name} does not show the job: {terminal.last_words()}")
            cost = Cost(100 * cpu / seconds, terminal.bytes_since(since) / seconds, 0.0)
        details[name] = {"cpu_percent": round(cost.cpu, 1), "bytes_per_second": round(cost.bytes_per_second, 1)}
        words.append(f"{name}: {cost.cpu:.1f} %, {cost.bytes_per_second:.0f} B/s")
    yield Row(
        what="idle, other tools",
        measured="; ".join(words),
        budget="",
        beside="the rows of sagetop and of the clock above",
        details=details,
    )


def _shown(terminal: Terminal) -> list[str]:
    screen = terminal.screen()
    for chunk in terminal.chunks:
        screen.feed(chunk.data)
    return screen.rows


def _watch(programs: list[Terminal], lasting: float) -> list[Cost]:
    """Read all programs at once for a while; they share the machine's noise."""
    readers = [threading.Thread(target=program.read_for, args=(_WARM_UP + lasting,)) for program in programs]
    for reader in readers:
        reader.start()
    threading.Event().wait(_WARM_UP)
    before = [(program.now, program.cpu_seconds()) for program in programs]
    threading.Event().wait(lasting - 1.0)
    found = []
    for program, (since, used) in zip(programs, before, strict=True):
        until, cpu = program.now, program.cpu_seconds() - used
        written = sum(len(chunk.data) for chunk in program.chunks if since <= chunk.at < until)
        found.append(Cost(100 * cpu / (until - since), written / (until - since), program.resident_bytes() / 2**20))
    for reader in readers:
        reader.join()
    return found


def _plain(cost: Cost) -> dict[str, float]:
    return {
        "cpu_percent": round(cost.cpu, 2),
        "bytes_per_second": round(cost.bytes_per_second, 1),
        "resident_mib": round(cost.resident, 1),
    }
