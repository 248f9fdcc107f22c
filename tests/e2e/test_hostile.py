"""Hostile text on a real terminal, in pipes and on the command line: only sequences of our own are written."""

import base64
import re
from collections.abc import Callable
from itertools import cycle

import pytest

from tests.e2e.terminal import CLIPBOARD, CREDENTIALS, on_a_terminal, run
from tests.hostile import PLANTED, TEXTS, unsafe
from tests.strategies import NOW
from tests.ui.support import ended_job, hostile_job, job_of
from tui.simulator import FixedJob, LogEvent, Simulator

Serve = Callable[..., Simulator]
NOW_MS = int(NOW.timestamp() * 1000)
TOGETHER = "hostile"
OUR_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def hostile(serve: Serve) -> Simulator:
    """One job with every text somewhere, its log, and a failed job for each text in the list."""
    texts = cycle(text[:3_000] for text in TEXTS.values())
    listed = [
        ended_job(f"h-{place:03d}", 99, "Failed", FailureReason=text[:500])
        for place, text in enumerate(TEXTS.values())
    ]
    named = [ended_job(f"{text[:60]}{place}", 999, "Failed") for place, text in enumerate(TEXTS.values())]
    simulator = serve(job_of(TOGETHER, 1, texts), hostile_job("plain", "x", 2), *listed, *named)
    said = [LogEvent(NOW_MS - 1000 * n, text, NOW_MS - 900 * n) for n, text in enumerate(TEXTS.values())]
    for name in ("markup: action", "escape: title by bel"):
        simulator.account.logs.put(f"{TOGETHER}/{TEXTS[name]}-1763898000", said)
    job = simulator.account.jobs[TOGETHER]
    assert isinstance(job, FixedJob)
    job.raw |= {"TrainingJobStatus": "Failed", "SecondaryStatus": "Failed", "TrainingEndTime": NOW.timestamp()}
    return simulator


def check_text(text: str, *, lines: bool = True) -> None:
    """Hold what a command has written."""
    kept = text.replace("\r\n", "\n").replace("\n", "").replace("\t", "") if lines else text
    assert unsafe(kept) == [], ascii(kept[:500])
    assert PLANTED not in kept


@pytest.mark.parametrize("size", [(160, 45), (40, 12)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_only_our_own_sequences_reach_the_terminal(hostile: Simulator, size: tuple[int, int]) -> None:
    with on_a_terminal(TOGETHER, "--endpoint-url", hostile.url, size=size, **CREDENTIALS) as terminal:
        terminal.shows("● live", "2 Timeline")
        for keys, word in (("6", "6 Logs"), ("7", "7 Config"), ("8", "8 Data"), ("9", "9 Everything")):
            terminal.type(keys)
            terminal.shows(word)
        terminal.type("J")
        terminal.shows("JSON")
        terminal.type("y")
        terminal.shows("esc closes")
        terminal.type("1")
        terminal.until(lambda: CLIPBOARD.search(terminal.written.decode(errors="replace")))
        found = CLIPBOARD.search(terminal.written.decode(errors="replace"))
        assert found
        check_text(base64.b64decode(found["base64"], validate=True).decode())
        terminal.type("\x03")
        assert terminal.ended() == 130
        terminal.check_sequences(copies=1)
        terminal.check_restored()
        assert PLANTED.encode() not in terminal.written


@pytest.mark.parametrize(
    "command",
    [
        ("ls", "--limit", "500"),
        ("ls", "--limit", "500", "--json"),
        ("show", TOGETHER),
        ("show", TOGETHER, "--json"),
        ("show", TOGETHER, "--reveal"),
        ("logs", TOGETHER),
        ("logs", TOGETHER, "--json"),
        ("logs", TOGETHER, "--no-color"),
        ("wait", TOGETHER),
    ],
    ids=" ".join,
)
def test_commands(hostile: Simulator, command: tuple[str, ...]) -> None:
    with on_a_terminal(*command, "--endpoint-url", hostile.url, **CREDENTIALS) as terminal:
        assert terminal.ended() == (1 if command[0] == "wait" else 0), terminal.written
        told = terminal.written.decode()
        assert len(told) > 20
        check_text(OUR_COLOURS.sub("", told) if command == ("logs", TOGETHER) else told)
    piped = run(*command, "--endpoint-url", hostile.url, **CREDENTIALS)
    check_text(piped.stdout)
    check_text(piped.stderr)


@pytest.mark.parametrize(
    "command", [("ls",), ("show", TOGETHER), ("show", TOGETHER, "--json"), ("logs", TOGETHER)], ids=" ".join
)
def test_a_terminal_of_few_characters(hostile: Simulator, command: tuple[str, ...]) -> None:
    done = run(*command, "--endpoint-url", hostile.url, **CREDENTIALS, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr[-500:]


HOSTILE_WORD = "a\x1b]0;PLANTED\x07b\x9b2J\u202ec\r"


@pytest.mark.parametrize(
    "command",
    [
        ("show", HOSTILE_WORD),
        ("logs", HOSTILE_WORD),
        ("show", "plain", "--profile", HOSTILE_WORD),
        ("show", "plain", "--region", HOSTILE_WORD),
        ("ls", "--limit", HOSTILE_WORD),
        ("ls", "--filter", f"age:{HOSTILE_WORD}"),
        ("ls", f"--{HOSTILE_WORD}"),
        ("logs", "plain", "--since", HOSTILE_WORD),
        ("logs", "plain", "--grep", f"({HOSTILE_WORD}"),
        ("wait", "plain", "--timeout", HOSTILE_WORD),
    ],
    ids=lambda command: " ".join(command).encode("ascii", "ignore").decode().replace(HOSTILE_WORD, "X"),
)
def test_words_of_the_command_line_are_told_without_what_is_in_them(
    hostile: Simulator, command: tuple[str, ...]
) -> None:
    done = run(*command, "--endpoint-url", hostile.url, **CREDENTIALS)
    assert done.returncode in (2, 3), done.stderr
    assert done.stderr
    # What is quoted with its backslashes is only text.
    assert unsafe(done.stderr.replace("\n", "")) == []
    assert "Traceback" not in done.stderr


def test_the_screen_told_hostile_words(hostile: Simulator) -> None:
    words = ("watch", HOSTILE_WORD, "--profile", HOSTILE_WORD)
    with on_a_terminal(*words, "--endpoint-url", hostile.url, **CREDENTIALS) as terminal:
        terminal.shows("2 Timeline")
        terminal.type("\x03")
        assert terminal.ended() == 130
        terminal.check_sequences()
        assert PLANTED.encode() not in terminal.written
