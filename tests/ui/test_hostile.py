"""Hostile text through every place of the screen: shown as it is written, harmless, and within its width."""

import re
import shlex
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual._compositor import LayoutUpdate
from textual.app import App
from textual.events import Paste
from textual.geometry import Region
from textual.strip import Strip

from tests.e2e.terminal import ALLOWED, FOREIGN
from tests.hostile import FAMILIES, MEGABYTE, PLANTED, TEXTS, unsafe
from tests.strategies import NOW
from tests.ui.support import Watch, ended_job, hostile_job, job_of, raw_job, stock, view_of, watching
from tui.app.copying import console_url, copies
from tui.app.exact import Glass
from tui.app.lines import fit, fit_middle, row
from tui.app.view import JobView
from tui.domain.loglines import log_line, rows
from tui.domain.logs import LogEvent as Delivered
from tui.domain.text import safe_text
from tui.simulator import FixedJob, LogEvent, Simulator

NOW_MS = int(NOW.timestamp() * 1000)


def glass(app: App[Any]) -> Iterator[str]:
    """Yield the lines that are on the glass, each held against what holds for all of them."""
    width = app.size.width
    strips = app.screen._compositor.render_strips()
    written = Glass().frame(LayoutUpdate([[strip] for strip in strips], Region(0, 0, width, len(strips))))
    found = FOREIGN.search(ALLOWED.sub("", written))
    assert found is None, ascii(written[max(0, found.start() - 99) : found.end() + 99])
    for strip in strips:
        assert unsafe(strip.text) == [], ascii(strip.text)
        assert strip.cell_length == width, ascii(strip.text)
        for segment in strip:
            meta = segment.style.meta if segment.style else {}
            assert "@click" not in meta, "markup that acts"
            assert segment.style is None or not segment.style.link
        yield strip.text


def check(watch: Watch) -> str:
    """Hold the glass against what holds for all of it, and return it."""
    shown = "\n".join(glass(watch.app))
    assert PLANTED not in shown
    return shown


