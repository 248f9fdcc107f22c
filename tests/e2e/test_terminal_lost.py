"""A terminal that is not read, goes away, is stopped, resized or shared: it ends or goes on, and nothing is left."""

import os
import pty
import random
import signal
import subprocess
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.terminal import CREDENTIALS, PATIENCE_SECONDS, Terminal, on_a_terminal
from tests.ui.support import raw_job
from tui.simulator import Simulator

Serve = Callable[..., Simulator]
SIZES = ((400, 120), (380, 100))
"""So large that some frames are more than any terminal keeps unread."""


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait, without reading what is written."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def flood(terminal: Terminal, simulator: Simulator) -> None:
    """Have more written than is read, and see that keys are heard all the same: `r` asks the service."""
    for number in range(8):
        asked = simulator.calls.count("DescribeTrainingJob")
        terminal.resize(*SIZES[number % 2])
        terminal.process.send_signal(signal.SIGWINCH)
        terminal.type("r")
        wait_until(lambda asked=asked: simulator.calls.count("DescribeTrainingJob") > asked)  # type: ignore[misc]


def is_gone(pid: int) -> bool:
    """Return whether a process is over, be it unburied."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def child_of(pid: int) -> int:
    """Return the only child of a process."""
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


@pytest.fixture
def simulator(serve: Serve) -> Simulator:
    """One job, and calls that are counted."""
    return serve(raw_job("bert"))


def test_a_terminal_that_is_not_read_holds_up_nothing_and_is_painted_once_it_is(simulator: Simulator) -> None:
    with on_a_terminal("--endpoint-url", simulator.url, **CREDENTIALS) as terminal:
        terminal.shows("bert", "● live")
        flood(terminal, simulator)
        terminal.resize(120, 40)
        terminal.process.send_signal(signal.SIGWINCH)
        terminal.until(lambda: "? help" in terminal.text.splitlines()[-1])
        terminal.shows("sagetop", "bert", "● live")
        terminal.type("\x03")
        assert terminal.ended() == 130
        terminal.check_restored()


def test_a_terminal_that_closes_unread_ends_it(simulator: Simulator) -> None:
    with on_a_terminal("--endpoint-url", simulator.url, **CREDENTIALS) as terminal:
        terminal.shows("bert", "● live")
        flood(terminal, simulator)
        terminal.hang_up()
        assert terminal.process.wait(PATIENCE_SECONDS) == 129


@pytest.mark.parametrize("shell", [False, True], ids=("alone", "in a shell"))
def test_a_terminal_that_closes_ends_it(simulator: Simulator, shell: bool) -> None:
    with on_a_terminal("--endpoint-url", simulator.url, shell=shell, **CREDENTIALS) as terminal:
        terminal.shows("bert", "● live")
        ours = child_of(terminal.process.pid) if shell else terminal.process.pid
        terminal.hang_up()
        terminal.process.wait(PATIENCE_SECONDS)
        wait_until(lambda: is_gone(ours))


def test_a_terminal_that_closes_before_the_first_frame_leaves_nothing(simulator: Simulator) -> None:
    for reads in (False, True):
        with on_a_terminal("--endpoint-url", simulator.url, **CREDENTIALS) as terminal:
            if reads:
                terminal.until(lambda: terminal.written)
            terminal.hang_up()
            assert terminal.process.wait(PATIENCE_SECONDS)


def test_the_shell_that_started_it_is_killed(simulator: Simulator) -> None:
    with on_a_terminal("--endpoint-url", simulator.url, shell=True, **CREDENTIALS) as terminal:
        terminal.shows("bert", "● live")
        ours = child_of(terminal.process.pid)
        terminal.process.kill()
        wait_until(lambda: is_gone(ours))


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM], ids=("hup", "term"))
def test_an_end_while_nobody_reads_gives_the_terminal_back(simulator: Simulator, number: signal.Signals) -> None:
    with on_a_terminal("--endpoint-url", simulator.url, **CREDENTIALS) as terminal:
        terminal.shows("bert", "● live")
        flood(terminal, simulator)
        terminal.process.send_signal(number)
        assert terminal.process.wait(PATIENCE_SECONDS) == 128 + number
        while terminal.read():
            pass
        terminal.check_restored()


def test_the_end_of_the_keyboard_is_the_end(simulator: Simulator) -> None:
    master, keyboard = pty.openpty()
    try:
        with on_a_terminal("--endpoint-url", simulator.url, keyboard=keyboard, **CREDENTIALS) as terminal:
            terminal.shows("bert", "● live")
            os.close(master)
            master = -1
            assert terminal.ended() == 129
            assert b"\x1b[?1049l" in terminal.written
    finally:
        os.close(keyboard)
        if master >= 0:
            os.close(master)


def test_bytes_that_are_no_text_are_no_keys(simulator: Simulator) -> None:
    with on_a_terminal("--endpoint-url", simulator.url, **CREDENTIALS) as terminal:
        terminal.shows("bert", "● live")
        os.write(terminal._master, b"\xff\xfe\x80\xc3\x28" * 20)
        terminal.type("\r")
        terminal.shows("7 Config")
        terminal.type("\x03")
        assert terminal.ended() == 130


def stopped(process: subprocess.Popen[bytes]) -> bool:
    """Return whether a process is stopped."""
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_stopped_it_gives_the_terminal_back_and_continued_it_paints_and_asks_anew(simulator: Simulator) -> None:
    with on_a_terminal("--endpoint-url", simulator.url, **CREDENTIALS) as terminal:
        terminal.shows("bert", "● live")
        for _ in range(2):
            terminal.process.send_signal(signal.SIGTSTP)
            wait_until(lambda: stopped(terminal.process))
            while terminal.read():
                pass
            assert termios.tcgetattr(terminal._slave) == terminal.before
            assert terminal.written.rfind(b"\x1b[?1049l") > terminal.written.rfind(b"\x1b[?1049h")
            terminal.wipe()
            asked = simulator.calls.count("DescribeTrainingJob")
            terminal.process.send_signal(signal.SIGCONT)
            terminal.shows("sagetop", "bert", "● live", "? help")
            terminal.until(lambda asked=asked: simulator.calls.count("DescribeTrainingJob") > asked)  # type: ignore[misc]
            assert termios.tcgetattr(terminal._slave) != terminal.before
        terminal.type("q")
        assert terminal.ended() == 0
        terminal.check_restored(times=3)


def test_stopped_without_a_word_it_takes_the_terminal_again(simulator: Simulator) -> None:
    with on_a_terminal("--endpoint-url", simulator.url, **CREDENTIALS) as terminal:
        terminal.shows("bert", "● live")
        terminal.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: stopped(terminal.process))
        termios.tcsetattr(terminal._slave, termios.TCSANOW, terminal.before)
        terminal.wipe()
        for _ in range(3):
            terminal.process.send_signal(signal.SIGCONT)
        terminal.shows("sagetop", "bert", "● live", "? help")
        terminal.type("\r")
        terminal.shows("7 Config")
        terminal.type("\x03")
        assert terminal.ended() == 130
        terminal.check_restored()


def test_a_storm_of_resizes_ends_in_the_right_screen(simulator: Simulator) -> None:
    chance = random.Random(5)
    with on_a_terminal("--endpoint-url", simulator.url, **CREDENTIALS) as terminal:
        terminal.shows("bert", "● live")
        for _ in range(500):
            width, height = chance.choice(((1, 1), (2, 60), (400, 1), (400, 120), (40, 12), (80, 24), (137, 41)))
            terminal.resize(width, height)
            terminal.process.send_signal(signal.SIGWINCH)
            terminal.read(0.0)
        terminal.resize(120, 40)
        terminal.process.send_signal(signal.SIGWINCH)
        terminal.shows("sagetop", "● live", "1 Jobs", "● bert  Training", "Training in progress", "6 Logs", "q quit")
        rows = terminal.text.splitlines()
        assert (len(rows), len(rows[-2]), rows[-2][-1]) == (40, 120, "╯")
        terminal.type("q")
        assert terminal.ended() == 0
        terminal.check_restored()
