"""The command table, and every key on every size over a job whose every text is hostile."""

import re
from collections import Counter

import pytest

from tests.strategies import HOSTILE
from tests.ui.support import SIZES, hostile_job, raw_job, stock, watching
from tui.app.commands import COMMANDS, Command, Where, bindings, footer
from tui.app.screens.reading import help_rows
from tui.app.screens.watch import WatchScreen
from tui.simulator import Simulator

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
TEXTS = ("", " ".join(text for text in HOSTILE if len(text) < 100), "x" * 2_500)
QUIT = ("quit", "quit_now")
TRAVELS = ("browse", "columns", "copy", "palette", "help", "identity", "failures", "permissions", "filter")


def test_no_two_commands_share_a_key() -> None:
    keys = Counter(key for command in COMMANDS for key in command.keys)
    assert [key for key, times in keys.items() if times > 1] == []
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_a_command_has_an_action_a_key_and_a_line_in_the_help(command: Command) -> None:
    action = (command.action or command.id).partition("(")[0]
    assert callable(getattr(WatchScreen, f"action_{action}", None))
    told = [entry.plain.split() for entry in help_rows(90, command.write)]
    if action == "pane":
        assert any(command.label in " ".join(words) for words in told)
    else:
        assert any(command.key in words and set(command.help.split()[:2]) <= set(words) for words in told)
    assert any(binding.id == command.id for binding in bindings())


def test_the_footer_offers_help_everywhere() -> None:
    for where in Where:
        assert next(iter(footer(where))).id == "help"


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_key_with_hostile_text(sim: Simulator, size: tuple[int, int]) -> None:
    stock(sim, hostile_job("hostile", TEXTS[1], 1), raw_job("plain"))
    async with watching(sim, size) as watch:
        await watch.listed(2)
        await watch.described("hostile")
        await watch.tap(*(command.keys[0] for command in COMMANDS if command.id not in (*QUIT, *TRAVELS)))
        assert watch.app._exception is None
        for command in COMMANDS:
            if command.id in TRAVELS:
                await watch.tap(command.keys[0])
                assert watch.text.strip()
                await watch.tap("escape", "escape")
        assert watch.app._exception is None
        assert watch.app.is_running


@pytest.mark.parametrize("text", TEXTS, ids=("empty", "all", "long"))
async def test_every_pane_with_hostile_text(sim: Simulator, text: str) -> None:
    stock(sim, hostile_job("hostile", text))
    async with watching(sim, (80, 24), job="hostile") as watch:
        await watch.described("hostile")
        for key in ("z", *"3456", "z", *"789", "J", "x", "y", "escape", "i", "escape", "exclamation_mark"):
            await watch.tap(key)
            assert CONTROL.search(watch.text) is None
        assert watch.app._exception is None


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_number_keys_show_their_pane(sim: Simulator, size: tuple[int, int]) -> None:
    stock(sim, raw_job())
    async with watching(sim, size) as watch:
        await watch.listed(1)
        await watch.described("bert")
        for key, word in zip(
            "23456789",
            ("Timeline", "Resources", "Rules", "Metrics", "Logs", "Config", "Data", "Everything"),
            strict=True,
        ):
            await watch.tap(key)
            await watch.shows(f"{key} {word}")
            assert watch.screen.opened is (key in "789")
        await watch.tap("1")
        await watch.shows("1 Jobs")
        assert not watch.screen.opened


async def test_reading_screens_open_and_close(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (120, 40)) as watch:
        await watch.described("bert")
        await watch.identified()
        for key, words in (
            ("question_mark", "esc closes"),
            ("i", "111122223333"),
            ("exclamation_mark", "No call has failed"),
        ):
            await watch.tap(key)
            await watch.shows(words)
            await watch.tap("j", "k", "G", "g", "escape")
            await watch.until(lambda: watch.app.screen is watch.screen)


async def test_the_palette_runs_a_command(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (120, 40)) as watch:
        await watch.described("bert")
        await watch.press("colon")
        await watch.press(*"json")
        await watch.shows("Everything as JSON")
        await watch.press("enter")
        await watch.shows("· JSON")


async def test_q_goes_back_and_quits_at_the_root(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (80, 24)) as watch:
        await watch.described("bert")
        await watch.tap("enter")
        assert watch.screen.opened
        await watch.tap("q")
        assert not watch.screen.opened
        assert watch.app.is_running
        await watch.tap("q")
        await watch.until(lambda: watch.app.return_code == 0)


async def test_ctrl_c_quits_from_anywhere(sim: Simulator) -> None:
    async with watching(sim, (80, 24)) as watch:
        await watch.tap("question_mark", "ctrl+c")
        await watch.until(lambda: watch.app.return_code == 130)


async def test_esc_closes_one_layer_at_a_time(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (80, 24)) as watch:
        await watch.described("bert")
        await watch.tap("enter", "7", "z", "slash", "h", "f", "enter")
        screen = watch.screen
        layers = [lambda: screen.target().searching, lambda: screen.zoomed, lambda: screen.opened]
        for place, layer in enumerate(layers):
            assert layer(), place
            await watch.tap("escape")
            assert not layer(), place
        assert screen.current == "jobs"
        await watch.tap("escape")
        assert watch.app.is_running