@pytest.mark.parametrize("size", [(160, 45), (80, 24), (40, 12)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_place(sim: Simulator, size: tuple[int, int]) -> None:
    texts = cycle(text[:3_000] for text in TEXTS.values())
    for name in ("h-0", "h-1"):
        sim.account.put(FixedJob(job_of(name, 1, texts)))
        said = [LogEvent(NOW_MS - 1000 * n, text, NOW_MS - 900 * n) for n, text in enumerate(TEXTS.values())]
        sim.account.logs.put(f"{name}/{TEXTS['escape: title by bel']}-1763898000", said[::2])
        sim.account.logs.put(f"{name}/{TEXTS['markup: action']}-1763898000", said[1::2])
    # What is named so, only an endpoint that is not AWS's would have.
    for place, text in enumerate(TEXTS.values()):
        sim.account.put(FixedJob(ended_job(f"{text[:99]}{place}", 99, "Failed", FailureReason=text[:500])))
    async with watching(sim, size) as watch:
        await watch.until(lambda: len(watch.names) > 90)
        for key in ("G", "g", "greater_than_sign", "T"):
            await watch.tap(key)
            check(watch)
        for name in ("h-0", "h-1"):
            watch.screen.jobs.body.move_to(name)
            await watch.described(name)
            await watch.tap("enter")
            check(watch)
            for key in ("2", "3", "4", "5", "6", "7", "8", "9", "x", "J", "G", "J", "x", "y"):
                await watch.tap(key)
                check(watch)
            await watch.tap("escape")
            await watch.until(lambda: watch.app.screen is watch.screen)
            while watch.screen.opened:
                await watch.tap("escape")
            await watch.tap("1")
        for key in ("i", "exclamation_mark", "question_mark", "C"):
            await watch.tap(key)
            check(watch)
            await watch.tap("escape")


async def test_markup_is_shown_as_it_is_written(sim: Simulator) -> None:
    text = "".join(FAMILIES["markup"].values())
    stock(
        sim,
        raw_job(HyperParameters={text: text}, StatusDetails=text),
        ended_job("gone", 3, "Failed", FailureReason=text),
    )
    async with watching(sim, (500, 60), job="bert") as watch:
        await watch.described("bert")
        await watch.tap("9", "z")
        assert f"{text}" in check(watch)
        watch.screen.say(text)
        await watch.pilot.pause()
        assert "[@click=app.quit]" in "".join(check(watch).split())
        assert watch.app.is_running


async def test_toasts_tooltips_and_titles(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (80, 24)) as watch:
        await watch.listed(1)
        for text in TEXTS.values():
            watch.screen.say(safe_text(text)[:300], warning=True)
            watch.screen.jobs.border_title = None
            watch.screen.overview.set_title(safe_text(text))
            await watch.pilot.pause(0.001)
            check(watch)
            watch.app.clear_notifications()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_nothing_obeyed_leaves_even_where_nothing_was_made_safe(text: str) -> None:
    raw = Strip([Segment(text[:2_000])])
    written = Glass().frame(LayoutUpdate([[raw]], Region(0, 0, max(1, raw.cell_length), 1)))
    assert FOREIGN.search(ALLOWED.sub("", written)) is None
    written.encode()


async def test_what_is_pasted_into_a_prompt(sim: Simulator) -> None:
    stock(sim, raw_job("bert"), raw_job("t5", 5))
    async with watching(sim, (80, 24)) as watch:
        await watch.listed(2)
        await watch.tap("slash")
        for text in TEXTS.values():
            watch.screen.prompt.input.post_message(Paste(text[:500]))
            await watch.pilot.pause(0.001)
            # What the user types is not made safe where it enters: the last gate holds it back.
            strips = watch.app.screen._compositor.render_strips()
            update = LayoutUpdate([[strip] for strip in strips], Region(0, 0, watch.app.size.width, len(strips)))
            assert FOREIGN.search(ALLOWED.sub("", Glass().frame(update))) is None
            watch.screen.prompt.input.value = ""
        await watch.tap("escape")
        assert watch.app.is_running


async def test_completions_of_the_filter(sim: Simulator) -> None:
    for place, text in enumerate(TEXTS.values()):
        raw = raw_job(f"h-{place}", place + 1, HyperParameters={text[:99] or "k": text[:99]})
        sim.account.put(FixedJob(raw | {"Tags": [{"Key": text[:99], "Value": text[:99]}]}))
    async with watching(sim, (160, 45)) as watch:
        await watch.until(lambda: len(watch.names) >= 90)
        for prefix in ("hp.", "tag:", "status:", "name:"):
            await watch.tap("slash")
            watch.screen.prompt.input.value = prefix
            await watch.pilot.pause()
            await watch.tap("down", "down", "tab")
            check(watch)
            await watch.tap("escape", "ctrl+l")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_clipboard_gets_no_more_than_the_glass(text: str) -> None:
    view = view_of(hostile_job(text or "x", text) | {"TrainingJobStatus": "Failed"})
    for entry in copies(view, row(("x", "dim"), source="FailureReason"), frozenset({safe_text(text)})):
        assert unsafe(entry.text.replace("\n", "").replace("\t", "")) == []
        assert PLANTED not in entry.text


@pytest.mark.parametrize(
    "text", ["a; reboot", "a\nreboot\n", "$(reboot)", "`reboot`", "a b", "--x", "a'b", "a/../#?&b"]
)
def test_a_command_that_is_copied_is_one_command(text: str) -> None:
    view = JobView(name=text, now=NOW, region="us-east-1")
    commands = [entry.text for entry in copies(view, None, frozenset()) if entry.text.startswith("aws ")]
    assert len(commands) == 2
    for command in commands:
        words = shlex.split(command)
        assert text in {word.removesuffix("/") for word in words}
        assert len(words) in (7, 8, 9)
    assert re.fullmatch(
        r"https://[a-z0-9.-]+/sagemaker/home\?region=us-east-1#/jobs/[A-Za-z0-9_.~%-]+", console_url(view)
    )


def list_of(folder: Path) -> list[Path]:
    """Return the saved logs."""
    return list(folder.glob("*.log"))


async def test_a_saved_log_is_as_safe(sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stock(sim, raw_job())
    said = [LogEvent(NOW_MS - 1000 * n, text, NOW_MS) for n, text in enumerate(TEXTS.values())]
    sim.account.logs.put("bert/algo-1-1763898000", said)
    async with watching(sim, (120, 40), job="bert") as watch:
        await watch.described("bert")
        await watch.tap("l")
        await watch.until(lambda: len(watch.screen.logs.body.lines) >= len(said))
        for keys in ("w", "J", "w", "g", "n"):
            await watch.tap(*keys)
            check(watch)
        await watch.tap("slash")
        await watch.press("a", "enter")
        check(watch)
        await watch.tap("ampersand", "h", "e", "E", "v", "t")
        check(watch)
        await watch.tap("S")
        await watch.until(lambda: list_of(tmp_path))
        await watch.shows("saved to")
        (written,) = [path.read_text(encoding="utf-8") for path in list_of(tmp_path)]
        assert unsafe(written.replace("\n", "")) == []
        assert PLANTED not in written


@pytest.mark.parametrize("text", MEGABYTE.values(), ids=MEGABYTE)
async def test_a_megabyte(sim: Simulator, text: str) -> None:
    """The harness gives up after eight seconds. No member of the service holds more than a tenth of this."""
    told, said = text[:30_000], text[:260_000]
    stock(
        sim, ended_job("bert", 60, "Failed", FailureReason=told, HyperParameters={"k": told}, Environment={told: "v"})
    )
    sim.account.logs.put("bert/algo-1-1763898000", [LogEvent(NOW_MS - 1000, said, NOW_MS)])
    async with watching(sim, (120, 40)) as watch:
        await watch.listed(1)
        await watch.described("bert")
        await watch.tap("enter", "9", "7", "6")
        await watch.until(lambda: len(watch.screen.logs.body.lines) > 0)
        check(watch)


@pytest.mark.parametrize("text", MEGABYTE.values(), ids=MEGABYTE)
def test_a_megabyte_is_cut_before_it_is_measured(text: str) -> None:
    for cut in (fit, fit_middle):
        assert cell_len(cut(safe_text(text), 40)) == 40
    event = Delivered("1", NOW_MS, NOW_MS, "s", text)
    assert all(len(line) < 20_000 for line in rows(log_line(event, "algo-1")))


@pytest.mark.parametrize("depth", [10, 200, 450, 900])
@pytest.mark.parametrize("brackets", [("[", "]"), ('{"a":', "}")], ids=["lists", "objects"])
async def test_a_log_line_of_brackets(sim: Simulator, depth: int, brackets: tuple[str, str]) -> None:
    middle = "1" if brackets[0] == '{"a":' else ""
    text = brackets[0] * depth + middle + brackets[1] * depth
    stock(sim, raw_job())
    sim.account.logs.put("bert/algo-1-1763898000", [LogEvent(NOW_MS - 1000, text, NOW_MS)])
    async with watching(sim, (80, 24), job="bert") as watch:
        await watch.described("bert")
        await watch.tap("l")
        await watch.until(lambda: len(watch.screen.logs.body.lines) == 1)
        await watch.tap("k", "J", "w", "J")
        check(watch)
        assert watch.app.is_running
