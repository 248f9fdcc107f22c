"""The screen in a real terminal: what it shows, what it writes, and how it leaves."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.terminal import CREDENTIALS, on_a_terminal
from tests.ui.support import raw_job
from tui.simulator import Simulator

CRASH = """
from tui import cli
from tui.cli import screen
from tui.app.services import Services
from tui.polling.budget import Budget

class Account:
    async def identity(self):
        raise NotImplementedError
    credentials = login = sources = renew = identity
    @property
    def region(self):
        session_token = "HUSH" + "-" + "HUSH"
        raise RuntimeError("planted bug")

async def close(): ...

async def connect(settings, ahead):
    return Services(
        jobs=None, account=Account(), logs=None, cloudwatch=None, steps=None,
        budget=Budget(), documentation=dict, close=close,
    )

screen.connect = connect
cli.main()
"""


def test_the_demo_can_be_written_to() -> None:
    with on_a_terminal("--write", "demo") as terminal:
        terminal.shows("sagetop", " write ", "● live", "a actions")
        terminal.type("a")
        terminal.shows("Actions")
        terminal.type("\r")
        terminal.shows("Stop training", "SIGTERM", "Cancel")
        terminal.type("\x03")
        assert terminal.ended() == 130
        terminal.check_restored()


def test_the_demo_reads_opens_and_quits() -> None:
    with on_a_terminal("demo") as terminal:
        terminal.shows("sagetop", "1 Jobs", "● live", "2 Timeline", "Training")
        terminal.type("\r")
        terminal.shows("7 Config", "esc back")
        terminal.type("9")
        terminal.shows("9 Everything", "TrainingJobName")
        terminal.type("q")
        terminal.shows("1 Jobs")
        terminal.type("q")
        assert terminal.ended() == 0
        terminal.check_restored()
        terminal.check_sequences()


@pytest.mark.parametrize(
    ("ending", "code"), [("\x03", 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=("ctrl-c", "term", "hup")
)
def test_every_way_out_restores_the_terminal(
    serve: Callable[..., Simulator], ending: str | signal.Signals, code: int
) -> None:
    with on_a_terminal("--endpoint-url", serve(raw_job("bert")).url, size=(80, 24), **CREDENTIALS) as terminal:
        terminal.shows("bert", "● live")
        if isinstance(ending, str):
            terminal.type(ending)
        else:
            terminal.process.send_signal(ending)
        assert terminal.ended() == code
        terminal.check_restored()
        terminal.check_sequences()


def test_the_list_is_found_as_it_was_left(serve: Callable[..., Simulator]) -> None:
    url = serve(raw_job("bert"), raw_job("t5", 5)).url
    for head, keys in (("NEWEST FIRST", "sq"), ("OLDEST FIRST", "q")):
        with on_a_terminal("--endpoint-url", url, size=(100, 30), **CREDENTIALS) as terminal:
            terminal.shows("bert", "● live", head)
            terminal.type(keys[0])
            if keys[1:]:
                terminal.shows("OLDEST FIRST")
                terminal.type(keys[1:])
            assert terminal.ended() == 0


def test_a_file_that_is_not_ours_is_told_of_once_the_screen_is_gone(
    serve: Callable[..., Simulator], tmp_path: Path
) -> None:
    (tmp_path / "sagetop").mkdir()
    (tmp_path / "sagetop" / "list.json").write_text("{")
    environment = {**CREDENTIALS, "XDG_STATE_HOME": str(tmp_path)}
    with on_a_terminal("--endpoint-url", serve(raw_job("bert")).url, size=(100, 30), **environment) as terminal:
        terminal.shows("bert", "● live")
        terminal.type("q")
        assert terminal.ended() == 0
        assert "ignored" in terminal.written.decode().rpartition("\x1b[?1049l")[2]


def test_the_demo_remembers_nothing(tmp_path: Path) -> None:
    with on_a_terminal("demo", XDG_STATE_HOME=str(tmp_path)) as terminal:
        terminal.shows("NEWEST FIRST")
        terminal.type("s")
        terminal.shows("OLDEST FIRST")
        terminal.type("q")
        assert terminal.ended() == 0
    assert not list(tmp_path.rglob("list.json"))


def test_a_crash_restores_the_terminal_and_tells_no_secrets() -> None:
    with on_a_terminal(code=CRASH, size=(80, 24)) as terminal:
        assert terminal.ended() == 1
        terminal.check_restored()
        told = terminal.written.decode()
        assert "planted bug" in told
        assert "HUSH-HUSH" not in told
        after = told.rpartition("\x1b[?1049l")[2]
        assert "planted bug" in after, "on the screen that stays"
