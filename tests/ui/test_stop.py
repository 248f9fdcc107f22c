"""Stopping jobs on the screen: the whole way, and every way on which nothing may be stopped."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.widgets import Button

from tests.strategies import NOW
from tests.ui import test_credentials as credentials
from tests.ui.support import SIZES, Watch, ended_job, raw_job, stock, watching
from tui.app.commands import COMMANDS, Where, footer
from tui.app.screens.reading import help_rows
from tui.app.screens.stop import StoppingScreen, StopScreen
from tui.simulator import Account, Fault, FixedJob, ManualClock, Simulator

STOP = "StopTrainingJob"
KEYS = sorted({key for command in COMMANDS for key in command.keys} - {"q", "ctrl+c", "ctrl+z", "b"})


def sent(sim: Simulator) -> list[str]:
    """The jobs that were asked to stop, in order."""
    return [call.params["TrainingJobName"] for call in sim.calls.entries if call.operation == STOP]


async def ask(watch: Watch) -> StopScreen:
    """Open the dialog."""
    await watch.tap("a")
    await watch.shows("Actions", "Stop")
    await watch.tap("enter")
    await watch.until(lambda: isinstance(watch.app.screen, StopScreen), "the dialog")
    assert isinstance(watch.app.screen, StopScreen)
    return watch.app.screen


async def confirm(watch: Watch, phrase: str) -> None:
    """Type what the open dialog wants, and press the button."""
    await watch.tap("tab", *phrase, "enter", "enter")
    await watch.until(lambda: isinstance(watch.app.screen, StoppingScreen), "the results")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_typed_name_stops_the_job_and_it_is_followed_to_its_end(
    sim: Simulator, clock: ManualClock, size: tuple[int, int]
) -> None:
    (job,) = stock(sim, raw_job("bert"))
    async with watching(sim, size, write=True) as watch:
        await watch.described("bert")
        await watch.shows("write")
        dialog = await ask(watch)
        await watch.shows("bert", "InProgress", "2×g5.xlarge", "Cancel", "Stop 1 job", "its name:")
        assert dialog.focused
        assert dialog.focused.id == "stop-cancel"
        await confirm(watch, "bert")
        await watch.shows("asked to stop")
        assert sent(sim) == ["bert"]
        assert job.raw["TrainingJobStatus"] == "Stopping"
        await watch.until(lambda: watch.screen.stops["bert"].asked_at == NOW, "seen stopping")
        clock.advance(102)
        over = clock.now().timestamp()
        job.raw |= {"TrainingJobStatus": "Stopped", "SecondaryStatus": "Stopped", "TrainingEndTime": over}
        watch.screen.action_refresh()
        await watch.shows("stopped after 1m42s")
        await watch.tap("escape")
        await watch.until(lambda: watch.app.screen is watch.screen)
        assert sent(sim) == ["bert"]


async def test_the_end_of_a_stop_is_told_where_the_dialog_is_closed(sim: Simulator, clock: ManualClock) -> None:
    (job,) = stock(sim, raw_job("bert"))
    async with watching(sim, (120, 40), write=True) as watch:
        await watch.described("bert")
        await ask(watch)
        await confirm(watch, "bert")
        await watch.shows("asked to stop")
        await watch.tap("escape")
        await watch.until(lambda: watch.screen.stops["bert"].asked_at == NOW, "seen stopping")
        clock.advance(200)
        watch.screen.action_refresh()
        await watch.shows("bert: still stopping after 3m2")
        over = clock.now().timestamp()
        job.raw |= {"TrainingJobStatus": "Stopped", "SecondaryStatus": "Stopped", "TrainingEndTime": over}
        watch.screen.action_refresh()
        await watch.shows("bert: stopped after 3m20s.")


async def test_without_the_name_nothing_stops(sim: Simulator) -> None:
    stock(sim, raw_job("bert"))
    async with watching(sim, (80, 24), write=True) as watch:
        await watch.described("bert")
        for typed in ("bertha", "BERT", " bert", "ber", ""):
            dialog = await ask(watch)
            yes = dialog.query_one("#stop-yes", Button)
            dialog.input.value = typed
            await watch.tap("tab", "enter", "enter")
            assert yes.disabled
            await watch.pilot.click("#stop-yes")
            dialog.post_message(Button.Pressed(yes))
            await watch.pilot.pause()
            assert watch.app.screen is dialog
            await watch.tap("escape")
            await watch.until(lambda: watch.app.screen is watch.screen)
        assert sent(sim) == []


async def test_enter_on_the_open_dialog_cancels(sim: Simulator) -> None:
    stock(sim, raw_job("bert"))
    async with watching(sim, (80, 24), write=True) as watch:
        await watch.described("bert")
        await ask(watch)
        await watch.tap("enter")
        await watch.until(lambda: watch.app.screen is watch.screen)
        assert sent(sim) == []


async def test_the_dialog_stays_with_the_job_of_the_key_press(sim: Simulator) -> None:
    stock(sim, raw_job("bert", 10), raw_job("t5", 20))
    async with watching(sim, (120, 40), write=True) as watch:
        await watch.listed(2)
        await watch.described("bert")
        await watch.tap("a")
        # The list moves on below the menu and the dialog.
        watch.screen.jobs.body.move_to("t5")
        await watch.until(lambda: watch.screen.view.name == "t5")
        await watch.tap("enter")
        stock(sim, raw_job("new", 1))
        watch.screen.action_refresh()
        await watch.until(lambda: "new" in watch.names)
        await watch.shows("Stop training", "bert")
        await confirm(watch, "bert")
        await watch.shows("asked to stop")
        assert sent(sim) == ["bert"]


async def test_marked_jobs_are_all_listed_and_stopped_one_by_one(sim: Simulator) -> None:
    stock(sim, *(raw_job(f"job-{n}", 10 + n) for n in range(4)), ended_job("over", 90))
    async with watching(sim, (120, 40), write=True) as watch:
        await watch.listed(5)
        await watch.described()
        await watch.tap("space", "space", "space", "G", "space", "slash", *"job-[03]", "enter")
        await watch.listed(2)
        await ask(watch)
        await watch.shows(
            "3 of 4 marked jobs will stop, 3 of them hidden by the filter", "stop 3 jobs", "Stop 3 jobs"
        )
        await watch.shows("job-0", "job-1", "job-2", "over", "already Completed: nothing to stop")
        await confirm(watch, "stop 3 jobs")
        await watch.until(lambda: len(sent(sim)) == 3)
        await watch.until(lambda: watch.text.count("asked to stop") == 3)
        assert sent(sim) == ["job-0", "job-1", "job-2"]


async def test_an_opened_job_is_stopped_alone_whatever_is_marked(sim: Simulator) -> None:
    stock(sim, raw_job("bert", 10), raw_job("t5", 20))
    async with watching(sim, (120, 40), write=True) as watch:
        await watch.listed(2)
        await watch.tap("space", "space", "g", "enter")
        await watch.described("bert")
        await ask(watch)
        await watch.shows("Stop 1 job", "its name")
        await watch.tap("escape")


async def test_esc_keeps_what_still_waits_from_being_sent(sim: Simulator) -> None:
    stock(sim, *(raw_job(f"job-{n}", 10 + n) for n in range(3)))
    async with watching(sim, (120, 40), write=True) as watch:
        await watch.listed(3)
        await watch.tap("space", "space", "space")
        await ask(watch)
        sim.faults.add(Fault("delay", STOP, times=1, seconds=2.5))
        await confirm(watch, "stop 3 jobs")
        await watch.shows("Send no more")
        await watch.tap("escape")
        await watch.shows("not asked to stop", "esc closes")
        await watch.until(lambda: watch.text.count("asked to stop; followed") == 1)
        assert sent(sim) == ["job-0"]


async def test_a_job_that_is_over_is_not_asked_for(sim: Simulator) -> None:
    stock(sim, ended_job("over"))
    async with watching(sim, (120, 40), write=True) as watch:
        await watch.described("over")
        await watch.tap("a", "enter")
        await watch.shows("over: already Completed: nothing to stop.")
        assert watch.app.screen is watch.screen


async def test_a_job_that_ended_meanwhile_is_told_so(sim: Simulator) -> None:
    (job,) = stock(sim, raw_job("bert"))
    async with watching(sim, (120, 40), write=True) as watch:
        await watch.described("bert")
        await ask(watch)
        job.raw = ended_job("bert")
        await confirm(watch, "bert")
        await watch.shows("already Completed: nothing to stop")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("denied", "not stopped: not allowed; ask for sagemaker:StopTrainingJob"),
        ("throttle", "not stopped, and not asked again"),
        ("expired", "not stopped: credentials expired; run: aws sso login"),
        ("server_error", "not known whether SageMaker received the request; it was"),
        ("drop", "cannot reach AWS: not known whether"),
        ("wrong_content_type", "already stopping; followed"),
        ("garbage", "already stopping; followed"),
    ],
)
async def test_a_failed_request_is_told_and_not_sent_again(sim: Simulator, kind: str, words: str) -> None:
    stock(sim, raw_job("bert"))
    async with watching(sim, (160, 45), write=True) as watch:
        await watch.described("bert")
        await ask(watch)
        sim.faults.add(Fault(kind, STOP))
        if kind in ("drop", "server_error"):  # the request is carried out or not, the answer is lost either way
            sim.account.put(Deaf(raw_job("bert")))
        await confirm(watch, "bert")
        await watch.until(lambda: words in " ".join(watch.text.split()), words)
        before = watch.screen.model.jobs.seq
        watch.screen.action_refresh()
        await watch.until(lambda: watch.screen.model.jobs.seq > before)
        assert sent(sim) == ["bert"]


class Deaf(FixedJob):
    """A job that goes on training whatever is asked."""

    def stop(self, now: object) -> None:
        """Do nothing."""


async def test_expired_credentials_end_a_batch(sim: Simulator) -> None:
    stock(sim, *(raw_job(f"job-{n}", 10 + n) for n in range(3)))
    async with watching(sim, (160, 45), write=True) as watch:
        await watch.listed(3)
        await watch.tap("space", "space", "space")
        await ask(watch)
        sim.faults.add(Fault("expired", STOP))
        await confirm(watch, "stop 3 jobs")
        await watch.until(lambda: watch.text.count("not asked to stop") == 2)
        assert sent(sim) == ["job-0"]


async def test_nothing_is_sent_while_it_is_not_known_whose_credentials_come_next(sim: Simulator) -> None:
    stock(sim, raw_job("bert"))
    async with watching(sim, (160, 45), write=True) as watch:
        await watch.described("bert")
        await ask(watch)
        sim.faults.add(Fault("expired"))
        watch.screen.action_refresh()
        await watch.until(lambda: watch.screen.services and watch.screen.services.gate.failure, "closed")
        await confirm(watch, "bert")
        await watch.shows("not stopped: credentials expired")
        assert sent(sim) == []


async def test_another_account_closes_what_was_asked_about_the_one_before(sim: Simulator) -> None:
    stock(sim, raw_job("bert"))
    async with watching(sim, (160, 45), write=True) as watch:
        await watch.described("bert")
        await watch.identified()
        await ask(watch)
        await watch.tap("tab", *"bert")
        assert watch.screen.services
        other = credentials.Account(watch.screen.services.account, number="999900001111")
        watch.screen.services = replace(watch.screen.services, account=other)
        await watch.screen.probe()
        await watch.until(lambda: watch.app.screen is watch.screen, "closed")
        await watch.tap("enter", "enter")
        await watch.shows("Now account 999900001111")
        assert sent(sim) == []


@pytest.mark.parametrize("leave", ["ctrl+c", "exit"])
async def test_quitting_with_the_dialog_open_stops_nothing(sim: Simulator, leave: str) -> None:
    stock(sim, raw_job("bert"))
    async with watching(sim, (80, 24), write=True) as watch:
        await watch.described("bert")
        await ask(watch)
        await watch.tap("tab", *"bert")
        if leave == "exit":
            watch.app.exit()
        else:
            await watch.tap(leave)
        await watch.until(lambda: not watch.app.is_running)
    assert sent(sim) == []


async def test_quitting_sends_no_more(sim: Simulator) -> None:
    stock(sim, *(raw_job(f"job-{n}", 10 + n) for n in range(3)))
    async with watching(sim, (80, 24), write=True) as watch:
        await watch.listed(3)
        await watch.tap("space", "space", "space")
        await ask(watch)
        sim.faults.add(Fault("hang", STOP))
        await confirm(watch, "stop 3 jobs")
        await watch.until(lambda: sent(sim))
        await watch.tap("ctrl+c")
        await watch.until(lambda: not watch.app.is_running)
    assert sent(sim) == ["job-0"]


async def test_many_jobs_leave_the_buttons_on_the_smallest_glass(sim: Simulator) -> None:
    stock(sim, *(raw_job(f"job-with-quite-a-long-name-{n:02d}", 10 + n) for n in range(30)))
    async with watching(sim, (40, 12), write=True) as watch:
        await watch.listed(30)
        await watch.tap(*["space"] * 30)
        dialog = await ask(watch)
        await watch.shows("Cancel", "Stop 30 jobs", "stop 30 jobs")
        await watch.tap(*["pagedown"] * 8)
        await watch.shows("This cannot be undone.", "Cancel")
        assert dialog.focused


# What there is without --write


def test_without_write_the_command_is_nowhere() -> None:
    for where in Where:
        assert "actions" not in [command.id for command in footer(where)]
        assert "actions" in [command.id for command in footer(where, write=True)]
    assert not any("stop" in entry.plain.lower() and entry.plain.strip().startswith("a ") for entry in help_rows(90))
    assert any(entry.plain.strip().startswith("a ") for entry in help_rows(90, write=True))
    assert "nothing here changes anything" in " ".join(entry.plain for entry in help_rows(90))


async def test_without_write_the_key_does_nothing_and_the_palette_knows_nothing(sim: Simulator) -> None:
    stock(sim, raw_job("bert"))
    async with watching(sim, (120, 40)) as watch:
        await watch.described("bert")
        assert "write" not in watch.text
        await watch.tap("a")
        await watch.screen.run_action("actions")
        watch.screen.action_actions()
        await watch.pilot.pause()
        assert watch.app.screen is watch.screen
        await watch.press("colon", *"stop the job")
        await watch.hides("Actions on the job")
        assert sent(sim) == []


async def test_no_single_key_or_click_stops_anything(sim: Simulator) -> None:
    stock(sim, raw_job("bert"))
    async with watching(sim, (80, 24), write=True) as watch:
        await watch.described("bert")
        for key in KEYS:
            await watch.tap(key, "escape")
        await watch.tap("escape", "escape", "1")
        for column in range(4, 80, 8):
            await watch.pilot.click(offset=(column, 23))
            await watch.tap("escape", "escape")
        dialog = await ask(watch)
        for y in range(6, 19):
            for x in (4, 40, 55, 70):
                await watch.pilot.click(offset=(x, y))
                if watch.app.screen is not dialog:
                    dialog = await ask(watch)
        assert sent(sim) == []


async def test_the_palette_leads_to_the_menu_and_no_further(sim: Simulator) -> None:
    stock(sim, raw_job("bert"))
    async with watching(sim, (120, 40), write=True) as watch:
        await watch.described("bert")
        await watch.press("colon", *"marked jobs stop")
        await watch.shows("Actions on the job")
        await watch.press("enter")
        await watch.shows("chooses", "Stop")
        assert sent(sim) == []


async def test_a_job_is_followed_by_the_list_where_it_may_not_be_described(sim: Simulator) -> None:
    (job,) = stock(sim, raw_job("bert"))
    sim.faults.add(Fault("denied", "DescribeTrainingJob"))
    async with watching(sim, (120, 40), write=True) as watch:
        await watch.listed(1)
        await ask(watch)
        await confirm(watch, "bert")
        await watch.shows("asked to stop")
        over = NOW.timestamp()
        job.raw |= {"TrainingJobStatus": "Stopped", "SecondaryStatus": "Stopped", "TrainingEndTime": over}
        watch.screen.action_refresh()
        await watch.shows("bert  stopped after")


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([*KEYS, *"bert", "a", "enter", "tab", "enter"]), min_size=20, max_size=40))
async def test_a_storm_of_keys_stops_nothing_without_write(keys: list[str]) -> None:
    async with Simulator(Account(ManualClock(NOW))) as sim:
        stock(sim, raw_job("bert"), raw_job("t5", 90))
        async with watching(sim, (80, 24)) as watch:
            await watch.listed(2)
            await watch.tap(*keys)
            await watch.tap("escape", "escape", "a", "enter", "tab", *"bert", "enter", "enter")
        assert sent(sim) == []
