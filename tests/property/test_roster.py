"""The roster: whatever changes in whatever order, it shows what sorting and filtering anew would; its rows too."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import NOW
from tests.ui.support import raw_job, summary_of
from tui.app.joblist import JobsView
from tui.app.panes.jobrows import job_rows
from tui.app.roster import Order, Roster, Shown
from tui.domain.filtering import Filter
from tui.domain.jobs import JobSummary
from tui.domain.ordering import SORTS, in_order

PLAIN = summary_of(raw_job())

jobs = st.builds(
    lambda name, age, phase, tuner, spot, on: replace(
        PLAIN,
        name=name,
        status="Failed" if phase == "Failed" else "InProgress",
        secondary_status=phase,
        times=replace(PLAIN.times, created=NOW - timedelta(minutes=age), modified=None),
        parent_kind="tuning" if tuner else "",
        parent=tuner,
        spot=spot,
        instances=PLAIN.instances if on else None,
    ),
    st.sampled_from("abcdefgh"),
    st.integers(0, 3),
    st.sampled_from(["Training", "Pending", "Failed"]),
    st.sampled_from(["", "", "x", "y"]),
    st.booleans(),
    st.booleans(),
)
lists = st.lists(jobs, max_size=8, unique_by=lambda job: job.name)
orders = st.builds(Order, st.sampled_from(list(SORTS)), st.booleans())
filters = st.sampled_from(["", "training", "!pending", "a", "zzz"]).map(Filter.parse)


def anew(listed: list[JobSummary]) -> Roster:
    found = Roster()
    found.take(listed)
    return found


@given(st.lists(st.tuples(lists, filters, orders, st.booleans(), jobs), min_size=1, max_size=5))
def test_changes_one_at_a_time_come_to_the_same_as_all_anew(
    steps: list[tuple[list[JobSummary], Filter, Order, bool, JobSummary]],
) -> None:
    roster = Roster()
    for listed, wanted, order, grouped, described in steps:
        roster.take([replace(job) for job in listed])
        roster.show(wanted, order, NOW, grouped=grouped)
        roster.put(described)
        told = {job.name: job for job in listed}
        if described.name in told or not told:
            told[described.name] = described
        shown = roster.show(wanted, order, NOW, grouped=grouped)
        expected = in_order(
            [job for job in told.values() if wanted.matches(job, NOW)], order.column, order.reverse, NOW
        )
        assert list(shown.jobs) == expected
        fresh = anew(list(told.values()))
        other = fresh.show(wanted, order, NOW, grouped=grouped)
        assert (shown.keys, shown.breadth, shown.tally) == (other.keys, other.breadth, other.tally)
        assert len(shown.keys) == len(shown.entries) == len(set(shown.keys))
        assert roster.show(wanted, order, NOW, grouped=grouped) is shown


@given(lists, orders, st.integers(20, 160), st.data())
def test_rows_made_when_they_are_looked_at_are_those_made_at_once(
    listed: list[JobSummary], order: Order, width: int, data: st.DataObject
) -> None:
    shown = anew(listed).show(Filter(), order, NOW, grouped=True)
    view = JobsView(shown=shown, known=len(listed), loading=False, more=True, order=order, now=NOW)
    eager = list(job_rows(view, width))
    lazy = job_rows(view, width)
    for place in data.draw(st.lists(st.integers(0, len(eager) - 1))):
        assert lazy[place] == eager[place]
    if listed:
        assert [row.key for row in eager] == [*shown.keys, "\0more"]


class Counting:
    """A filter that counts how often it is asked."""

    timed = False

    def __init__(self) -> None:
        self.asked = 0

    def matches(self, job: JobSummary, now: datetime) -> bool:
        self.asked += 1
        return job.name != "never"


@pytest.mark.parametrize("column", SORTS)
def test_one_change_among_many_is_looked_at_alone(column: str) -> None:
    many = [replace(PLAIN, name=f"job-{n:05d}", times=replace(PLAIN.times, modified=None)) for n in range(1000)]
    roster, wanted = Roster(), Counting()
    roster.take(many)
    before = roster.show(wanted, Order(column), NOW)  # type: ignore[arg-type]
    wanted.asked = 0
    was, many[500] = many[500], replace(many[500], secondary_status="Uploading")
    assert roster.take(list(many)) == [(was, many[500])]
    after = roster.show(wanted, Order(column), NOW)  # type: ignore[arg-type]
    assert wanted.asked == 1
    assert after is not before
    assert sorted(after.keys) == sorted(before.keys)
    assert many[500] in after.jobs
    assert was not in after.jobs


def test_a_span_that_grows_moves_no_row_within_a_minute() -> None:
    roster = anew([replace(PLAIN, name=name) for name in "ab"])
    order = Order("elapsed")
    shown = roster.show(Filter(), order, NOW.replace(second=1))
    assert roster.show(Filter(), order, NOW.replace(second=59)) is shown
    assert roster.show(Filter(), order, NOW + timedelta(minutes=1)) is not shown
    plain = roster.show(Filter(), Order(), NOW)
    assert roster.show(Filter(), Order(), NOW + timedelta(days=1)) is plain


def test_the_description_of_the_focused_job_is_not_undone_by_an_older_list() -> None:
    listed = summary_of(raw_job())
    assert listed.times.modified
    later = replace(listed.times, modified=listed.times.modified + timedelta(minutes=1))
    described = replace(listed, secondary_status="Uploading", times=later)
    roster = anew([listed])
    roster.put(described)
    roster.take([replace(listed)])
    assert roster.jobs["bert"] is described
    assert Shown.of(roster.jobs.values()).tally.running == 1
