"""The rules are total: whatever they are given they answer, in the service's words."""

from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import HOSTILE, NOW, moments
from tui.domain.autopsy import PlainLine
from tui.domain.health import ISSUES, NO_ISSUES, WAITING, Thresholds, Vitals, examine, summary_glyph
from tui.domain.job import JobSnapshot
from tui.domain.progress import Progress
from tui.domain.series import Point, Series, Source

WORDS = {ISSUES, NO_ISSUES, WAITING}
floats = st.floats() | st.sampled_from([0.0, -1.0, 1e308, -1e308, 5e-324]) | st.floats(0, 100)
hosts = st.sampled_from(["", "algo-1", "algo-2", "algo-3", "x"])
names = st.sampled_from(
    ["loss", "val_loss", "it/s", "GPUUtilization", "CPUUtilization", "MemoryUtilization", "DiskUtilization", ""]
)
phases = st.sampled_from(["Starting", "Pending", "Training", "Interrupted", "Completed", "Stopped", "New", ""])
near = st.floats(NOW.timestamp() - 9_000, NOW.timestamp() + 60)


@st.composite
def series(draw: st.DrawFn) -> Series:
    count = draw(st.integers(0, 80))
    start, step = draw(near | floats), draw(st.sampled_from([0.0, 1.0, 60.0, -3.0]))
    values = draw(st.lists(floats, min_size=count, max_size=count) | st.builds(lambda y: [y] * count, floats))
    points = tuple(Point(start + index * step, value) for index, value in enumerate(values))
    return Series(
        draw(names), draw(st.sampled_from(Source)), points, draw(hosts), draw(st.booleans()), draw(st.booleans())
    )


snapshots = st.builds(
    lambda status, secondary, transitions, more: JobSnapshot.from_api(
        {"TrainingJobStatus": status, "SecondaryStatus": secondary, "SecondaryStatusTransitions": transitions} | more
    ),
    st.sampled_from(["InProgress", "Completed", "Failed", "Stopped", "Stopping", ""]),
    phases,
    st.lists(
        st.fixed_dictionaries({"Status": phases}, optional={"StartTime": moments, "EndTime": moments}), max_size=4
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "CreationTime": moments,
            "TrainingStartTime": moments,
            "EnableManagedSpotTraining": st.booleans(),
            "StoppingCondition": st.fixed_dictionaries({"MaxRuntimeInSeconds": st.integers(-1, 10**12)}),
            "ResourceConfig": st.fixed_dictionaries(
                {"InstanceType": st.sampled_from(["ml.p4d.24xlarge", "ml.m5.large", "?"])}
            ),
        },
    ),
)
optional = st.none() | floats
vitals = st.builds(
    Vitals,
    snapshots,
    moments,
    st.lists(series(), max_size=6).map(tuple),
    st.lists(hosts, max_size=3).map(tuple),
    st.lists(st.builds(PlainLine, st.integers(), hosts, st.text(max_size=30) | st.sampled_from(HOSTILE)), max_size=5),
    st.dictionaries(hosts, st.integers(-(2**63), 2**63), max_size=3),
    st.none() | st.integers(-(2**63), 2**63),
    st.none() | st.builds(Progress, st.just(""), floats, optional, optional, optional),
    st.lists(floats, max_size=8).map(tuple),
)


@given(vitals)
def test_examine_never_raises(given_vitals: Vitals) -> None:
    findings = examine(given_vitals)
    assert {finding.status for finding in findings} <= WORDS
    assert all(finding.evidence and "\n" not in finding.evidence[:1] for finding in findings)
    assert len({finding.rule for finding in findings}) == len(findings)
    summary_glyph(findings)


@given(snapshots, moments)
def test_empty_data_fires_nothing_but_what_the_description_itself_says(snapshot: JobSnapshot, now: object) -> None:
    findings = examine(Vitals(snapshot, now))  # type: ignore[arg-type]
    assert {finding.rule for finding in findings if finding.status == ISSUES} <= {"SpotWithoutCheckpoints"}


@given(vitals, st.floats(0, 1000))
def test_any_thresholds_do(given_vitals: Vitals, value: float) -> None:
    examine(
        given_vitals,
        Thresholds(
            gpu_idle_percent=value, fill_points=1, host_points=1, loss_points=1, plateau_points=2, gap_points=1
        ),
    )
