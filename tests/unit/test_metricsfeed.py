"""Curves of the screen: what is asked, how often, what it costs, and why something is missing."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.domain.job import JobSnapshot
from tui.domain.jobs import JobSummary
from tui.domain.series import Point, Source
from tui.polling import metricplan
from tui.polling.gate import Gate
from tui.polling.metricplan import MetricQuery, Subject, Wanted, period_for, plan, plan_screen
from tui.polling.metricports import MetricAnswer, MetricsBudget
from tui.polling.metrics import MetricsFeed, final_series

NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def raw_job(name: str = "job", count: int = 2, kind: str = "ml.p4d.24xlarge", **more: object) -> dict[str, object]:
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}",
        "TrainingJobStatus": "InProgress",
        "CreationTime": NOW - HOUR,
        "TrainingStartTime": NOW - HOUR,
        "ResourceConfig": {"InstanceType": kind, "InstanceCount": count},
        "AlgorithmSpecification": {
            "MetricDefinitions": [{"Name": "train:acc", "Regex": "(x)"}, {"Name": "train:loss", "Regex": "(x)"}]
        },
        **more,
    }


def subject(name: str = "job", count: int = 2, kind: str = "ml.p4d.24xlarge", **more: object) -> Subject:
    return Subject.of_job(JobSnapshot.from_api(raw_job(name, count, kind, **more)))


@dataclass
class Service:
    """Both ports: a point of value 80 a minute for whatever is asked."""

    asked: list[tuple[tuple[MetricQuery, ...], datetime, datetime]] = field(default_factory=list)
    steps: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    failure: Failure | None = None
    step_failure: Failure | None = None
    trouble: dict[int, str] = field(default_factory=dict)
    empty: bool = False

    async def metric_data(self, queries: Sequence[MetricQuery], start: datetime, end: datetime) -> MetricAnswer:
        self.asked.append((tuple(queries), start, end))
        if self.failure:
            raise ServiceError(self.failure)
        made = []
        for query in queries:
            first, last = int(start.timestamp()), int(end.timestamp())
            made.append(() if self.empty else tuple(Point(x, 80.0) for x in range(first, last, query.period)))
        return MetricAnswer(tuple(made), self.trouble)

    async def step_metrics(self, arn: str, names: Sequence[str]) -> MetricAnswer:
        self.steps.append((arn, tuple(names)))
        if self.step_failure:
            raise ServiceError(self.step_failure)
        return MetricAnswer(tuple((Point(1, 0.5), Point(2, 0.4)) for _ in names), {})


class World:
    """A feed, its service and a clock of its own."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.service = Service()
        self.feed = MetricsFeed(self.service, self.service, now=self.now, time=lambda: self.seconds, gate=Gate())

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    async def live(self, seconds: int) -> list[datetime]:
        """Let time pass; return when calls were made."""
        moments = []
        for _ in range(seconds):
            delay = self.feed.delay()
            if delay is not None and delay <= 0:
                before = len(self.service.asked)
                await self.feed.poll()
                moments += [self.now()] * (len(self.service.asked) - before)
            self.seconds += 1
        return moments


@pytest.fixture
def world() -> World:
    return World()


def denied(operation: str, hint: str) -> Failure:
    return Failure(FailureKind.DENIED, operation, "no", hint)


def test_the_focused_job_is_asked_for_all_hosts_and_metrics() -> None:
    made = plan(subject(count=2), NOW)
    asked = [(query.name, query.host) for query in made.queries]
    assert asked[:2] == [("train:loss", ""), ("train:acc", "")]
    assert asked[2:4] == [("GPUUtilization", "algo-1"), ("GPUUtilization", "algo-2")]
    assert len(asked) == 2 + 5 * 2
    assert {query.period for query in made.queries} == {60}


def test_no_gpu_metrics_where_there_are_no_gpus() -> None:
    names = {query.name for query in plan(subject(kind="ml.m5.large"), NOW).queries if query.host}
    assert names == {"CPUUtilization", "MemoryUtilization", "DiskUtilization"}
    assert "GPUUtilization" in {query.name for query in plan(subject(kind="ml.p9.48xlarge"), NOW).queries}


def test_a_row_costs_two_metrics() -> None:
    made = plan(subject(), NOW, focused=False)
    assert [(query.name, query.host) for query in made.queries] == [("GPUUtilization", "algo-1"), ("train:loss", "")]
    row = Subject.of_row(JobSummary.from_api(raw_job()))
    assert plan(row, NOW, focused=False) == made


def test_128_hosts_are_capped_and_it_is_told() -> None:
    made = plan(subject(count=200), NOW)
    assert len(made.queries) == 2 + 128 + 4 * 32
    assert "hosts after algo-128" in made.left_out
    assert "all but GPUUtilization" in made.left_out


def test_a_screen_takes_one_call_at_most_and_rows_before_far_hosts() -> None:
    rows = [Wanted(subject(f"row-{n}", 1)) for n in range(150)]
    made = plan_screen([*rows, Wanted(subject("big", 200), focused=True)], NOW)
    assert len(made.queries) == metricplan.MOST_QUERIES
    assert "more than one call takes" in made.left_out
    assert sum(query.job.startswith("row-") for query in made.queries) == 300
    assert made.queries[0].job == "big"


