"""The list: cursor, scroll and marks stay on the job; filter, order, mouse."""

import pytest
from textual import events

from tests.ui.support import SIZES, Watch, ended_job, raw_job, stock, watching
from tui.simulator import Simulator

MANY = [raw_job(f"job-{n:02d}", 10 + n) for n in range(40)]


async def on_the_glass(watch: Watch) -> int:
    """Return the line of the list that the cursor's row is on."""
    body = watch.screen.jobs.body
    return watch.names.index(watch.cursor) - body.scroll_offset.y


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_cursor_and_scroll_stay_on_the_job(sim: Simulator, size: tuple[int, int]) -> None:
    stock(sim, *MANY)
    async with watching(sim, size) as watch:
        await watch.listed(40)
        await watch.tap("G", *"kkk")
        assert watch.cursor == "job-36"
        await watch.described("job-36")
        line = await on_the_glass(watch)
        stock(sim, *(raw_job(f"new-{n}", n / 10) for n in range(5)))
        await watch.fresh()
        await watch.listed(45)
        assert (watch.cursor, await on_the_glass(watch)) == ("job-36", line)
        await watch.tap("greater_than_sign")
        await watch.tap("s")
        assert watch.cursor == "job-36"
        assert watch.names[0] == "new-4"
        assert 0 <= await on_the_glass(watch) < watch.screen.jobs.body.size.height
        assert watch.screen.view.name == "job-36"


async def test_jobs_above_vanish(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.polling.feed.RELOAD_EVERY", 1)
    stock(sim, *(raw_job(f"job-{n:02d}", 10 + n) for n in range(10)))
    async with watching(sim, (80, 24)) as watch:
        await watch.listed(10)
        await watch.tap("j", "j", "j", "space")
        await watch.tap("k")
        assert (watch.cursor, watch.screen.model.marks) == ("job-03", {"job-03"})
        await watch.described("job-03")
        sim.account.remove("job-00")
        for _ in range(3):  # a refresh, one that begins a whole load, and the load
            await watch.fresh()
        await watch.listed(9)
        assert (watch.cursor, watch.screen.model.marks) == ("job-03", {"job-03"})
        sim.account.remove("job-03")
        await watch.fresh()
        await watch.listed(8)
        assert watch.cursor == watch.screen.view.name == "job-04"


async def test_marks_survive_refresh_and_are_counted(sim: Simulator) -> None:
    stock(sim, *MANY[:5])
    async with watching(sim, (120, 40)) as watch:
        await watch.listed(5)
        await watch.tap("space", "space")
        assert watch.screen.model.marks == {"job-00", "job-01"}
        assert watch.cursor == "job-02"
        await watch.shows("2 marked")
        await watch.fresh()
        assert watch.screen.model.marks == {"job-00", "job-01"}
        await watch.tap("ctrl+l")
        await watch.hides("2 marked")


async def test_filter_while_typing_and_a_bad_one_keeps_the_last(sim: Simulator) -> None:
    stock(sim, raw_job("bert-1"), raw_job("bert-2"), raw_job("t5-1"))
    async with watching(sim, (80, 24)) as watch:
        await watch.listed(3)
        await watch.tap("slash", "b", "e")
        await watch.listed(2)
        await watch.shows("2 jobs", "/be")
        await watch.press("left_parenthesis")
        await watch.until(lambda: "(" in watch.screen.prompt.input.value)
        await watch.shows("missing )")
        assert watch.names == ["bert-1", "bert-2"]
        await watch.tap("backspace", "enter")
        await watch.shows("2 of 3 · /be")
        assert watch.app.focused is watch.screen.jobs.body
        await watch.tap("escape")
        await watch.listed(3)


async def test_esc_in_the_prompt_drops_the_filter(sim: Simulator) -> None:
    stock(sim, raw_job("bert-1"), raw_job("t5-1"))
    async with watching(sim, (40, 12)) as watch:
        await watch.listed(2)
        await watch.tap("slash", "t", "5")
        await watch.listed(1)
        await watch.tap("escape")
        await watch.listed(2)


async def test_only_problems(sim: Simulator) -> None:
    stock(sim, raw_job("fine"), ended_job("bad", 50, "Failed", FailureReason="AlgorithmError: x"))
    async with watching(sim, (80, 24)) as watch:
        await watch.listed(2)
        await watch.tap("F")
        await watch.until(lambda: watch.names == ["bad"])
        await watch.shows("problems only")
        await watch.tap("F")
        await watch.listed(2)


async def test_order(sim: Simulator) -> None:
    stock(sim, raw_job("b", 10), raw_job("c", 20), raw_job("a", 30))
    async with watching(sim, (80, 24)) as watch:
        await watch.until(lambda: watch.names == ["b", "c", "a"])
        await watch.tap("greater_than_sign")
        assert watch.names == ["a", "b", "c"]
        await watch.tap("s")
        assert watch.names == ["c", "b", "a"]
        await watch.tap("s", "less_than_sign")
        assert watch.names == ["b", "c", "a"]


async def test_brackets_step_through_the_jobs(sim: Simulator) -> None:
    stock(sim, raw_job("a", 10), raw_job("b", 20), raw_job("c", 30))
    async with watching(sim, (80, 24)) as watch:
        await watch.listed(3)
        await watch.described("a")
        await watch.tap("enter", "right_square_bracket", "right_square_bracket", "right_square_bracket")
        await watch.described("c")
        assert watch.screen.opened
        await watch.shows("c · InProgress")
        await watch.tap("left_square_bracket")
        await watch.described("b")
        await watch.tap("q")
        assert watch.cursor == "b"


async def test_the_mouse(sim: Simulator) -> None:
    stock(sim, *MANY)
    async with watching(sim, (120, 40)) as watch:
        await watch.listed(40)
        await watch.pilot.click("#jobs-list", offset=(10, 3))
        assert watch.cursor == "job-03"
        await watch.described("job-03")
        body = watch.screen.jobs.body
        await watch.pilot._post_mouse_events([events.MouseScrollDown], body, (5, 5), button=0)
        await watch.until(lambda: body.scroll_offset.y > 0)
        assert watch.cursor == "job-03"
        await watch.pilot.click("#resources", offset=(5, 2))
        assert watch.screen.current == "resources"
        await watch.pilot.double_click("#jobs-list", offset=(10, 5))
        await watch.until(lambda: watch.screen.opened)


async def test_a_click_on_the_footer_and_on_a_tab(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (80, 24)) as watch:
        await watch.described("bert")
        await watch.tap("enter")
        await watch.shows("7 Config")
        tabs = watch.screen.tabs.rows[0].plain
        await watch.pilot.click("#tabs", offset=(tabs.index("7 Config") + 2, 0))
        await watch.until(lambda: watch.screen.current == "config")
        await watch.pilot.click("#footer", offset=(watch.screen.footer.rows[0].plain.index("help") + 1, 0))
        await watch.shows("esc closes")


async def test_an_empty_account_says_so(sim: Simulator) -> None:
    async with watching(sim, (80, 24)) as watch:
        await watch.shows("no training jobs")
        await watch.tap("enter", "y", "d", "b", "space", "G", "right_square_bracket")
        assert not watch.screen.opened
