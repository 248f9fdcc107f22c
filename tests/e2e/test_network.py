"""sagetop talks to the endpoints that it is pointed at, and to nobody else: no telemetry, no update check."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.terminal import CREDENTIALS, ROOT, environment, on_a_terminal
from tests.ui.support import raw_job
from tui.simulator import Simulator

SPY = """
import json, os, sys

def note(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        told = arguments[1][:2] if isinstance(arguments[1], tuple) else [str(arguments[1])]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "subprocess.Popen"):
        told = [str(arguments[0])]
    else:
        return
    with open({path!r}, "a") as file:
        file.write(json.dumps([event, *told]) + "\\n")

sys.addaudithook(note)
sys.argv[0] = "sagetop"
{more}
from tui import cli
cli.main()
"""


def spy(path: Path, more: str = "") -> str:
    """Return a program that notes every connection, look-up and subprocess of sagetop in a file."""
    return SPY.format(path=str(path), more=more)


def noted(path: Path) -> list[list[object]]:
    """Return what was noted."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def strangers(events: list[list[object]], simulator: Simulator) -> list[list[object]]:
    """Return what went anywhere but to the simulator."""
    port = urlsplit(simulator.url).port
    known = [["socket.connect", "127.0.0.1", port], ["socket.getaddrinfo", "127.0.0.1"]]
    # The process that asks for the first page: see below for what it does.
    known.append(["subprocess.Popen", sys.executable])
    return [event for event in events if event not in known]


def test_the_screen_connects_to_its_endpoint_only(serve: Callable[..., Simulator], tmp_path: Path) -> None:
    simulator = serve(raw_job("bert"))
    path = tmp_path / "noted"
    with on_a_terminal("--endpoint-url", simulator.url, code=spy(path), **CREDENTIALS) as terminal:
        terminal.shows("● live", "Training in progress")
        for key in "23456789":
            terminal.type(key)
            terminal.shows(f"{key} ")
        terminal.until(
            lambda: (
                {"Search", "FilterLogEvents", "GetMetricData"} <= {call.operation for call in simulator.calls.entries}
            )
        )
        terminal.type("\x03")
        assert terminal.ended() == 130
    events = noted(path)
    assert any(event[0] == "socket.connect" for event in events)
    assert strangers(events, simulator) == []


def test_the_process_that_asks_for_the_first_page_connects_to_its_endpoint_only(
    serve: Callable[..., Simulator], tmp_path: Path
) -> None:
    simulator = serve(raw_job("bert"))
    path = tmp_path / "noted"
    code = SPY.format(path=str(path), more="from tui.aws.firstpage import main").replace(
        "from tui import cli\ncli.main()", "main()"
    )
    asked = json.dumps([None, "us-east-1", simulator.url])
    subprocess.run(
        [sys.executable, "-c", code, "[]", asked],
        cwd=ROOT,
        env=environment(**CREDENTIALS),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert simulator.calls.count("Search") == 1
    assert strangers(noted(path), simulator) == []


@pytest.mark.parametrize("command", [("ls",), ("show", "bert"), ("doctor",)], ids=lambda command: command[0])
def test_a_command_connects_to_its_endpoint_only(
    serve: Callable[..., Simulator], tmp_path: Path, command: tuple[str, ...]
) -> None:
    simulator = serve(raw_job("bert"))
    path = tmp_path / "noted"
    done = spied(path, *command, "--endpoint-url", simulator.url)
    assert done == 0
    assert any(event[0] == "socket.connect" for event in noted(path))
    assert strangers(noted(path), simulator) == []


def test_the_spy_sees_a_stranger(serve: Callable[..., Simulator], tmp_path: Path) -> None:
    simulator = serve(raw_job("bert"))
    path = tmp_path / "noted"
    stray = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.2', 9))"
    assert spied(path, "ls", "--endpoint-url", simulator.url, more=stray) == 0
    assert strangers(noted(path), simulator) == [["socket.connect", "127.0.0.2", 9]]


def spied(path: Path, *arguments: str, more: str = "") -> int:
    """Run a command of sagetop with pipes under the spy, and return its exit code."""
    command = [sys.executable, "-W", "ignore::ResourceWarning", "-c", spy(path, more), *arguments]
    done = subprocess.run(
        command, env=environment(**CREDENTIALS), cwd=ROOT, capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    return done.returncode
