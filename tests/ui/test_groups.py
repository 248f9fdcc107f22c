"""Groups, columns, the last row, completion, and what is left for the next time; driven by keys on real jobs."""

from typing import Any

import pytest

from tests.ui.support import SIZES, Watch, connect_to, ended_job, raw_job, stock, watching
from tui.app.app import SagetopApp
from tui.app.columns import COLUMNS, DEFAULT
from tui.app.lines import LazyRows, row
from tui.app.panes.jobs import JobList
from tui.app.roster import FAMILY, MORE
from tui.app.services import Options, Remembered
from tui.simulator import Simulator

ARN = "arn:aws:sagemaker:us-east-1:111122223333:hyper-parameter-tuning-job/sweep"


def children(amount: int) -> list[dict[str, Any]]:
    found = [raw_job(f"sweep-{n}", 20 + n, TuningJobArn=ARN) for n in range(amount - 1)]
    failed = ended_job(f"sweep-{amount - 1}", 40, "Failed", TuningJobArn=ARN, FailureReason="AlgorithmError: boom")
    return [*found, failed]


async def on_the_parent(watch: Watch, jobs: int) -> None:
    """Wait until the list stands, and put the cursor on the parent."""
    await watch.until(lambda: len(watch.screen.model.roster.jobs) == jobs and watch.screen.view.now, "listed")
    await watch.until(lambda: watch.screen.jobs.body.cursor_key, "begun")
    await watch.pilot.pause()
    watch.screen.jobs.body.move_to(f"{FAMILY}tuning sweep")
    await watch.until(lambda: watch.screen.view.family, "on the parent")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_parent_folds_and_every_key_on_it_is_harmless(sim: Simulator, size: tuple[int, int]) -> None:
    stock(sim, raw_job("first", 1), *children(5), raw_job("last", 90))
    async with watching(sim, size) as watch:
        await on_the_parent(watch, 7)
        assert watch.names == ["first", "last"]
        for keys, shown in (("enter", 7), ("enter", 2), ("right", 7), ("left", 2)):
            await watch.tap(keys)
            await watch.until(lambda shown=shown: len(watch.names) == shown, f"{keys}: {shown}")
            assert watch.cursor.startswith(FAMILY)
        for key in ("l", "1", "m", "d", "b", "z", "z", "2", "1", "x", "J", "r"):
            await watch.tap(key)
            assert watch.app._exception is None, key
        await watch.tap("y")
        await watch.shows("5 names of the group")
        await watch.tap("escape", "j")
        await watch.described("last")
        assert watch.screen.view.family is None


async def test_a_parent_tells_of_its_children_and_no_call_is_made_for_it(sim: Simulator) -> None:
    stock(sim, raw_job("first", 1), *children(5))
    async with watching(sim, (160, 45)) as watch:
        await watch.described("first")
        await on_the_parent(watch, 6)
        await watch.shows("tuning · 5: 1 failed, 4 running", "hyperparameter tuning job", "sweep-4: boom")
        await watch.shows("A group of 5 jobs")
        assert watch.screen.model.job.key == ""
        asked, seq = sim.calls.count("DescribeTrainingJob"), watch.screen.model.jobs.seq
        await watch.tap("r")
        await watch.until(lambda: watch.screen.model.jobs.seq > seq, "polled again")
        assert sim.calls.count("DescribeTrainingJob") == asked


async def test_marks_on_a_parent_are_its_childrens(sim: Simulator) -> None:
    stock(sim, *children(4), raw_job("last", 90))
    async with watching(sim, (120, 40)) as watch:
        await on_the_parent(watch, 5)
        await watch.tap("space")
        assert watch.screen.model.marks == {f"sweep-{n}" for n in range(4)}
        assert watch.cursor == "last"
        await watch.tap("k", "space")
        assert watch.screen.model.marks == set()