def test_a_job_that_has_not_started_is_not_asked() -> None:
    assert plan(subject(TrainingStartTime=None), NOW).queries == ()


def test_a_heterogeneous_cluster_is_shown_raw() -> None:
    groups = [{"InstanceType": kind, "InstanceCount": 1} for kind in ("ml.g5.xlarge", "ml.c5.xlarge")]
    mixed = subject(ResourceConfig={"InstanceGroups": groups})
    assert (mixed.hosts, mixed.hardware, mixed.gpus) == (("algo-1", "algo-2"), None, True)


@pytest.mark.parametrize(
    ("began", "span", "period"),
    [
        (HOUR, HOUR, 60),
        (DAY, DAY, 300),
        (23 * HOUR, 23 * HOUR, 60),
        (4 * DAY, 4 * DAY, 300),
        (14 * DAY, 14 * DAY, 900),
        (20 * DAY, HOUR, 300),
        (100 * DAY, HOUR, 3600),
        (500 * DAY, HOUR, None),
    ],
)
def test_the_period_follows_the_span_and_what_is_kept(began: timedelta, span: timedelta, period: int | None) -> None:
    assert period_for(NOW - began, NOW - began + span, NOW) == period


@given(st.integers(0, 450 * 86_400), st.integers(0, 28 * 86_400))
def test_no_curve_has_more_points_than_its_bound(age: int, span: int) -> None:
    start = NOW - timedelta(seconds=age)
    end = min(NOW, start + timedelta(seconds=span))
    period = period_for(start, end, NOW)
    assert period in metricplan.PERIODS
    begin = metricplan.aligned(start, period)
    assert (end - begin).total_seconds() / period <= metricplan.MOST_POINTS
    if age > 15 * 86_400:
        assert period >= 300
    if age > 63 * 86_400:
        assert period >= 3600


async def test_one_call_a_minute_whatever_the_hosts_and_rows(world: World) -> None:
    world.feed.want([Wanted(subject(count=16), focused=True), *(Wanted(subject(f"r{n}", 1)) for n in range(30))])
    moments = await world.live(600)
    assert moments[0] == NOW
    assert all(later - earlier >= timedelta(seconds=59) for earlier, later in pairwise(moments))
    assert {moment.second for moment in moments[1:]} == {5}
    assert len(moments) == 10
    assert len(world.service.steps) == 10
    assert world.feed.budget.requested == 10 * (2 + 5 * 16 + 60)


async def test_nothing_wanted_nothing_asked(world: World) -> None:
    assert await world.live(300) == []
    assert world.feed.delay() is None
    assert not await world.feed.poll()


async def test_the_first_window_is_the_whole_job_and_the_next_ones_reread_some_minutes(world: World) -> None:
    world.feed.want([Wanted(subject(), focused=True)])
    await world.live(130)
    (_, first, until), (_, second, _), *_ = world.service.asked
    assert first == metricplan.aligned(NOW - HOUR, 60)
    assert until == metricplan.aligned(NOW, 60)
    assert second == until - timedelta(minutes=5)
    curves = world.feed.series(subject())
    xs = [point.x for point in curves[0].points]
    assert xs == sorted(set(xs))
    assert len(xs) >= 61


async def test_a_job_that_comes_into_view_gets_its_past_within_the_one_call(world: World) -> None:
    world.feed.want([Wanted(subject("a"), focused=True)])
    await world.live(70)
    world.feed.want([Wanted(subject("a"), focused=True), Wanted(subject("b"))])
    moments = await world.live(70)
    assert len(moments) == 1
    assert world.service.asked[-1][1] == metricplan.aligned(NOW - HOUR, 60)
    assert world.feed.series(subject("b"))


async def test_an_old_job_does_not_spoil_the_window_of_a_running_one(world: World) -> None:
    old = subject(
        "old",
        TrainingStartTime=NOW - 20 * DAY,
        TrainingEndTime=NOW - 19 * DAY,
        TrainingJobStatus="Completed",
    )
    world.feed.want([Wanted(subject("new"), focused=True), Wanted(old)])
    await world.live(200)
    for queries, start, _ in world.service.asked:
        kept = metricplan.kept_period(start, world.now())
        assert kept is not None
        assert all(query.period >= kept for query in queries)
    jobs = [{query.job for query in queries} for queries, _, _ in world.service.asked]
    assert jobs[:3] == [{"new"}, {"old"}, {"new"}]


async def test_a_job_that_is_over_is_asked_until_its_last_points_are_there(world: World) -> None:
    world.feed.want(
        [Wanted(subject(TrainingJobStatus="Completed", TrainingEndTime=NOW - timedelta(minutes=1)), focused=True)]
    )
    moments = await world.live(1800)
    assert 5 <= len(moments) <= 7
    assert world.feed.delay() is None


