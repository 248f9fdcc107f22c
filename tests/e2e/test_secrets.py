"""What looks secret leaves sagetop only where `--reveal` says so: commands, the log file, reports of crashes."""

import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.e2e.terminal import CREDENTIALS, Terminal, on_a_terminal
from tests.secrets import PEM, SHAPES, leaks, planted
from tests.strategies import NOW
from tests.ui.support import ended_job
from tui.cli import cli
from tui.simulator import Fault, LogEvent, Simulator

Serve = Callable[..., Simulator]
NOW_MS = int(NOW.timestamp() * 1000)
SESSION = CREDENTIALS | {"AWS_SECRET_ACCESS_KEY": "plain-env-secret", "AWS_SESSION_TOKEN": "plain-env-session"}
OURS = ("plain-env-secret", "plain-env-session")
LOUD = """
import logging
from pathlib import Path
from tui import cli
logging.basicConfig(level=logging.DEBUG, filename="{loud}")
logging.getLogger("botocore").setLevel(logging.DEBUG)
cli.main()
"""
"""sagetop where somebody wants to know everything that the SDK does."""
CRASH = """
import asyncio, threading
from tui import cli
from tui.app.screens.watch import WatchScreen

def broken(self):
    held = "local" + "-" + "variable"
    raise RuntimeError("planted bug: {text} " + self.view.snapshot.raw["HyperParameters"]["api_key"])

def broken_thread(self):
    thread = threading.Thread(target=lambda: broken(self))
    thread.start()
    thread.join()
    self.say("the thread is over")

async def fail(self):
    broken(self)

def broken_task(self):
    asyncio.get_running_loop().create_task(fail(self))
    self.say("the task is over")

WatchScreen.action_{action} = {broken}
cli.main()
"""


BROKEN_LIST = """
from tui import cli
from tui.domain import listing
listing.jobs_tsv = listing.jobs_table = lambda *_: 1 / 0
cli.main()
"""


@pytest.fixture(scope="module")
def leaky(serve: Serve) -> Simulator:
    """A failed job full of secrets, and its log."""
    simulator = serve(ended_job("bert", status="Failed", **planted()))
    texts = [f"login {secret}" for secret in SHAPES.values()] + [
        *PEM.split("\n"),
        PEM,
        "\x1b[31mhf" + "_AbCdEfGh\x1b[0mIjKlMnOpQrStUvWx",
    ]
    simulator.account.logs.put("bert/algo-1-1", [LogEvent(NOW_MS + n - 90_000, text) for n, text in enumerate(texts)])
    return simulator


COMMANDS = (("show", "bert"), ("show", "bert", "--json"), ("logs", "bert"), ("logs", "bert", "--json"))


def printed(simulator: Simulator, *command: str) -> str:
    """Return stdout and stderr of a command."""
    return CliRunner().invoke(cli, [*command, "--endpoint-url", simulator.url], env=CREDENTIALS).output


@pytest.mark.parametrize("command", [*COMMANDS, ("ls", "--json"), ("wait", "bert", "--json")], ids=" ".join)
def test_a_command_prints_no_secret(leaky: Simulator, command: tuple[str, ...]) -> None:
    text = printed(leaky, *command)
    assert "********" in text
    assert leaks(text) == []


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_unless_it_is_told_to(leaky: Simulator, command: tuple[str, ...]) -> None:
    assert set(SHAPES.values()) <= set(leaks(printed(leaky, *command, "--reveal")))


def test_a_terminal_shows_no_secret_of_a_log(leaky: Simulator) -> None:
    with on_a_terminal("logs", "bert", "--endpoint-url", leaky.url, size=(160, 45), **CREDENTIALS) as terminal:
        assert terminal.ended() == 0
        assert "login ********" in terminal.text
        assert leaks(re.sub(r"\x1b\[[\d;]*m", "", terminal.written.decode())) == []


def log_of(state: Path) -> str:
    """Return the log file."""
    return (state / "sagetop" / "log" / "sagetop.log").read_text()


