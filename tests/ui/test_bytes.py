"""What the screen costs at the terminal, in bytes: counted, not timed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pyte
from rich.color import ColorSystem
from textual.drivers.headless_driver import HeadlessDriver

from tests.strategies import NOW
from tests.ui.support import Watch, ended_job, raw_job, stock, watching
from tests.ui.test_live import put_log
from tui.app.bandwidth import LOW, USUAL, Probe, over_ssh
from tui.polling.clock import ServiceClock
from tui.simulator import FixedJob, LogEvent, Simulator

SIZE = (140, 50)
TICKS = 10


class Recording(HeadlessDriver):
    """A terminal that keeps what is written to it."""

    written: list[str]

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.written.append(data)


class Glass:
    """A running app, its clock in our hand, and what it writes."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.now = NOW
        self.driver: Any = watch.app._driver
        self.driver.__class__ = Recording
        self.driver.written = []
        watch.app.console._color_system = ColorSystem.TRUECOLOR
        watch.app.glass.forget()
        watch.screen.model.clock = ServiceClock(lambda: self.now)
        assert watch.screen._ticking
        watch.screen._ticking.pause()
        self.screen = pyte.Screen(*SIZE)
        self.stream = pyte.Stream(self.screen)

    async def written(self) -> int:
        """Return the bytes written since this was asked last."""
        await self.watch.pilot.pause()
        await self.watch.pilot.pause(2 * self.watch.screen.bandwidth.frame_seconds)
        data = "".join(self.driver.written)
        self.driver.written.clear()
        self.stream.feed(data.replace("\x1b[2026$p", ""))
        return len(data.encode())

    async def tick(self, seconds: int = 1) -> int:
        self.now += timedelta(seconds=seconds)
        self.watch.screen.tick()
        return await self.written()

    def cells(self) -> list[list[object]]:
        """What stands on the terminal; of a blank only its ground."""
        columns, lines = SIZE
        rows = [[self.screen.buffer[y][x] for x in range(columns)] for y in range(lines)]
        return [[(cell.data, cell.bg) if cell.data == " " else cell for cell in row] for row in rows]


@asynccontextmanager
async def glass(sim: Simulator) -> AsyncIterator[tuple[Glass, list[FixedJob]]]:
    jobs = stock(
        sim,
        raw_job("bert-1", 25, HyperParameters={}),
        *(ended_job(f"done-{n:02d}", 100 + n) for n in range(40)),
        raw_job("t5-other", 90),
    )
    put_log(sim, *(f"step={n} loss={2 / (n + 1):.4f}" for n in range(40)))
    async with watching(sim, SIZE) as watch:
        await watch.listed(len(jobs))
        await watch.identified()
        await watch.shows("step=39", "● live")
        for poller in watch.screen.pollers:
            poller.pause()
        made = Glass(watch)
        assert watch.screen.around
        watch.screen.around.pause(True)
        watch.screen.publish()
        watch.app.screen.refresh()
        while await made.written():
            pass
        await made.tick(10)
        await made.tick()
        yield made, jobs


async def test_clocks_cost_little_and_stay_exact(sim: Simulator) -> None:
    async with glass(sim) as (made, _):
        spent = [await made.tick() for _ in range(TICKS)]
        assert sum(spent) / TICKS <= 120, spent
        assert all(spent), "the clock ticks"
        for _ in range(60 - TICKS):
            await made.tick()
        partly = made.cells()
        made.watch.app.glass.forget()
        made.watch.app.screen.refresh()
        assert await made.written() > 5_000
        assert made.cells() == partly, "after a minute of parts, the same as painted whole"


async def test_where_nothing_changed_nothing_is_written(sim: Simulator) -> None:
    async with glass(sim) as (made, _):
        screen = made.watch.screen
        for group in ("telemetry", "judge", "curves"):
            screen.workers.cancel_group(screen, group)
        while await made.written():
            pass
        screen.publish()
        screen.tick()
        made.watch.app.screen.refresh()
        await made.watch.pilot.pause(0.1)
        assert "".join(made.driver.written) == ""


async def test_a_changed_row_costs_itself(sim: Simulator) -> None:
    async with glass(sim) as (made, jobs):
        screen = made.watch.screen
        jobs[-1].raw = jobs[-1].raw | {"SecondaryStatus": "Uploading", "LastModifiedTime": NOW.timestamp()}
        seq = screen.model.jobs.seq
        assert screen._jobs_poller
        screen._jobs_poller.resume()
        await made.watch.until(lambda: screen.model.jobs.seq > seq)
        screen._jobs_poller.pause()
        await made.watch.shows("Uploading")
        spent = await made.written()
        assert "t5-other" in screen.model.changed_jobs()
        screen.model._changed_jobs.clear()
        screen.tick()
        after = await made.written()
        assert 0 < spent + after <= 600, (spent, after)
        assert after, "the mark goes again"


async def test_a_log_line_costs_about_its_length(sim: Simulator) -> None:
    async with glass(sim) as (made, _):
        line = "validation step=40 loss=0.0100 throughput=1234.5 samples/s"
        telemetry = made.watch.screen.telemetry
        assert telemetry
        now = int(NOW.timestamp() * 1000)
        sim.account.logs.put(f"{telemetry.snapshot.name}/algo-1-1700000000", [LogEvent(now, line)])
        telemetry.log.poller.resume()
        await made.watch.shows("samples/s")
        # What the log says of its host and its lag, and what the local rules say of it, comes on top.
        assert await made.written() <= len(line) + 550


async def test_a_slow_line_is_spared(sim: Simulator) -> None:
    async with glass(sim) as (made, _):
        usual = sum([await made.tick() for _ in range(TICKS)])
        made.watch.screen.use_bandwidth(LOW)
        await made.watch.shows("low bandwidth")
        assert made.watch.screen._ticking
        made.watch.screen._ticking.pause()
        await made.tick(10)
        await made.written()
        spared = sum([await made.tick() for _ in range(TICKS)])
        assert 0 < spared < usual / 2
        await made.watch.press("B")
        assert made.watch.screen.bandwidth is USUAL
        await made.watch.hides("low bandwidth")


def test_a_terminal_that_answers_late_is_slow() -> None:
    probe = Probe()
    asked = 0
    more = True
    while more:
        probe.asked = float(asked)
        more = probe.answered(asked + (0.9 if asked == 0 else 0.05))
        asked += 1
    assert asked == 5
    assert not probe.slow, "one late answer says little"
    assert Probe(took=[0.2, 0.1, 0.3, 0.25, 0.05]).slow
    assert not Probe(took=[0.9]).slow
    assert not probe.answered(9.0), "nobody asked"
    assert over_ssh({"SSH_TTY": "/dev/pts/1"})
    assert not over_ssh({"TERM": "xterm"})
