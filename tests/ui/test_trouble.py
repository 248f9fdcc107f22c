"""What the screen does when calls fail: what was good stays, what is wrong is said, and it recovers by itself."""

import asyncio
import gc
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual import events

from tests.strategies import NOW
from tests.ui.support import SIZES, connect_to, raw_job, snapshot_of, stock, watching
from tui.app.model import Model
from tui.app.screens import polled as polled_module
from tui.app.services import Services
from tui.app.widgets.lines import Lines
from tui.cli import Settings, connect
from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.polling.clock import ServiceClock
from tui.polling.poller import Poll
from tui.polling.ports import Described, JobPage, Order
from tui.simulator import Fault, Simulator


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_describe_denied_while_search_works(sim: Simulator, size: tuple[int, int]) -> None:
    stock(sim, raw_job())
    sim.faults.add(Fault("denied", "DescribeTrainingJob"))
    async with watching(sim, size) as watch:
        await watch.listed(1)
        await watch.until(lambda: watch.screen.view.failure)
        for key in "23456789":
            await watch.tap(key)
            await watch.shows("not allowed")
        sim.faults.clear()
        await watch.tap("1")
        await watch.press("r")
        await watch.described("bert")
        await watch.hides("not allowed")


async def test_search_denied_falls_back_and_says_so(sim: Simulator) -> None:
    stock(sim, raw_job())
    sim.faults.add(Fault("denied", "Search"))
    async with watching(sim, (160, 45)) as watch:
        await watch.listed(1)
        await watch.shows("by ListTrainingJobs")
        await watch.described("bert")
        await watch.shows("2 × ml.g5.xlarge")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_nothing_is_allowed(sim: Simulator, size: tuple[int, int]) -> None:
    stock(sim, raw_job())
    sim.faults.add(Fault("denied"))
    async with watching(sim, size) as watch:
        await watch.shows("Not allowed:", "sagemaker:", "! not allowed")
        await watch.tap("exclamation_mark")
        await watch.shows("Failed calls", "not allowed")


async def test_an_expired_token_dims_says_what_to_type_and_recovers(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (160, 45)) as watch:
        await watch.listed(1)
        await watch.described("bert")
        sim.faults.add(Fault("expired"))
        await watch.fresh()
        await watch.shows("! credentials expired", "aws sso login", "seen", "2 × ml.g5.xlarge")
        (job,) = watch.screen.jobs.body.rows
        assert {span.style for span in job.spans if span.text.strip()} == {"dim"}
        sim.faults.clear()
        await watch.fresh()
        await watch.shows("● live")
        await watch.hides("credentials expired")


