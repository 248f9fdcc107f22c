"""What looks secret is on no part of the screen and in nothing that leaves it, until `x` reveals it there."""

from pathlib import Path

import pytest

from tests.secrets import PEM, SHAPES, leaks, planted
from tests.ui.support import Watch, ended_job, stock, watching
from tui.app.copying import copies
from tui.simulator import LogEvent, Simulator

JOB = "bert-1"


def put_log(sim: Simulator) -> None:
    now = int(sim.account.clock.now().timestamp() * 1000)
    texts = [*(f"login {secret}" for secret in SHAPES.values()), *PEM.split("\n"), PEM]
    texts.append('{"note": "\\u0068' + SHAPES["hugging face"][1:] + '"}')
    texts.append(f"Error: token {SHAPES['github']} was rejected")
    sim.account.logs.put(f"{JOB}/algo-1-1", [LogEvent(now - 60_000 + n, text) for n, text in enumerate(texts)])


def fail_with_secrets(sim: Simulator) -> None:
    members = planted()
    stock(sim, ended_job(JOB, status="Failed", **members))
    sim.account.jobs[JOB].raw["SecondaryStatusTransitions"][-1]["StatusMessage"] = members["FailureReason"]  # type: ignore[attr-defined]
    put_log(sim)


async def everywhere(watch: Watch) -> list[tuple[str, str]]:
    """Return what each pane shows, by the keys that lead there."""
    seen = [("list", watch.text)]
    await watch.press("enter")
    for keys in ("2", "4", "6", "7", "8", "9", "J"):
        await watch.press(keys, "g")
        seen.append((keys, watch.text))
        await watch.press("z")
        for page in range(4):
            seen.append((f"{keys} z {page}", watch.text))
            await watch.press("ctrl+f")
        await watch.press("z")
    return seen


@pytest.mark.parametrize("size", [(160, 45), (80, 24)], ids=str)
async def test_no_pane_shows_a_secret(sim: Simulator, size: tuple[int, int]) -> None:
    fail_with_secrets(sim)
    async with watching(sim, size) as watch:
        await watch.listed(1)
        await watch.described()
        await watch.press("l")
        await watch.shows("was rejected")
        await watch.press("1")
        found = {keys: leaks(text) for keys, text in await everywhere(watch)}
        assert {keys: told for keys, told in found.items() if told} == {}
        await watch.press("x", "7", "z", "g")
        assert leaks(watch.text), "x reveals them"
        await watch.press("z", "l")
        await watch.until(lambda: leaks(watch.text), "the log is revealed too")
        await watch.press("x")
        await watch.until(lambda: not leaks(watch.text), "and masked again")


def contents(directory: Path) -> str:
    """Return the text of the only file in a directory."""
    (path,) = directory.iterdir()
    return path.read_text()


async def test_nothing_that_is_copied_or_saved_holds_a_secret_that_is_not_on_the_screen(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fail_with_secrets(sim)
    async with watching(sim) as watch:
        await watch.listed(1)
        await watch.described()
        await watch.press("l")
        await watch.shows("was rejected")
        for _ in range(len(SHAPES) + 4):
            await watch.tap("v", "k", "k")
        screen = watch.screen

        def copied() -> list[str]:
            rows = [row for pane in (screen.everything, screen.logs) for row in getattr(pane.body, "rows", ())]
            found = [copies(screen.view, row, frozenset()) for row in (None, *rows)]
            return [entry.text for entries in (*found, screen.log_copies()) for entry in entries]

        assert [told for text in copied() if (told := leaks(text))] == []
        assert any("marked" in entry.label for entry in screen.log_copies())
        await watch.press("S")
        await watch.shows("saved to")
        text = contents(tmp_path)
        assert "login ********" in text
        assert leaks(text) == []
        await watch.press("x")
        await watch.until(lambda: screen.logs.body.revealed)
        assert [told for text in copied() if (told := leaks(text))]


async def test_the_json_of_a_line_hides_what_only_an_escape_hid(sim: Simulator) -> None:
    fail_with_secrets(sim)
    async with watching(sim) as watch:
        await watch.press("l")
        await watch.shows("was rejected")
        await watch.press("k", "J")
        await watch.shows('"note": "********"')
        assert leaks(watch.text) == []
        assert leaks("\n".join(entry.text for entry in watch.screen.log_copies() if "JSON" in entry.label)) == []


async def test_the_login_of_an_endpoint_is_masked(sim: Simulator) -> None:
    stock(sim)
    async with watching(sim) as watch:
        await watch.identified()
        services = watch.screen.services
        assert services
        object.__setattr__(services, "endpoint_url", "https://me:by-name-only@proxy:8443")
        await watch.press("i")
        await watch.shows("https://me:********@proxy:8443")