async def test_a_filter_unfolds_and_shows_only_what_matches(sim: Simulator) -> None:
    stock(sim, raw_job("first", 1), *children(5))
    async with watching(sim, (120, 40)) as watch:
        await watch.until(lambda: watch.names == ["first"])
        await watch.tap("slash", *"sweep-3", "enter")
        await watch.until(lambda: watch.names == ["sweep-3"])
        assert "1 of 5" in watch.rows[0]
        await watch.tap("escape")
        await watch.until(lambda: watch.names == ["first"])
        await watch.tap("T")
        await watch.until(lambda: len(watch.names) == 6)
        assert not any(row.startswith(FAMILY) for row in watch.screen.jobs.body.keys)
        watch.screen.jobs.body.move_to("sweep-3")
        await watch.tap("T")
        await watch.until(lambda: watch.names == ["first"])
        assert watch.cursor == f"{FAMILY}tuning sweep"


async def test_a_click_folds(sim: Simulator) -> None:
    stock(sim, *children(5))
    async with watching(sim, (120, 40)) as watch:
        await on_the_parent(watch, 5)
        for shown in (5, 0):
            await watch.pilot.click("#jobs-list", offset=(10, 0))
            await watch.until(lambda shown=shown: len(watch.names) == shown)
        assert not watch.screen.opened


async def test_columns_are_chosen_and_shown_at_once(sim: Simulator) -> None:
    stock(sim, raw_job("bert"))
    async with watching(sim, (160, 45)) as watch:
        await watch.listed(1)
        head = watch.screen.jobs.head

        def titles() -> list[str]:
            return head.rows[0].plain.replace("NAME, NEWEST FIRST", "NAME").split()

        assert titles() == ["NAME", "PHASE", "FOR", "ON", "NOTE"]
        await watch.tap("C", "space")
        await watch.until(lambda: titles() == ["NAME", "FOR", "ON", "NOTE"])
        await watch.tap("escape")
        await watch.until(lambda: titles() == ["NAME", "PHASE", "FOR", "ON", "NOTE"])
        await watch.tap("C", "right", *(["down"] * COLUMNS_BELOW["age"]), "space", "enter")
        await watch.until(lambda: titles() == ["NAME", "FOR", "PHASE", "ON", "AGE"])
        assert watch.app.screen is watch.screen
        await watch.tap("greater_than_sign", "greater_than_sign")
        await watch.until(lambda: "FOR▾" in titles())
        await watch.tap("C", "d", "enter")
        assert watch.screen.model.columns == DEFAULT


COLUMNS_BELOW = {"age": [*DEFAULT, *(name for name in COLUMNS if name not in DEFAULT)].index("age") - 1}
"""How often down leads to a column from the second one."""


async def test_the_last_row_brings_older_jobs(sim: Simulator) -> None:
    stock(
        sim, *(raw_job(f"job-{n:03d}", 10 + n) for n in range(3)), *(ended_job(f"old-{n}", 500) for n in range(897))
    )
    async with watching(sim, (100, 30)) as watch:
        await watch.until(lambda: watch.screen.jobs.view.more, "more")
        await watch.tap("G")
        assert watch.cursor == MORE
        await watch.shows("500 newest shown · enter for more")
        await watch.tap("slash", *"job-001")
        await watch.shows("500 newest searched · enter for more")
        await watch.tap("escape", "G", "enter")
        await watch.until(lambda: len(watch.screen.jobs.view.shown.jobs) == 900, "900 jobs")
        await watch.until(lambda: MORE not in watch.names, "no more")


async def test_a_filter_that_search_can_decide_brings_what_is_older(sim: Simulator) -> None:
    old = [ended_job(f"old-{n:03d}", 500 + n, status="Failed" if n >= 580 else "Completed") for n in range(700)]
    stock(sim, raw_job("bert"), *old)
    async with watching(sim, (100, 30)) as watch:
        await watch.until(lambda: watch.screen.jobs.view.more, "more")
        await watch.tap("slash", *"status:failed", "enter")
        await watch.until(lambda: len(watch.screen.jobs.view.shown.jobs) == 100, "a page of failed jobs")
        await watch.tap("G")
        await watch.shows("100 of 120 that Search finds in all history · enter for more")
        await watch.tap("enter")
        await watch.until(lambda: len(watch.screen.jobs.view.shown.jobs) == 120, "all failed jobs")
        await watch.tap("escape", "G")
        await watch.shows("500 newest and 120 older shown")


