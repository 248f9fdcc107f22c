"""A machine that slept, and sizes that come in a storm."""

import random

import pytest

from tests.ui.support import raw_job, stock, watching
from tui.polling import pace
from tui.simulator import Fault, Simulator


async def test_after_a_sleep_everything_is_asked_once_and_dead_connections_are_left(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "FOCUSED_SECONDS", 3600.0)
    monkeypatch.setattr(pace, "LIST_SECONDS", 3600.0)
    stock(sim, raw_job())
    async with watching(sim) as watch:
        await watch.described("bert")
        await watch.identified()
        before = {name: sim.calls.count(name) for name in ("Search", "DescribeTrainingJob")}
        # The connection is dead: nothing will ever come.
        sim.faults.add(Fault("hang", "DescribeTrainingJob", times=1))
        watch.screen._job_poller.kick()  # type: ignore[union-attr]
        await watch.until(lambda: sim.calls.count("DescribeTrainingJob") == before["DescribeTrainingJob"] + 1)
        time = watch.screen.attention.time
        watch.screen.attention.time = lambda: time() + 3600
        seq = watch.screen.model.job.seq
        watch.screen.tick()
        await watch.until(lambda: watch.screen.model.job.seq > seq and not watch.screen.model.job.failure)
        await watch.until(lambda: sim.calls.count("Search") > before["Search"])
        assert sim.calls.count("DescribeTrainingJob") <= before["DescribeTrainingJob"] + 2
        assert sim.calls.count("Search") == before["Search"] + 1, "nothing is made up for"


async def test_a_storm_of_sizes_ends_in_the_right_screen(sim: Simulator) -> None:
    stock(sim, raw_job())
    chance = random.Random(7)
    async with watching(sim, (120, 40)) as watch:
        await watch.described("bert")
        for _ in range(60):
            size = chance.choice(((1, 1), (2, 60), (400, 1), (400, 120), (40, 12), (80, 24)))
            await watch.pilot.resize_terminal(*size)
        await watch.pilot.resize_terminal(120, 40)
        await watch.shows("1 Jobs", "2 Timeline", "? help", "bert")
