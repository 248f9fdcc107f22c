"""Config, Data and Everything: search, fold, reveal; and the ways to the clipboard."""

from pathlib import Path

import pytest

from tests.ui.support import raw_job, stock, watching
from tui.simulator import Simulator

PARAMETERS = {f"layer-{n}": str(n) for n in range(30)} | {"hf_token": "hf_abcdefghijklmnop0123", "lr": "0.1"}


@pytest.mark.parametrize("pane", ["7", "9"])
async def test_search_and_go_through_the_matches(sim: Simulator, pane: str) -> None:
    stock(sim, raw_job(HyperParameters=PARAMETERS))
    async with watching(sim, (80, 24)) as watch:
        await watch.listed(1)
        await watch.described("bert")
        await watch.tap(pane, "slash")
        await watch.press(*"layer-2", "enter")
        body = watch.screen.target()
        found = [body.cursor_key]
        for key in ("n", "n", "N"):
            await watch.tap(key)
            found.append(body.cursor_key)
        assert [key.rpartition("layer-")[2].rstrip('"]') for key in found] == ["2", "20", "21", "20"]
        await watch.shows("layer-20")
        await watch.tap("escape")
        assert not body.searching
        await watch.tap("n")
        await watch.shows("Nothing is searched for")


async def test_a_bad_search_hints_and_keeps_the_last(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (80, 24), job="bert") as watch:
        await watch.described("bert")
        await watch.tap("9", "slash")
        await watch.press(*"epoch")
        await watch.shows("1 row")
        await watch.press("left_parenthesis")
        await watch.shows("missing )")
        assert watch.screen.target().searching


async def test_reveal_and_mask_again(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (80, 24), job="bert") as watch:
        await watch.described("bert")
        screen = watch.screen
        for pane in ("7", "9"):
            await watch.tap(pane)
            for key, shown in (("G", False), ("x", True), ("x", False)):
                await watch.tap(key)
                told = "".join(row.plain for row in screen.target().rows)
                assert ("hf_abcdefghijklmnop0123" in told) is shown
                assert "hf_token" in told


async def test_fold_and_unfold(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (120, 40), job="bert") as watch:
        await watch.described("bert")
        await watch.tap("9", "slash")
        await watch.press(*"epochs", "enter", "escape")
        tree = watch.screen.everything.body
        assert tree.cursor_key == "HyperParameters.epochs"
        await watch.tap("left")
        assert tree.cursor_key == "HyperParameters"
        await watch.shows("▸ HyperParameters  2 members")
        await watch.fresh()
        assert tree.cursor_key == "HyperParameters"
        await watch.tap("right")
        await watch.shows("▾ HyperParameters", "epochs")
        await watch.tap("enter")
        await watch.shows("▸ HyperParameters")


async def test_everything_tells_what_a_member_is(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (120, 40), job="bert") as watch:
        await watch.described("bert")
        await watch.tap("9", "g")
        await watch.shows("Name of the model training job.")


async def test_copy_by_the_terminal(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, (80, 24)) as watch:
        await watch.listed(1)
        await watch.described("bert")
        await watch.tap("y")
        await watch.shows("job name", "ARN")
        await watch.tap("1")
        await watch.until(lambda: watch.app.clipboard == "bert")
        await watch.shows("OSC 52")


async def test_copy_by_tmux(sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmux = tmp_path / "tmux"
    tmux.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\ncat > {tmp_path}/buffer\n', encoding="utf-8")
    tmux.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    stock(sim, raw_job())
    async with watching(sim, (80, 24)) as watch:
        await watch.listed(1)
        await watch.described("bert")
        await watch.tap("c", "2")
        await watch.shows("copied by tmux")
        assert (tmp_path / "buffer").read_text(encoding="utf-8").endswith(":training-job/bert")
        assert (tmp_path / "arguments").read_text(encoding="utf-8").split() == ["load-buffer", "-w", "-"]
        assert watch.app.clipboard == ""


async def test_without_a_working_tmux_the_terminal_is_asked(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    stock(sim, raw_job())
    async with watching(sim, (80, 24)) as watch:
        await watch.listed(1)
        await watch.described("bert")
        await watch.tap("y", "1")
        await watch.until(lambda: watch.app.clipboard == "bert")
