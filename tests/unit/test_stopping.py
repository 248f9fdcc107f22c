"""Stopping: what can be stopped, what has to be typed, what came of it, and how that is drawn."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.strategies import NOW
from tests.ui.support import ended_job, raw_job, summary_of
from tui.app.lines import STYLES
from tui.app.screens.stop import choice_rows, stop_rows
from tui.domain import stopping
from tui.domain.failure import Failure, FailureKind
from tui.domain.status import STATUSES
from tui.domain.stopping import Choice, Stage, Stop, can_stop

LATER = NOW + timedelta(seconds=102)
BERT, T5, XGB = summary_of(raw_job("bert")), summary_of(raw_job("t5", 90)), summary_of(ended_job("xgb"))


def plain(choice: Choice, width: int = 80) -> str:
    return "\n".join(entry.plain for entry in choice_rows(choice, width))


def failure(kind: FailureKind, message: str = "said", hint: str = "") -> Failure:
    return Failure(kind, "Stop", message, hint)


def test_only_jobs_that_are_neither_over_nor_stopping_can_be_stopped() -> None:
    assert [status for status in (*STATUSES, "Novel") if can_stop(status)] == ["InProgress", "Novel"]
    stopping_job = summary_of(raw_job("late", TrainingJobStatus="Stopping"))
    assert Choice((BERT, XGB, stopping_job, T5), NOW).stoppable == (BERT, T5)


def test_one_job_is_named_and_several_are_counted() -> None:
    assert Choice((BERT,), NOW).phrase == "bert"
    assert Choice((BERT, T5), NOW).phrase == "stop 2 jobs"
    assert Choice((BERT, XGB), NOW).phrase == "bert"


@pytest.mark.parametrize("width", [34, 76])
def test_the_question_tells_what_is_stopped_and_what_that_means(width: int) -> None:
    told = " ".join(plain(Choice((BERT,), NOW), width).split())
    for words in ("bert", "InProgress", "for 59m00s", "2×g5.xlarge", "SIGTERM", "120 s", "billed"):
        assert words in told


def test_every_marked_job_is_listed_those_over_and_those_hidden_too() -> None:
    told = plain(Choice((BERT, T5, XGB), NOW, frozenset({"t5"})))
    assert "2 of 3 marked jobs will stop, 1 of them hidden by the filter" in told
    lines = told.splitlines()
    assert next(line for line in lines if "t5" in line).endswith("hidden by the filter")
    assert next(line for line in lines if "xgb" in line).endswith("already Completed: nothing to stop")


def test_an_accepted_request_is_followed_to_the_end_of_the_job() -> None:
    stop = stopping.accepted(stopping.sent(Stop("bert"), NOW), NOW)
    assert stopping.followed(stop, BERT, LATER) is stop
    over = summary_of(raw_job("bert", TrainingJobStatus="Stopped", TrainingEndTime=LATER.timestamp()))
    ended = stopping.followed(stop, over, LATER + timedelta(seconds=9))
    assert (ended.stage, ended.words) == (Stage.ENDED, "stopped after 1m42s")
    assert stopping.news([stop], [ended]) == ["bert: stopped after 1m42s."]
    assert stopping.followed(ended, over, LATER) is ended


def test_a_job_that_ends_otherwise_is_told_so() -> None:
    stop = stopping.accepted(Stop("bert"), NOW)
    over = summary_of(raw_job("bert", TrainingJobStatus="Completed", TrainingEndTime=(NOW.timestamp() - 5)))
    assert stopping.followed(stop, over, LATER).words == "ended as Completed after 0s"


def test_a_slow_stop_is_told_once() -> None:
    stop = stopping.accepted(Stop("bert"), NOW)
    slow = summary_of(raw_job("bert", TrainingJobStatus="Stopping"))
    assert stopping.followed(stop, slow, NOW + timedelta(seconds=179)) is stop
    late = stopping.followed(stop, slow, NOW + timedelta(minutes=3))
    assert stopping.news([stop], [late]) == ["bert: still stopping after 3m."]
    assert stopping.followed(late, slow, NOW + timedelta(minutes=9)) is late
    assert late.followed


def test_many_that_end_at_once_are_one_sentence() -> None:
    before = [stopping.accepted(Stop(f"job-{n}"), NOW) for n in range(12)]
    over = {
        stop.name: summary_of(raw_job(stop.name, TrainingJobStatus="Stopped", TrainingEndTime=LATER.timestamp()))
        for stop in before
    }
    assert stopping.news(before, stopping.follow(before, over, LATER)) == ["12 jobs have ended."]


def test_the_service_tells_when_stopping_began() -> None:
    stop = stopping.accepted(Stop("bert"), NOW)
    began = NOW + timedelta(seconds=2)
    transitions = [{"Status": "Stopping", "StartTime": began.timestamp()}]
    seen = raw_job(
        "bert", TrainingJobStatus="Stopping", SecondaryStatus="Stopping", SecondaryStatusTransitions=transitions
    )
    told = stopping.followed(stop, summary_of(seen), LATER)
    assert told.asked_at == began
    assert stopping.followed(told, summary_of(seen), LATER) is told


@pytest.mark.parametrize("kind", list(FailureKind))
def test_a_job_that_is_over_already_is_told_so_however_the_request_failed(kind: FailureKind) -> None:
    stop = stopping.failed(stopping.sent(Stop("bert"), NOW), failure(kind), "Completed")
    assert (stop.stage, stop.words) == (Stage.ENDED, "already Completed: nothing to stop")


@pytest.mark.parametrize("kind", ["TIMEOUT", "UNREACHABLE", "SERVER", "GARBLED"])
def test_a_lost_answer_is_not_called_a_failure_to_stop(kind: str) -> None:
    lost = failure(FailureKind[kind])
    assert stopping.needs_a_look(lost)
    sent = stopping.sent(Stop("bert"), NOW)
    doubtful = stopping.failed(sent, lost, "InProgress")
    assert (doubtful.stage, doubtful.followed) == (Stage.DOUBTFUL, True)
    assert "not known whether SageMaker received the request; it was InProgress afterwards" in doubtful.words
    assert "its status cannot be seen either" in stopping.failed(sent, lost).words
    assert stopping.failed(sent, lost, "Stopping").stage is Stage.FOLLOWED
    slow = summary_of(raw_job("bert", TrainingJobStatus="Stopping"))
    assert stopping.followed(doubtful, slow, LATER).words == "received: it is stopping; followed to its end"


def test_refusals_say_what_to_do() -> None:
    def words(kind: FailureKind, hint: str = "") -> str:
        found = stopping.failed(stopping.sent(Stop("bert"), NOW), failure(kind, "the words", hint))
        assert found.stage is Stage.REFUSED
        assert not found.followed
        return found.words

    assert words(FailureKind.DENIED, "ask for it") == "not stopped: not allowed; ask for it"
    assert "not asked again; try it later" in words(FailureKind.THROTTLED, "slowing down")
    assert words(FailureKind.INVALID) == "not stopped: the words"
    assert "no such job" in words(FailureKind.NOT_FOUND)
    assert words(FailureKind.EXPIRED, "run: x") == "not stopped: credentials expired; run: x"


@given(
    st.lists(st.text(st.characters(categories=["L", "N", "P", "So"]), min_size=1), min_size=1, max_size=4),
    st.integers(20, 200),
    st.sampled_from(Stage),
)
def test_rows_keep_to_their_width_and_styles(names: list[str], width: int, stage: Stage) -> None:
    jobs = tuple(summary_of(raw_job(name)) for name in names)
    rows = choice_rows(Choice((*jobs, XGB), NOW, frozenset(names)), width)
    rows += stop_rows([Stop(name, stage, "some words that are long enough to be wrapped") for name in names], width)
    assert max(cell_len(entry.plain) for entry in rows) <= width
    assert {span.style for entry in rows for span in entry.spans} <= {*STYLES}