async def test_no_credentials_at_the_start(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    stock(sim, raw_job())
    settings = Settings(region="us-east-1", endpoint_url=sim.url)
    async with watching(lambda: connect(settings), (80, 24)) as watch:
        await watch.shows("No credentials.", "aws configure")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
        await watch.press("r")
        await watch.listed(1)
        await watch.shows("● live")


async def test_no_region_at_the_start(sim: Simulator) -> None:
    async with watching(lambda: connect(Settings(credentials=("a", "b"))), (80, 24)) as watch:
        await watch.shows("No region.", "--region us-east-1")


async def test_a_failed_poll_keeps_the_last_good_data(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (160, 45)) as watch:
        await watch.described("bert")
        sim.faults.add(Fault("garbage", "DescribeTrainingJob"))
        await watch.fresh()
        await watch.shows(
            "DescribeTrainingJob: unreadable answer, shown as of", "2 × ml.g5.xlarge", "Training in progress"
        )


async def test_throttling_is_counted_in_the_header(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (160, 45)) as watch:
        await watch.described("bert")
        sim.faults.add(Fault("throttle", "DescribeTrainingJob", times=1))
        await watch.fresh()
        await watch.shows("throttled")
        assert watch.screen.services
        assert watch.screen.services.budget.throttles == 1


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_an_unknown_job_is_a_message_that_stays(sim: Simulator, size: tuple[int, int]) -> None:
    stock(sim, raw_job("bert-large-0412"))
    async with watching(sim, size, job="bert-lage-0412") as watch:
        await watch.shows("no training job")
        await watch.until(
            lambda: watch.screen.view.failure and "nearest: bert-large-0412" in watch.screen.view.failure.hint
        )
        await watch.pilot.pause()
        assert watch.screen.view.name == "bert-lage-0412"
        await watch.tap("escape")
        await watch.listed(1)
        assert watch.cursor == "bert-large-0412"


async def test_a_job_of_the_list_that_was_deleted_leaves_it_and_says_so(sim: Simulator) -> None:
    stock(sim, raw_job("here", 20), raw_job("gone", 10))
    async with watching(sim, (160, 45)) as watch:
        await watch.listed(2)
        await watch.described("gone")
        sim.account.remove("gone")
        await watch.fresh()
        await watch.shows("gone is gone from the account")
        await watch.listed(1)
        assert watch.cursor == "here"


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_an_open_job_that_was_deleted_stays_says_so_and_leaves_the_list(
    sim: Simulator, size: tuple[int, int]
) -> None:
    stock(sim, raw_job("here", 20), raw_job("gone", 10))
    async with watching(sim, size) as watch:
        await watch.listed(2)
        await watch.described("gone")
        await watch.press("enter")
        sim.account.remove("gone")
        await watch.fresh()
        await watch.until(lambda: watch.screen.view.failure, "told")
        assert watch.screen.view.failure
        assert "deleted" in watch.screen.view.failure.message
        assert watch.screen.view.snapshot
        await watch.until(lambda: [job.name for job in watch.screen.model.shown().jobs] == ["here"], "gone")
        await watch.tap("escape")
        await watch.until(lambda: watch.cursor == "here")


async def test_coming_back_to_the_terminal_asks_at_once_and_away_from_it_less(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (160, 45)) as watch:
        await watch.listed(1)
        await watch.described("bert")
        watch.app.post_message(events.AppBlur())
        await watch.until(lambda: watch.screen.attention.away)
        before = watch.screen.model.jobs.seq, watch.screen.model.job.seq
        watch.app.post_message(events.AppFocus())
        await watch.until(
            lambda: watch.screen.model.jobs.seq > before[0] and watch.screen.model.job.seq > before[1], "asked"
        )
        assert not watch.screen.attention.away


async def test_a_change_is_shown_and_marked(sim: Simulator) -> None:
    (job,) = stock(sim, raw_job())
    async with watching(sim, (160, 45)) as watch:
        await watch.listed(1)
        await watch.described("bert")
        now = NOW.timestamp()
        entries = [*job.raw["SecondaryStatusTransitions"]]
        entries[-1] = entries[-1] | {"EndTime": now}
        entries.append({"Status": "Uploading", "StartTime": now, "StatusMessage": "Uploading the model"})
        job.raw = job.raw | {
            "SecondaryStatus": "Uploading",
            "LastModifiedTime": now,
            "SecondaryStatusTransitions": entries,
        }
        await watch.fresh()
        await watch.shows("Uploading the model")
        panes = [watch.screen.query_one(f"#{name}", Lines) for name in ("jobs-list", "timeline", "overview")]
        spans = [span for pane in panes for entry in pane.rows for span in entry.spans]
        marked = [span.text for span in spans if span.style == "changed"]
        assert len(marked) >= 3
        assert {text.split()[0] for text in marked} == {"Uploading", "Training"}, marked


async def test_pause_and_go_on(sim: Simulator) -> None:
    stock(sim, raw_job("a", 1), raw_job("b", 2))
    async with watching(sim, (80, 24)) as watch:
        await watch.listed(2)
        await watch.described("a")
        await watch.identified()
        await watch.tap("p")
        await watch.shows("paused")
        before = sim.calls.count()
        await watch.tap("r", "j")
        await watch.pilot.pause(0.4)
        assert sim.calls.count() == before
        await watch.tap("p")
        await watch.until(lambda: sim.calls.count() > before)
        await watch.described("b")
        await watch.hides("paused")


async def test_the_pace_is_the_users(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (80, 24)) as watch:
        await watch.described("bert")
        await watch.tap("minus")
        await watch.shows("every 2 × the usual time")
        assert {poller.stretch for poller in watch.screen.pollers} == {2.0}
        await watch.tap("plus", "equals_sign", "plus")
        assert {poller.stretch for poller in watch.screen.pollers} == {0.5}


async def test_moving_fast_asks_about_where_the_cursor_rests(sim: Simulator) -> None:
    stock(sim, *(raw_job(f"job-{n}", n + 1) for n in range(12)))
    async with watching(sim, (80, 24)) as watch:
        await watch.listed(12)
        await watch.described("job-0")
        sim.calls.clear()
        for _ in range(8):
            watch.app.simulate_key("j")
        await watch.described("job-8")
        asked = {
            call.params["TrainingJobName"] for call in sim.calls.entries if call.operation == "DescribeTrainingJob"
        }
        assert asked <= {"job-0", "job-8"}


class Buggy:
    """A port with a bug in it, until it is mended."""

    region = "us-east-1"
    broken = True

    async def search(self, order: Order, token: str | None = None, conditions: object = ()) -> JobPage:
        if self.broken:
            raise KeyError("a bug")
        return JobPage((), None, 0, NOW)

    list = describe = identity = search


async def test_a_bug_in_a_poller_is_noted_and_it_starts_again(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polled_module, "_RESTART_SECONDS", 0.05)
    port: Any = Buggy()

    async def open_services() -> Services:
        return replace(await connect_to(sim)(), jobs=port)

    async with watching(open_services, (80, 24)) as watch:
        await watch.until(lambda: watch.screen.model.incidents)
        assert watch.screen.model.incidents[-1].failure.hint == "a bug of sagetop: please report it"
        port.broken = False
        await watch.shows("no training jobs")
    gc.collect()  # an unclosed connection is a warning, and an error here


def described(name: str, status: str = "Training") -> Described:
    return Described(snapshot_of(raw_job(name, SecondaryStatus=status)), NOW)


def test_a_late_answer_is_dropped() -> None:
    model = Model(ServiceClock(lambda: NOW))
    model.focus("a")
    assert model.apply_job(Poll("a", 5, 0.0, described("a"), None))
    model.focus("b")
    assert not model.apply_job(Poll("a", 6, 0.0, described("a", "Failed"), None))
    assert model.job.value is None
    assert model.apply_job(Poll("b", 8, 0.0, described("b"), None))
    assert not model.apply_job(Poll("b", 7, 0.0, described("b", "Failed"), None))
    assert model.view("us-east-1", False).snapshot.phase == "Training"
    model.focus("a")
    assert model.view("us-east-1", False).snapshot.name == "a"


def test_a_failure_never_replaces_a_value() -> None:
    model = Model(ServiceClock(lambda: NOW))
    model.focus("a")
    model.apply_job(Poll("a", 1, 0.0, described("a"), None))
    failure = Failure(FailureKind.TIMEOUT, "DescribeTrainingJob", "no answer")
    for seq in (2, 3):
        assert model.apply_job(Poll("a", seq, 9.0, None, failure))
    assert model.job.value
    assert model.job.at == 0.0
    assert model.trouble() is failure
    assert [(incident.failure, incident.times) for incident in model.incidents] == [(failure, 2)]


def test_a_change_is_marked_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("tui.app.model.monotonic", lambda: now[0])
    model = Model(ServiceClock(lambda: NOW + timedelta(seconds=now[0])))
    model.focus("a")
    model.apply_job(Poll("a", 1, 0.0, described("a"), None))
    assert model.view("", False).changed == frozenset()
    model.apply_job(Poll("a", 2, 0.0, described("a", "Uploading"), None))
    assert model.view("", False).changed == {"SecondaryStatus"}
    now[0] += 3.9
    assert model.view("", False).changed == {"SecondaryStatus"}
    now[0] += 0.2
    assert model.view("", False).changed == frozenset()


async def test_ports_may_be_slow_to_open() -> None:
    opened = asyncio.Event()

    async def open_services() -> Services:
        await opened.wait()
        raise ServiceError(Failure(FailureKind.UNREACHABLE, "connect", "no"))

    async with watching(open_services, (80, 24)) as watch:
        await watch.shows("connecting", "Asking for the jobs")
        await watch.tap("r", "p", "i", "escape", "plus", "enter", "j")
        assert watch.app.is_running
