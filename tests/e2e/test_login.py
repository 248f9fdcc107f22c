"""`L` in a real terminal: the login has it while it runs, and it is the screen's again whatever became of that."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.terminal import on_a_terminal, run
from tests.ui.support import raw_job
from tui.simulator import Simulator

SSO = """[profile dev one]
region = us-east-1
sso_start_url = https://example.awsapps.com/start
sso_region = us-east-1
sso_account_id = 111122223333
sso_role_name = ml
"""
KEYS = "[dev one]\naws_access_key_id = a\naws_secret_access_key = b\n"
AWS = """#!{python}
import pathlib, sys, time
print("ASKED", sys.argv[1:], flush=True)
{body}
"""
GOOD = "pathlib.Path({config!r}).write_text(''); pathlib.Path({keys!r}).write_text({text!r}); time.sleep(0.2)"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home directory with an SSO profile whose token is missing."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "config").write_text(SSO.replace("dev one", '"dev one"'))
    return tmp_path


def aws(home: Path, body: str) -> dict[str, str]:
    """Put a program `aws` on the path, and return the environment."""
    program = home / "bin" / "aws"
    good = GOOD.format(config=str(home / "config"), keys=str(home / "credentials"), text=KEYS)
    program.write_text(AWS.format(python=sys.executable, body=body.replace("GOOD", good)))
    program.chmod(0o755)
    return {
        "PATH": f"{home / 'bin'}:/usr/bin:/bin",
        "HOME": str(home),
        "AWS_CONFIG_FILE": str(home / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "credentials"),
        "AWS_REGION": "us-east-1",
    }


def test_a_login_has_the_terminal_and_its_credentials_are_used(serve: Callable[..., Simulator], home: Path) -> None:
    environment = aws(home, "GOOD")
    url = serve(raw_job("bert")).url
    with on_a_terminal("--profile", "dev one", "--endpoint-url", url, controlling=True, **environment) as terminal:
        terminal.shows("! credentials expired", "L: aws sso login --profile 'dev one'", "1 Jobs")
        terminal.type("L")
        terminal.until(lambda: b"ASKED ['sso', 'login', '--profile', 'dev one']" in terminal.written)
        terminal.shows("● live", "bert", "ended well", "? help")
        terminal.type("q")
        assert terminal.ended() == 0
        terminal.check_given_back()


def test_a_login_that_fails_is_read_before_the_screen_comes_back(serve: Callable[..., Simulator], home: Path) -> None:
    environment = aws(home, "print('NO SUCH SESSION'); sys.exit(7)")
    url = serve(raw_job("bert")).url
    with on_a_terminal("--profile", "dev one", "--endpoint-url", url, controlling=True, **environment) as terminal:
        terminal.shows("! credentials expired")
        terminal.type("L")
        terminal.until(lambda: b"enter goes back" in terminal.written)
        assert b"NO SUCH SESSION" in terminal.written
        terminal.type("\n")
        terminal.shows("ended with 7", "! credentials expired", "1 Jobs", "? help")
        terminal.type("q")
        assert terminal.ended() == 0
        terminal.check_given_back()


def test_ctrl_c_in_a_login_ends_the_login_only(serve: Callable[..., Simulator], home: Path) -> None:
    environment = aws(home, "time.sleep(60)")
    url = serve(raw_job("bert")).url
    with on_a_terminal("--profile", "dev one", "--endpoint-url", url, controlling=True, **environment) as terminal:
        terminal.shows("! credentials expired")
        terminal.type("L")
        terminal.until(lambda: b"ASKED" in terminal.written)
        terminal.type("\x03")
        terminal.shows("was interrupted", "! credentials expired", "1 Jobs", "? help")
        terminal.type("\x03")
        assert terminal.ended() == 130
        terminal.check_given_back()


def test_a_signal_during_a_login_ends_both_and_restores_the_terminal(
    serve: Callable[..., Simulator], home: Path
) -> None:
    ended = home / "ended"
    body = f"import signal\nsignal.signal(15, lambda *_: (pathlib.Path({str(ended)!r}).touch(), sys.exit(0)))\n"
    environment = aws(home, body + "print('READY', flush=True)\ntime.sleep(60)")
    url = serve(raw_job("bert")).url
    with on_a_terminal("--profile", "dev one", "--endpoint-url", url, controlling=True, **environment) as terminal:
        terminal.shows("! credentials expired")
        terminal.type("L")
        terminal.until(lambda: b"READY" in terminal.written)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.ended() == 143
        terminal.until(ended.exists)
        terminal.check_given_back()


def test_without_the_aws_cli_it_says_what_to_install(serve: Callable[..., Simulator], home: Path) -> None:
    environment = aws(home, "") | {"PATH": "/nonexistent"}
    url = serve(raw_job("bert")).url
    with on_a_terminal("--profile", "dev one", "--endpoint-url", url, controlling=True, **environment) as terminal:
        terminal.shows("! credentials expired")
        terminal.type("L")
        terminal.shows("aws cannot be run", "AWS CLI")
        terminal.type("q")
        assert terminal.ended() == 0
        terminal.check_restored()


@pytest.mark.parametrize(
    "command", [("ls",), ("show", "bert"), ("wait", "bert"), ("logs", "bert", "-f")], ids=" ".join
)
def test_a_command_without_a_screen_says_what_to_type_and_nothing_else(
    serve: Callable[..., Simulator], home: Path, command: tuple[str, ...]
) -> None:
    url = serve(raw_job("bert")).url
    done = run(*command, "--profile", "dev one", "--endpoint-url", url, **aws(home, ""))
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert "credentials expired" in line
    assert "run: aws sso login --profile 'dev one'" in line
    assert done.stdout == ""