def is_private(path: Path) -> bool:
    """Return whether nobody else may read a file."""
    return stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_log_file_tells_what_failed_and_holds_no_secret(leaky: Simulator, tmp_path: Path) -> None:
    leaky.faults.add(Fault("throttle", operation="DescribeTrainingJob", times=1))
    leaky.faults.add(Fault("denied", operation="GetMetricData", times=1))
    env = SESSION | {"XDG_STATE_HOME": str(tmp_path)}
    code = LOUD.format(loud=tmp_path / "loud.log")
    with on_a_terminal("--endpoint-url", leaky.url, size=(160, 45), code=code, **env) as terminal:
        terminal.shows("bert", "Overfit", "-----END RSA")
        terminal.until(lambda: "throttled" in log_of(tmp_path))
        terminal.type("q")
        assert terminal.ended() == 0
    told = log_of(tmp_path)
    assert is_private(tmp_path / "sagetop" / "log" / "sagetop.log")
    assert re.search(r" start sagetop .* Python .* TERM=xterm-256color, 160x45\n", told)
    assert re.search(r" DescribeTrainingJob: throttled: ClientError code=Throttl\w+ status=\d+", told)
    assert re.search(r" stop with 0\n", told)
    assert leaks((tmp_path / "loud.log").read_text()), "somebody else's log has it all"
    assert leaks(told) == []
    assert not any(word in told for word in (*OURS, "Authorization", "x-amz", "botocore", "bert", "setting0"))


def crash(simulator: Simulator, state: Path, action: str, broken: str, key: str) -> Terminal:
    """Let an action of the screen fail, and return the terminal after its end."""
    text = f"{SHAPES['github']} https://me:hunter2@host"
    code = CRASH.format(text=text, action=action, broken=broken)
    options = ("--endpoint-url", f"{simulator.url}/?token=by-name-only")
    with on_a_terminal(*options, size=(160, 45), code=code, **SESSION, XDG_STATE_HOME=str(state)) as terminal:
        terminal.shows("bert", "Overfit")
        terminal.type(key)
        if broken != "broken":
            terminal.shows("is over")
            terminal.until(lambda: reports(state))
            terminal.type("\x03")
        assert terminal.ended() == (1 if broken == "broken" else 130)
        terminal.check_restored()
    return terminal


def reports(state: Path) -> list[Path]:
    """Return the reports."""
    return list((state / "sagetop" / "log").glob("crash-*.txt"))


@pytest.mark.parametrize("broken", ["broken", "broken_thread", "broken_task"])
def test_a_crash_leaves_a_report_without_secrets(leaky: Simulator, tmp_path: Path, broken: str) -> None:
    terminal = crash(leaky, tmp_path, "reverse", broken, "s")
    (path,) = reports(tmp_path)
    after = terminal.written.decode().rpartition("\x1b[?1049l")[2]
    if broken == "broken":
        assert [line for line in after.splitlines() if str(path) in line and "planted bug" in line]
    report = path.read_text()
    assert is_private(path)
    assert "RuntimeError: planted bug: ******** https://me:********@host ********" in report
    assert "in broken" in report
    assert f"--endpoint-url '{leaky.url}/?token=********'" in report
    assert "start sagetop" in report, "the end of the log"
    for told in (report, after, log_of(tmp_path)):
        assert leaks(told) == []
        assert not any(secret in told for secret in (*OURS, "hunter2", "local-variable"))


def test_where_no_report_can_be_written_stderr_has_it_all(leaky: Simulator, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text("a file where the directory should be")
    terminal = crash(leaky, state, "reverse", "broken", "s")
    after = terminal.written.decode().rpartition("\x1b[?1049l")[2]
    assert "planted bug: ********" in after
    assert "please report the above" in after
    assert leaks(after) == []


def test_a_command_that_crashes_says_where_its_report_is(leaky: Simulator, tmp_path: Path) -> None:
    env = CREDENTIALS | {"XDG_STATE_HOME": str(tmp_path)}
    with on_a_terminal("ls", "--endpoint-url", leaky.url, code=BROKEN_LIST, size=(250, 24), **env) as terminal:
        assert terminal.ended() == 1
        (path,) = reports(tmp_path)
        assert "ZeroDivisionError" in path.read_text()
        assert str(path) in terminal.text
