"""The renderers: pure functions from what is known to rows, tested without an app."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.corpus import FILES, needs_corpus
from tests.corpus import snapshot_of as corpus_snapshot
from tests.strategies import HOSTILE, NOW, fully_populated, responses_with_unknown
from tests.ui.support import PANES, ended_job, hostile_job, raw_job, summary_of, view_of
from tui.app.joblist import JobsView, title_of
from tui.app.layout import DASHBOARD, ROOMS, arrange, neighbour
from tui.app.layout import PANES as PANE_NAMES
from tui.app.lines import STYLES, Row, fit, fit_middle, row, wrap
from tui.app.panes.everything import words_on
from tui.app.panes.jobrows import head_row, job_rows
from tui.app.panes.logs import log_rows
from tui.app.panes.members import member_rows
from tui.app.panes.metricrows import metric_rows
from tui.app.panes.overview import OverviewPane, overview_rows
from tui.app.panes.resources import resource_rows
from tui.app.panes.rules import rule_rows
from tui.app.panes.timeline import timeline_rows
from tui.app.panes.tree import json_rows, tree_rows
from tui.app.roster import Order, Shown
from tui.app.screens.reading import failure_rows, help_rows, identity_rows
from tui.app.view import NOTHING, JobView
from tui.app.widgets.bars import Freshness, header_row
from tui.domain.catalogue import Room
from tui.domain.denial import Denial
from tui.domain.failure import Failure, FailureKind
from tui.domain.filtering import Filter
from tui.domain.job import JobSnapshot
from tui.domain.leaves import leaves
from tui.domain.ordering import SORTS
from tui.domain.secrets import MASK
from tui.domain.text import safe_tree
from tui.polling.ports import Identity

NARROWEST = 28
"""No pane is narrower, on any screen that `arrange` knows; below, the glass cuts."""
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
UNCUT = {"overview": 110, "json": 1_000_000}
"""Where the glass cuts rows that say the most wanted first."""
RENDERERS: dict[str, Callable[[JobView, int], list[Row]]] = {
    "timeline": timeline_rows,
    "resources": resource_rows,
    "rules": rule_rows,
    "metrics": metric_rows,
    "overview": overview_rows,
    "logs": log_rows,
    "tree": lambda view, width: tree_rows(view, frozenset(), width),
    "json": lambda view, _: json_rows(view),
    **{f"members of {room}": lambda view, width, room=room: member_rows(view, room, width) for room in Room},
}
DENIED = Failure(FailureKind.DENIED, "DescribeTrainingJob", "User is not authorized", "ask for sagemaker:Describe…")


def texts(rows: list[Row]) -> list[str]:
    return [entry.plain.rstrip() for entry in rows]


def check(rows: list[Row], width: int, least: int = NARROWEST) -> None:
    """Hold rows against what every pane relies on."""
    widest = max((entry.plain for entry in rows), key=cell_len, default="")
    assert cell_len(widest) <= max(width, least), widest[:200]
    assert {span.style for entry in rows for span in entry.spans} <= set(STYLES)
    assert CONTROL.search("".join(entry.plain for entry in rows)) is None
    twice = [key for key, times in Counter(entry.key for entry in rows if entry.key).items() if times > 1]
    assert twice == [], "the cursor stays on a key: it must be one row's"


def check_all(view: JobView, widths: Any) -> None:
    for name, render in RENDERERS.items():
        for width in widths:
            rows = render(view, width)
            assert rows or name.startswith("members") or name == "tree"
            check(rows, width, UNCUT.get(name, NARROWEST))


def test_the_timeline() -> None:
    assert texts(timeline_rows(view_of(raw_job()), 60)) == [
        "  Starting  ╸                                          1m00s",
        "● Training  ╺━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  59m00s",
        "            11:00:00        11:30:00             now",
    ]


def test_a_timeline_with_attempts_and_in_ascii() -> None:
    at = (NOW - timedelta(hours=1)).timestamp()
    steps = ["Starting", "Training", "Interrupted", "Starting", "Training"]
    entries = [
        {"Status": status, "StartTime": at + 600 * place, "EndTime": at + 600 * place + 600, "StatusMessage": "m"}
        for place, status in enumerate(steps)
    ]
    del entries[-1]["EndTime"]
    rows = texts(timeline_rows(view_of(raw_job(SecondaryStatusTransitions=entries), ascii=True), 60))
    assert [line.split("=")[0].split()[-1:] for line in rows[:5]] == [
        ["Starting"],
        ["Training"],
        ["Interrupted"],
        ["#2"],
        ["Training"],
    ]
    assert all(char.isascii() for line in rows for char in line)


def test_no_transitions() -> None:
    assert "no transitions" in texts(timeline_rows(view_of(raw_job(SecondaryStatusTransitions=[])), 60))[0]


def test_the_resources() -> None:
    rows = texts(resource_rows(view_of(raw_job(EnableManagedSpotTraining=True)), 60))
    assert rows[:5] == [
        "instances  2 × ml.g5.xlarge spot",
        "volume     30 GB each",
        "stops      in 23h01m at latest",
        "           MaxRuntime 1d of training",
        "billed     59m × 2 = 1h58m at most so far",
    ]


def test_a_serverless_job_has_no_resource_config() -> None:
    raw = raw_job(ServerlessJobConfig={"JobType": "FineTuning"})
    del raw["ResourceConfig"]
    assert texts(resource_rows(view_of(raw), 60))[0] == "instances  serverless: the service picks them"


def test_the_rules() -> None:
    statuses = [("Overfit", "NoIssuesFound"), ("LossNotDecreasing", "IssuesFound")]
    raw = raw_job(
        DebugRuleConfigurations=[{"RuleConfigurationName": "Waiting"}],
        DebugRuleEvaluationStatuses=[
            {
                "RuleConfigurationName": name,
                "RuleEvaluationStatus": status,
                "StatusDetails": "step 500" if status == "IssuesFound" else "",
                "LastModifiedTime": (NOW - timedelta(minutes=5)).timestamp(),
            }
            for name, status in statuses
        ],
        ProfilingStatus="Enabled",
    )
    assert texts(rule_rows(view_of(raw), 50)) == [
        "! LossNotDecreasing debug IssuesFound      5m",
        "  step 500",
        "✓ Overfit           debug NoIssuesFound    5m",
        "- Waiting           debug not reported",
        "",
        "ProfilingStatus Enabled",
    ]


def test_no_rules() -> None:
    assert texts(rule_rows(view_of(raw_job()), 90))[0] == "No Debugger or profiler rules are configured."


def test_the_metrics() -> None:
    metrics = [("loss", 0.25), ("accuracy", float("nan")), ("steps", float("inf")), ("none", None)]
    at = (NOW - timedelta(minutes=1)).timestamp()
    raw = raw_job(
        FinalMetricDataList=[{"MetricName": name, "Value": value, "Timestamp": at} for name, value in metrics]
    )
    assert texts(metric_rows(view_of(raw), 60)) == [
        "loss         0.25  final 11:59:00",
        "accuracy      NaN  final 11:59:00",
        "steps         Inf  final 11:59:00",
        "none       absent  final 11:59:00",
    ]


def test_the_metrics_that_are_only_defined() -> None:
    raw = raw_job(AlgorithmSpecification={"MetricDefinitions": [{"Name": "loss", "Regex": "x"}]})
    assert "Defined: loss." in texts(metric_rows(view_of(raw), 200))[0]


def test_the_overview() -> None:
    assert texts(overview_rows(view_of(raw_job()), 60)) == [
        "● bert  Training · InProgress",
        "59m00s in Training  59m since training started",
        "Training in progress",
    ]


def test_the_overview_of_a_failed_job_begins_with_the_reason() -> None:
    rows = overview_rows(view_of(ended_job("bert", status="Failed", FailureReason="AlgorithmError: exit 1")), 60)
    assert rows[0].plain == "AlgorithmError: exit 1"
    assert rows[0].spans[0].style == "bad"


def test_the_overview_tells_why_it_is_old() -> None:
    rows = texts(overview_rows(view_of(raw_job(), failure=DENIED, age_seconds=125.0), 100))
    assert rows[0] == "DescribeTrainingJob: not allowed, shown as of 2m ago. User is not authorized"
    assert rows[1].startswith("→ ask for")


def test_the_progress_of_a_serverless_job() -> None:
    progress = {"TotalStepCountPerEpoch": 10, "CurrentStep": 5, "CurrentEpoch": 1, "MaxEpoch": 2}
    assert "epoch 1/2" in " ".join(texts(overview_rows(view_of(raw_job(ProgressInfo=progress)), 120)))


def test_nothing_is_known_yet() -> None:
    asked = JobView(name="bert")
    for name, render in RENDERERS.items():
        assert any(render(NOTHING, 40)), name
        assert render(replace(asked, failure=DENIED), 40), name


def test_members_are_masked_until_they_are_revealed() -> None:
    masked, shown = (texts(member_rows(view_of(raw_job(), revealed=told), Room.CONFIG, 60)) for told in (False, True))
    assert any(MASK in line for line in masked)
    assert not any("hf_abc" in line for line in masked)
    assert any("hf_abcdefghijklmnop0123" in line for line in shown)


def test_the_tree_folds() -> None:
    view = view_of(raw_job())
    whole = tree_rows(view, frozenset(), 80)
    folded = tree_rows(view, frozenset({"HyperParameters", "SecondaryStatusTransitions"}), 80)
    hidden = {entry.key for entry in whole} - {entry.key for entry in folded}
    assert hidden == {
        entry.key for entry in whole if entry.key.startswith(("HyperParameters.", "SecondaryStatusTransitions["))
    }
    assert "▸ HyperParameters  2 members" in texts(folded)
    assert "▸ SecondaryStatusTransitions  2 entries" in texts(folded)


def test_json_has_the_response_and_masks_it() -> None:
    told = "\n".join(entry.plain for entry in json_rows(view_of(raw_job())))
    assert '"TrainingJobName": "bert"' in told
    assert "hf_abc" not in told


def test_the_words_on_a_member_are_those_of_the_nearest_one() -> None:
    told = {"ResourceConfig": "where", "InputDataConfig[*].ChannelName": "which"}
    assert words_on("InputDataConfig[3].ChannelName", told) == "which"
    assert words_on("ResourceConfig.InstanceGroups[0].InstanceType", told) == "where"
    assert words_on("Tags", told) == ""


def test_where_the_logs_are() -> None:
    rows = texts(log_rows(view_of(raw_job()), 120))
    assert rows[0] == "group    /aws/sagemaker/TrainingJobs"
    assert "bert/algo-1-… to algo-2-…" in rows[1]
    assert "--log-stream-name-prefix bert/ --follow --region us-east-1" in rows[2]


def test_what_changed_is_marked() -> None:
    view = view_of(raw_job(), changed=frozenset({"SecondaryStatusTransitions[1].Status", "SecondaryStatus"}))
    for render in (timeline_rows, overview_rows):
        assert any(span.style == "changed" for entry in render(view, 80) for span in entry.spans)
    tree = {entry.key: entry for entry in tree_rows(view, frozenset(), 80)}
    assert [span.style for span in tree["SecondaryStatus"].spans] == ["label", "changed"]
    assert [span.style for span in tree["TrainingJobName"].spans] == ["label", "value"]


def jobs_view(*raws: dict[str, Any], **more: Any) -> JobsView:
    jobs = [summary_of(raw) for raw in raws]
    return JobsView(**{"shown": Shown.of(jobs), "known": len(jobs), "loading": False, "now": NOW} | more)


def test_the_list() -> None:
    view = jobs_view(
        raw_job("bert-large-0412", 134),
        ended_job("xgb-churn", 24),
        ended_job("vit", 6, "Failed", FailureReason="AlgorithmError: no such file"),
        changed=frozenset({"xgb-churn"}),
        marks=frozenset({"vit"}),
    )
    assert texts(job_rows(view, 60)) == [
        "●  bert-large-0412          Training       2h13m 2×g5.xlarge",
        "✓  xgb-churn                Completed        11m 2×g5.xlarge",
        "▸  vit                      Failed            2m 2×g5.xlarge",
    ]
    assert head_row(view, 60).plain.split() == ["NAME,", "NEWEST", "FIRST", "PHASE", "FOR", "ON"]
    assert [entry.key for entry in job_rows(view, 60)] == ["bert-large-0412", "xgb-churn", "vit"]
    assert "changed" in [span.style for span in job_rows(view, 60)[1].spans]
    assert "no such file" in texts(job_rows(view, 120))[2]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "2 · 1 running · 1 failed"),
        ({"known": 37, "total": 1204, "filter": "bert"}, "2 of 1,204 · /bert"),
        ({"problems_only": True, "known": 9}, "2 of 9 · problems only"),
        ({"marks": frozenset("ab"), "filter": "x"}, "2 · /x · 2 marked"),
        ({"fallback": DENIED, "filter": "x"}, "2 · /x · by ListTrainingJobs: no sagemaker:Search"),
    ],
)
def test_the_title_of_the_list(more: dict[str, Any], expected: str) -> None:
    assert title_of(jobs_view(raw_job("a"), ended_job("b", status="Failed"), **more)) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"loading": True, "known": 0}, "Asking"),
        ({"known": 0}, "no training jobs"),
        ({"known": 7, "filter": "x"}, "No job passes the filter"),
        ({"known": 0, "failure": DENIED}, "Not allowed."),
    ],
)
def test_an_empty_list_says_why(more: dict[str, Any], expected: str) -> None:
    rows = job_rows(jobs_view(**more), 60)
    assert expected in " ".join(texts(rows))
    check(rows, 60)


@pytest.mark.parametrize("order", [Order(column) for column in SORTS])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_list_fits_every_width(order: Order, ascii_only: bool) -> None:
    raws = [hostile_job("j" * 60, HOSTILE[11]), *(hostile_job(f"h{n}", text) for n, text in enumerate(HOSTILE))]
    view = jobs_view(*raws, raw_job("plain", EnableManagedSpotTraining=True), order=order, ascii=ascii_only)
    for width in range(10, 201, 5):
        rows = job_rows(view, width)
        check(rows, width)
        assert len({cell_len(entry.plain) for entry in (*rows, head_row(view, width))}) == 1, width


@pytest.mark.parametrize("told", [Freshness(), Freshness("111122223333", "ml-dev", "us-east-1", "prof", 2.4, 0.4, 3)])
def test_the_header_fits_and_drops_the_less_wanted(told: Freshness) -> None:
    for width in range(10, 201):
        for state in (told, replace(told, paused=True), replace(told, failure=DENIED, age_seconds=90.0)):
            assert cell_len(header_row(state, width).plain) <= max(width, 44), (width, state)


def test_the_header() -> None:
    told = Freshness("111122223333", "ml-dev", "us-east-1", "", 20.0, 0.4, 0)
    assert " ".join(header_row(told, 100).plain.split()) == (
        "sagetop 111122223333 · us-east-1 · ml-dev ● live · 20s ago · 0.4 req/s · 0 throttled"
    )
    assert "● live · 0.4" in header_row(replace(told, age_seconds=0.0), 100).plain, "fresh is what live says"
    assert "low bandwidth" in header_row(replace(told, low_bandwidth=True), 120).plain
    failed = header_row(replace(told, failure=DENIED), 100).plain
    assert "! not allowed · seen 20s ago · ask for" in failed
    assert "paused" in header_row(replace(told, paused=True), 100).plain
    assert "connecting" in header_row(Freshness(), 100).plain


@pytest.mark.parametrize("raw", [raw_job(), ended_job("x" * 63, status="Failed", FailureReason="y" * 1024)])
def test_rows_fit_every_width(raw: dict[str, Any]) -> None:
    check_all(view_of(raw), range(10, 201, 9))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("revealed", [False, True])
def test_hostile_text_in_every_member(text: str, revealed: bool) -> None:
    check_all(view_of(hostile_job("h", text), revealed=revealed), (118,) if len(text) > 99 else (NARROWEST, 118))


@needs_corpus
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name[:40])
def test_the_corpus(path: Path) -> None:
    snapshot = corpus_snapshot(path)
    check_all(view_of(snapshot), (NARROWEST, 76))
    rows = job_rows(jobs_view(dict(snapshot.raw)), 72)
    check(rows, 72)
    assert rows[0].key == snapshot.name


@settings(max_examples=20)
@given(responses_with_unknown(), st.integers(10, 200), st.booleans(), st.booleans())
def test_any_response(drawn: tuple[dict[str, Any], frozenset[str]], width: int, ascii_only: bool, told: bool) -> None:
    raw, unknown = drawn
    safe = safe_tree(raw)
    assert isinstance(safe, dict)
    check_all(view_of(JobSnapshot.from_api(safe, unknown), ascii=ascii_only, revealed=told), (width,))


def test_every_leaf_has_one_room_among_the_panes() -> None:
    view = view_of(fully_populated())
    assert view.snapshot
    wanted = Counter(leaf.path for leaf in leaves(view.snapshot.raw))
    found: Counter[str] = Counter()
    for kind in PANES:
        if kind is OverviewPane:
            continue
        pane = kind()
        pane.set_reactive(kind.detailed, True)
        below = Counter(entry.key for entry in pane.rows_of(view, 100) if entry.key in wanted)
        digest = {entry.key for entry in RENDERERS.get(kind.NAME.lower(), lambda *_: [])(view, 100)}
        found.update(below - Counter(digest & set(below)))
    assert found == wanted


def test_every_leaf_is_in_everything() -> None:
    view = view_of(fully_populated())
    assert view.snapshot
    wanted = Counter(leaf.path for leaf in leaves(view.snapshot.raw))
    rows = Counter(entry.key for entry in tree_rows(view, frozenset(), 100))
    assert {key: rows[key] for key in wanted} == wanted
    told = "\n".join(entry.plain for entry in json_rows(replace(view, revealed=True)))
    values = [leaf.value for leaf in leaves(view.snapshot.raw) if isinstance(leaf.value, str)]
    assert [value for value in values if value not in told] == []


def test_members_unknown_to_the_sdk_are_in_everything_and_marked() -> None:
    view = view_of(raw_job(CreatedBy={"UserProfileName": "ada"}))
    assert view.snapshot
    view = replace(view, snapshot=replace(view.snapshot, unknown=frozenset({"CreatedBy"})))
    (line,) = [entry for entry in tree_rows(view, frozenset(), 100) if entry.key == "CreatedBy.UserProfileName"]
    assert "ada" in line.plain
    assert "unknown to the installed SDK" in line.plain


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_fitting(text: str) -> None:
    (safe,) = (safe_tree([text]),)
    assert isinstance(safe, list)
    for width in (0, 1, 2, 5, 9, 40):
        for cut in (fit, fit_middle):
            assert cell_len(cut(safe[0], width)) == width
        assert all(cell_len(line) <= max(2, width) for line in wrap(safe[0], width))
    assert "".join("".join(wrap(safe[0], 30)).split()) == "".join(safe[0].split())


def test_a_row_holds_no_empty_span() -> None:
    assert row("", ("a", "dim"), key="k").spans == (("a", "dim"),)


def test_help_has_every_key() -> None:
    check(help_rows(92), 92)
    assert len(help_rows(92)) > 40


def test_who_asks_and_what_failed() -> None:
    me = Identity("1" * 12, "arn:aws:sts::1:assumed-role/" + "r" * 90)
    check(identity_rows(me, None, [("region", "")], 40), 40)
    denied = replace(DENIED, denial=Denial("sts:GetCallerIdentity"))
    assert "not known: not allowed: sts:GetCallerIdentity" in texts(identity_rows(None, denied, [], 70))[0]
    assert "not known yet" in identity_rows(None, None, [], 40)[0].plain
    assert texts(failure_rows([], 40)) == ["No call has failed."]


WIDE = {"opened": False, "zoomed": False, "current": "jobs", "beside": "timeline"}


def test_arrange_by_size() -> None:
    assert arrange(160, 45, **WIDE).panes == {"jobs", *DASHBOARD}
    assert arrange(120, 26, **WIDE).panes == {"jobs", *DASHBOARD}
    assert arrange(119, 45, **WIDE).panes == {"jobs", "timeline"}
    assert arrange(80, 24, **WIDE).panes == {"jobs", "timeline"}
    assert arrange(40, 12, **WIDE).panes == {"jobs"}
    assert arrange(40, 12, **WIDE | {"current": "rules"}).panes == {"rules"}


@pytest.mark.parametrize("pane", ROOMS)
def test_arrange_an_opened_room_alone(pane: str) -> None:
    found = arrange(160, 45, opened=True, zoomed=False, current=pane, beside=pane)
    assert found.alone == pane
    assert found.tabs


def test_arrange_an_opened_job_and_a_zoomed_pane() -> None:
    assert arrange(160, 45, **WIDE | {"opened": True}).panes == set(DASHBOARD)
    assert arrange(80, 24, **WIDE | {"opened": True}).panes == {"timeline"}
    assert arrange(160, 45, **WIDE | {"zoomed": True, "current": "rules"}).alone == "rules"


@given(
    st.integers(1, 300),
    st.integers(1, 90),
    st.booleans(),
    st.booleans(),
    st.sampled_from(PANE_NAMES),
    st.sampled_from(PANE_NAMES[1:]),
)
def test_arrange_always_shows_something(
    width: int, height: int, opened: bool, zoomed: bool, current: str, beside: str
) -> None:
    found = arrange(width, height, opened=opened, zoomed=zoomed, current=current, beside=beside)
    assert found.panes <= set(PANE_NAMES)
    assert found.panes
    seen = set()
    here = current
    for _ in PANE_NAMES:
        here = neighbour(found, here, 1, opened)
        seen.add(here)
    assert neighbour(found, neighbour(found, here, 1, opened), -1, opened) == here
    assert seen <= set(PANE_NAMES)
    if not opened and not zoomed:
        assert "jobs" in seen


def test_the_filter_of_the_title_is_the_filter() -> None:
    assert Filter.parse("bert !spot").text == "bert !spot"
