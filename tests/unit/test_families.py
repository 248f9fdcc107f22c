"""Families: children under what started them, and what their parent's row tells of them."""

from datetime import timedelta

from tests.strategies import NOW
from tui.app.roster import Order, Roster, family_key, is_job
from tui.domain.families import Parent, parent_of
from tui.domain.filtering import Filter
from tui.domain.jobs import JobSummary

SWEEP = Parent("tuning", "sweep")


def job(name: str, age: int = 1, status: str = "InProgress", phase: str = "Training", tuner: str = "") -> JobSummary:
    return JobSummary.from_api(
        {
            "TrainingJobName": name,
            "TrainingJobStatus": status,
            "SecondaryStatus": phase,
            "CreationTime": NOW - timedelta(minutes=age),
            "TuningJobArn": f"arn:aws:sagemaker:us-east-1:1:hyper-parameter-tuning-job/{tuner}" if tuner else "",
        }
    )


def roster(*jobs: JobSummary) -> Roster:
    found = Roster()
    found.take(jobs)
    return found


def keys(found: Roster, text: str = "", **more: object) -> list[str]:
    shown = found.show(Filter.parse(text), Order(), NOW, grouped=True, **more)  # type: ignore[arg-type]
    return [key if is_job(key) else key.rpartition(" ")[2].upper() for key in shown.keys]


def test_who_started_a_job() -> None:
    assert parent_of(job("a", tuner="sweep")) == SWEEP
    assert parent_of(job("a")) is None


def test_children_stand_under_their_parent_where_the_first_of_them_would() -> None:
    found = roster(job("a", 1), job("c1", 2, tuner="sweep"), job("b", 3), job("c2", 4, tuner="sweep"))
    assert keys(found) == ["a", "SWEEP", "c1", "c2", "b"]
    shown = found.show(Filter(), Order("name", reverse=True), NOW, grouped=True)
    assert [key for key in shown.keys if is_job(key)] == ["c2", "c1", "b", "a"]


def test_an_only_child_is_no_family() -> None:
    assert keys(roster(job("a"), job("c", 2, tuner="sweep"))) == ["a", "c"]


def test_many_children_are_folded_until_somebody_unfolds_them_or_searches() -> None:
    found = roster(job("a"), *(job(f"c{n}", 2 + n, tuner="sweep") for n in range(4)))
    assert keys(found) == ["a", "SWEEP"]
    assert keys(found, folds={(False, SWEEP): False}) == ["a", "SWEEP", "c0", "c1", "c2", "c3"]
    assert keys(found, "c2") == ["SWEEP", "c2"]
    assert keys(found, "c2", folds={(False, SWEEP): True}) == ["SWEEP", "c2"]
    assert keys(found, "c2", folds={(True, SWEEP): True}) == ["SWEEP"]


def test_a_parent_counts_its_children_the_worst_first() -> None:
    found = roster(
        job("c1", 5, tuner="sweep"),
        job("c2", 2, "Completed", "Completed", tuner="sweep"),
        job("c3", 3, "Failed", "Failed", tuner="sweep"),
        job("c4", 4, "Stopped", "MaxRuntimeExceeded", tuner="sweep"),
        job("c5", 6, "Stopped", "Stopped", tuner="sweep"),
        job("c6", 7, "InProgress", "Pending", tuner="sweep"),
        job("c7", 8, "Odd", "Odd", tuner="sweep"),
    )
    family = found.show(Filter(), Order(), NOW, grouped=True).families[family_key(SWEEP)]
    told = [f"{number} {word}" for _, word, number in family.counts]
    assert told == ["1 failed", "1 cut short", "1 running", "1 waiting", "1 stopped", "1 ok", "1 other"]
    assert family.worst.glyph == "✗"
    assert family.newest == NOW - timedelta(minutes=2)
    hidden = found.show(Filter.parse("completed"), Order(), NOW, grouped=True).families[family_key(SWEEP)]
    assert (len(hidden.jobs), hidden.size) == (1, 7)