async def test_candidates_are_chosen_and_taken_and_steal_no_key(sim: Simulator) -> None:
    stock(sim, raw_job("bert"), ended_job("t5", status="Failed"))
    async with watching(sim, (80, 24)) as watch:
        await watch.listed(2)
        await watch.tap("slash", *"statu")
        await watch.shows("status:")
        await watch.tap("tab")
        await watch.until(lambda: watch.screen.prompt.input.value == "status:")
        await watch.tap("f")
        await watch.shows("1 job")
        await watch.tap("tab")
        await watch.until(lambda: watch.screen.prompt.input.value.strip() == "status:Failed")
        await watch.until(lambda: watch.names == ["t5"])
        await watch.tap("enter")
        await watch.until(lambda: not watch.screen.prompt.display)
        assert not watch.screen.prompt.candidates.display
        assert watch.app.focused is watch.screen.jobs.body
        await watch.tap("slash")
        await watch.tap(*["backspace"] * 13, *"zz")
        await watch.until(lambda: watch.screen.prompt.input.value == "zz")
        assert not watch.screen.prompt.candidates.display
        await watch.tap("escape")
        await watch.listed(2)


async def test_what_was_left_is_found_again_and_changes_are_kept(sim: Simulator) -> None:
    stock(sim, raw_job("bert-1", 10), raw_job("bert-2", 20), raw_job("t5", 5))
    kept: list[Remembered] = []
    left = Remembered("bert", sort="name", reverse=True, columns=("age", "nonsense", "phase"), grouped=False)
    app = SagetopApp(connect_to(sim), Options(remembered=left, remember=kept.append))
    async with app.run_test(size=(160, 45)) as pilot:
        watch = Watch(app, pilot)
        await watch.until(lambda: watch.names == ["bert-2", "bert-1"])
        head = watch.screen.jobs.head.rows[0].plain.split()
        assert head == ["NAME▴", "AGE", "PHASE"]
        assert kept == []
        await watch.tap("s")
        await watch.until(lambda: kept, "remembered")
        assert kept == [Remembered("bert", sort="name", columns=("age", "phase"), grouped=False)]


async def test_a_filter_that_cannot_be_read_any_more_is_let_go(sim: Simulator) -> None:
    stock(sim, raw_job("bert"))
    app = SagetopApp(connect_to(sim), Options(remembered=Remembered("(", sort="nonsense")))
    async with app.run_test(size=(80, 24)) as pilot:
        await Watch(app, pilot).listed(1)


async def test_only_the_rows_on_the_glass_are_made(sim: Simulator) -> None:
    async with watching(sim, (120, 40)) as watch:
        await watch.shows("no training jobs")
        body = watch.screen.query_one(JobList)
        made: list[int] = []

        def rows(changed: str) -> LazyRows:
            def make(index: int) -> Any:
                made.append(index)
                return row((f"row {index} {changed if index == 5 else ''}", "value"), key=f"k{index}")

            return LazyRows([f"k{index}" for index in range(10_000)], make)

        height = body.size.height
        assert 10 < height < 60
        body.show(rows(""))
        await watch.pilot.pause()
        assert len(made) <= 2 * height
        made.clear()
        body.show(rows("changed"))
        await watch.pilot.pause()
        assert sorted(made) == list(range(height))
        made.clear()
        for key in ("G", "g", "pagedown", "k"):
            await watch.tap(key)
        assert len(made) <= 3 * height
        assert body.keys_on_glass[0] == body.keys[body.scroll_offset.y]