async def test_curves_are_shares_and_tell_how_old_they_are(world: World) -> None:
    world.feed.want([Wanted(subject(), focused=True)])
    await world.live(1)
    curves = {(curve.name, curve.host): curve for curve in world.feed.series(subject())}
    gpu = curves["GPUUtilization", "algo-1"]
    assert (gpu.source, gpu.percent, gpu.points[0].y) == (Source.INSTANCE, True, 10.0)
    assert curves["train:loss", ""].source in (Source.ALGORITHM, Source.STEPS)
    assert {curve.source for curve in curves.values()} >= {Source.INSTANCE}
    for state in world.feed.states(subject()):
        assert (state.reason, state.age(NOW + timedelta(seconds=7))) == ("", 7)
    assert world.feed.period("job") == 60


async def test_each_source_is_denied_by_itself_and_tried_seldom(world: World) -> None:
    world.service.failure = denied("GetMetricData", "ask for cloudwatch:GetMetricData")
    world.feed.want([Wanted(subject(), focused=True)])
    await world.live(599)
    assert len(world.service.asked) == 1
    assert len(world.service.steps) == 10
    instance, algorithm, steps = world.feed.states(subject())
    assert instance.reason == algorithm.reason == "not allowed: ask for cloudwatch:GetMetricData"
    assert (steps.reason, steps.source) == ("", Source.STEPS)
    assert world.feed.budget.requested == 0
    world.service.failure = None
    world.feed.retry()
    assert len(await world.live(61)) == 1
    assert world.feed.states(subject())[0].reason == ""


async def test_a_failure_keeps_the_curves_and_is_tried_again_next_minute(world: World) -> None:
    world.feed.want([Wanted(subject(), focused=True)])
    await world.live(1)
    before = world.feed.series(subject())
    world.service.failure = Failure(FailureKind.THROTTLED, "GetMetricData", "slow down", "slowing down")
    assert len(await world.live(160)) == 2
    assert world.feed.series(subject()) == before
    assert "throttled" in world.feed.states(subject())[0].reason
    assert world.feed.states(subject())[0].age(world.now()) == 161


@pytest.mark.parametrize(
    ("more", "reasons"),
    [
        ({"TrainingStartTime": None}, ["training has not started"] * 3),
        ({"TrainingStartTime": None, "TrainingJobStatus": "Failed"}, ["it never trained"] * 3),
        (
            {"AlgorithmSpecification": {}},
            ["not asked yet: once a minute", "no MetricDefinitions", "no MetricDefinitions"],
        ),
    ],
)
def test_absent_sources_say_why(world: World, more: dict[str, object], reasons: list[str]) -> None:
    assert [state.reason for state in world.feed.states(subject(**more))] == reasons


async def test_a_switched_off_time_series_is_not_asked(world: World) -> None:
    spec = {"MetricDefinitions": [{"Name": "m", "Regex": "(x)"}], "EnableSageMakerMetricsTimeSeries": False}
    world.feed.want([Wanted(subject(AlgorithmSpecification=spec), focused=True)])
    await world.live(70)
    assert world.service.steps == []
    assert (
        world.feed.states(subject(AlgorithmSpecification=spec))[2].reason == "EnableSageMakerMetricsTimeSeries is off"
    )


async def test_nothing_there_is_told_from_not_allowed(world: World) -> None:
    world.service.empty = True
    world.feed.want([Wanted(subject(), focused=True)])
    await world.live(1)
    assert world.feed.states(subject())[0].reason.startswith("nothing there yet")
    world.service.trouble = {0: "not allowed: x"}
    await world.live(100)
    assert world.feed.states(subject())[1].reason == "not allowed: x"


async def test_the_loop_asks_when_something_is_wanted_and_says_so(world: World) -> None:
    published = asyncio.Event()
    running = asyncio.create_task(world.feed.run(published.set))
    try:
        await asyncio.sleep(0)
        world.feed.want([Wanted(subject(), focused=True)])
        await asyncio.wait_for(published.wait(), 5)
        world.feed.want([Wanted(subject("other"), focused=True)])
        await asyncio.sleep(0.01)
        assert len(world.service.asked) == 1
    finally:
        running.cancel()


def test_the_budget_counts_what_it_costs() -> None:
    clock = [0.0]
    budget = MetricsBudget(lambda: clock[0])
    for minute in range(60):
        clock[0] = minute * 60.0
        budget.count(50)
    assert budget.requested == 3000
    assert budget.dollars == pytest.approx(0.03)
    assert budget.dollars_per_hour == pytest.approx(0.03)
    assert MetricsBudget().dollars_per_hour == 0


def test_final_metrics_are_curves_of_one_point() -> None:
    raw = {
        "FinalMetricDataList": [{"MetricName": "a", "Value": 1.5, "Timestamp": NOW}, {"MetricName": "b", "Value": 2}]
    }
    assert [curve.points for curve in final_series(raw, NOW)] == [
        (Point(NOW.timestamp(), 1.5),),
        (Point(NOW.timestamp(), 2.0),),
    ]
    assert len(final_series(raw, None)) == 1
    assert not math.isnan(final_series(raw, None)[0].points[0].y)
