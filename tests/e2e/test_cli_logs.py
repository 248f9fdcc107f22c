"""`sagetop logs`: what it prints of a log that comes late, twice, in pieces, from several hosts, or not at all."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from tests.e2e.running import hurry, running
from tests.e2e.terminal import CREDENTIALS, FOREIGN, environment, on_a_terminal
from tests.strategies import HOSTILE, NOW
from tests.ui.support import ended_job, raw_job
from tui.cli import cli
from tui.simulator import Fault, FixedJob, LogEvent, Simulator

Serve = Callable[..., Simulator]

NOW_MS = int(NOW.timestamp() * 1000)
OUR_SGR = re.compile(r"\x1b\[[0-9;]*m")


def said(seconds: float, text: str, ingested: float | None = None, name: str | None = None) -> LogEvent:
    """Return an event so many seconds before or after NOW."""
    later = NOW_MS + int(seconds * 1000 if ingested is None else ingested * 1000)
    return LogEvent(NOW_MS + int(seconds * 1000), text, later, name)


def put(simulator: Simulator, host: int, *events: LogEvent, job: str = "bert") -> None:
    """Add to the log of a host."""
    simulator.account.logs.put(f"{job}/algo-{host}-1763898000", events)


def end(simulator: Simulator, name: str = "bert", **more: object) -> None:
    """Let a job be over, just now."""
    job = simulator.account.jobs[name]
    assert isinstance(job, FixedJob)
    at = simulator.account.clock.now().timestamp()
    job.raw |= {"TrainingJobStatus": "Completed", "SecondaryStatus": "Completed", "TrainingEndTime": at} | more


def logs(simulator: Simulator, *arguments: str, name: str = "bert") -> tuple[int, list[str], list[str]]:
    """Run `sagetop logs` to its end."""
    with running(simulator, "logs", name, *arguments) as sagetop:
        code = sagetop.ended()
    return code, sagetop.out, sagetop.err


def in_process(simulator: Simulator, *arguments: str) -> Result:
    """Run `sagetop logs bert` without a process of its own, which takes a second."""
    command = ["logs", *(arguments if "bert" in arguments else ("bert", *arguments))]
    return CliRunner().invoke(cli, [*command, "--endpoint-url", simulator.url], env=CREDENTIALS)


@pytest.fixture(scope="module")
def two(serve: Serve) -> Simulator:
    """A job with the logs of two hosts, and its namesake's."""
    simulator = serve(raw_job("bert"), raw_job("bert-2"), raw_job("silent"))
    put(
        simulator,
        1,
        said(-1200, "old"),
        said(-60, "epoch 1", name="a"),
        said(-40, "loss=0.5\ttail"),
        said(-30, "two\nrows"),
    )
    put(simulator, 2, said(-50, "\x1b[31mred\x1b[0m joins"), said(-20, "x" * 3000))
    bars = [f"\r {n * 10:3}%|{'#' * n:10}| {n}/10 [00:0{n}<00:09,  1.00it/s]" for n in range(1, 8)]
    put(simulator, 1, *(said(-28 + n, text) for n, text in enumerate(bars)))
    put(simulator, 1, said(-45, "someone else's"), job="bert-2")
    return simulator


def test_for_a_pipe(two: Simulator) -> None:
    code, out, err = logs(two)
    assert (code, err) == (0, [])
    rows = [line.split("\t") for line in out]
    assert [row[1:] for row in rows] == [
        ["algo-1", "old"],
        ["algo-1", "epoch 1"],
        ["algo-2", "red joins"],
        ["algo-1", "loss=0.5    tail"],
        ["algo-1", "two"],
        ["algo-1", "rows"],
        ["algo-1", "  70%|#######   | 7/10 [00:07<00:09,  1.00it/s]"],
        ["algo-2", "x" * 3000],
    ]
    assert rows[1][0] == "2026-11-23T11:59:00.000Z"


def test_as_json(two: Simulator) -> None:
    code, out, _ = logs(two, "--json", "--since", "1m")
    documents = [json.loads(line) for line in out]
    assert code == 0
    assert documents[0] == {
        "version": 1,
        "at": "2026-11-23T11:59:00.000Z",
        "host": "algo-1",
        "message": "epoch 1",
    }
    assert [document["message"] for document in documents[1:4]] == ["red joins", "loss=0.5\ttail", "two\nrows"]


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (("--since", "45s", "--grep", "loss"), ["loss=0.5    tail"]),
        (("--since", "2026-11-23T11:59:15Z", "--grep", "^(loss|two)"), ["loss=0.5    tail", "two", "rows"]),
        (("--host", "algo-2", "--grep", "(?i)RED"), ["red joins"]),
        (("--grep", r"(?<=epoch )\d"), ["epoch 1"]),
        (("--host", "algo-1", "--host", "algo-2", "--grep", "old|red"), ["old", "red joins"]),
        (("--grep", "old|red", "--limit", "1"), ["red joins"]),
        (("--since", "1s"), []),
    ],
)
def test_a_part_of_it(two: Simulator, arguments: tuple[str, ...], texts: list[str]) -> None:
    done = in_process(two, *arguments)
    assert done.exit_code == 0
    assert [line.split("\t")[2] for line in done.stdout.splitlines()] == texts


def test_the_last_lines(two: Simulator) -> None:
    done = in_process(two, "--limit", "2")
    assert done.exit_code == 0
    assert [line.split("\t")[2][:6] for line in done.stdout.splitlines()] == ["  70%|", "xxxxxx"]
    assert done.stderr == "sagetop: older lines are left out; --limit N or --since SPAN prints more\n"


def test_a_host_that_is_not_there(two: Simulator) -> None:
    done = in_process(two, "--host", "algo-9")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "sagetop: nothing of algo-9; hosts: algo-1, algo-2\n"


def test_nothing_yet(serve: Serve, two: Simulator) -> None:
    code, out, err = logs(serve(raw_job("bert")))
    assert (code, out) == (0, [])
    assert err == ["sagetop: bert has no log yet: there is no log group /aws/sagemaker/TrainingJobs"]
    assert logs(two, name="silent") == (0, [], ["sagetop: silent has no log yet"])


def test_followed_to_the_end(serve: Serve) -> None:
    simulator = serve(raw_job("bert"))
    with running(simulator, "logs", "bert", "-f") as sagetop:
        sagetop.says("no log yet: there is no log group /aws/sagemaker/TrainingJobs; waiting")
        put(simulator, 1, said(-10, "first", name="a"), said(-8, "second", name="b"))
        sagetop.prints("second")
        put(simulator, 1, said(-8, "second", name="b"))
        put(simulator, 2, said(-9, "late"), said(-5, "joins"))
        sagetop.prints("joins")
        end(simulator)
        put(simulator, 1, said(-1, "last words"))
        assert sagetop.ended() == 0
    assert [line.split("\t")[2] for line in sagetop.out] == ["first", "second", "late", "joins", "last words"]
    assert [line[11:19] for line in sagetop.out] == ["11:59:50", "11:59:52", "11:59:51", "11:59:55", "11:59:59"]
    assert len(sagetop.err) == 2
    assert sagetop.err[1].startswith("sagetop: bert Completed after ")


def test_lines_that_come_after_the_end(serve: Serve) -> None:
    simulator = serve(raw_job("bert"))
    put(simulator, 1, said(-10, "first"))
    with running(simulator, "logs", "bert", "-f", code=hurry(quiet=1.0)) as sagetop:
        sagetop.prints("first")
        end(simulator, TrainingJobStatus="Failed", SecondaryStatus="Failed", FailureReason="AlgorithmError: x")
        seen = len(simulator.calls.entries)
        sagetop.until(lambda: len(simulator.calls.entries) > seen + 5)
        put(simulator, 1, said(-1, "why it failed"))
        assert sagetop.ended() == 0
    assert [line.split("\t")[2] for line in sagetop.out] == ["first", "why it failed"]
    assert sagetop.err[-1].startswith("sagetop: bert Failed after ")
    assert sagetop.err[-1].endswith("of training: AlgorithmError: x")


def test_followed_when_it_is_long_over(serve: Serve) -> None:
    simulator = serve(ended_job("bert"))
    put(simulator, 1, said(-3000, "was"))
    with running(simulator, "logs", "bert", "-f", code=hurry(quiet=600)) as sagetop:
        assert sagetop.ended() == 0
    assert [line.split("\t")[2] for line in sagetop.out] == ["was"]
    assert sagetop.err[-1].startswith("sagetop: bert Completed")


def test_credentials_that_expire_while_following(serve: Serve) -> None:
    simulator = serve(raw_job("bert"))
    put(simulator, 1, said(-10, "before"))
    with running(simulator, "logs", "bert", "-f") as sagetop:
        sagetop.prints("before")
        simulator.faults.add(Fault("expired"))
        sagetop.says("credentials expired")
        put(simulator, 1, said(-5, "meanwhile"))
        seen = len(simulator.calls.entries)
        sagetop.until(lambda: len(simulator.calls.entries) > seen + 3)
        simulator.faults.clear()
        sagetop.prints("meanwhile")
        sagetop.says("going on")
        end(simulator)
        assert sagetop.ended() == 0
    assert sum("credentials expired" in line for line in sagetop.err) == 1
    assert sum("going on" in line for line in sagetop.err) == 1


@pytest.mark.parametrize(
    ("operation", "follow"), [("DescribeTrainingJob", ()), ("FilterLogEvents", ()), ("FilterLogEvents", ("-f",))]
)
def test_what_is_not_allowed(serve: Serve, operation: str, follow: tuple[str, ...]) -> None:
    simulator = serve(raw_job("bert"))
    put(simulator, 1, said(-10, "secret"))
    simulator.faults.add(Fault("denied", operation))
    code, out, err = logs(simulator, *follow)
    assert (code, out, len(err)) == (3, [], 1)
    assert f"{'logs' if operation[0] == 'F' else 'sagemaker'}:{operation}" in err[0]


def test_an_unknown_job(two: Simulator) -> None:
    code, out, err = logs(two, "-f", name="bret")
    assert (code, out, len(err)) == (3, [], 1)
    assert "no training job bret in us-east-1" in err[0]
    assert "nearest: bert" in err[0]


def test_what_passes_does_not_end_it(two: Simulator) -> None:
    for kind in ("throttle", "drop"):
        two.faults.add(Fault(kind, "FilterLogEvents", times=1))
    code, out, _ = logs(two, "--grep", "epoch")
    assert (code, len(out)) == (0, 1)


def test_interrupted(serve: Serve) -> None:
    simulator = serve(raw_job("bert"))
    put(simulator, 1, said(-10, "first"))
    with running(simulator, "logs", "bert", "-f") as sagetop:
        sagetop.prints("first")
        sagetop.process.send_signal(signal.SIGINT)
        assert sagetop.ended() == 130
    assert not any("Traceback" in line for line in sagetop.err)


def test_a_reader_that_has_enough(two: Simulator) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "tui", "logs", "bert", "--endpoint-url", two.url]
    with subprocess.Popen(command, env=environment(**CREDENTIALS), stdout=writer, stderr=subprocess.PIPE) as process:
        os.close(writer)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, b"")


@pytest.mark.parametrize(
    "arguments",
    [("--since", "yesterday"), ("--since", "2026"), ("--grep", "("), ("--grep", r"(?=(a+)+$)"), ("--limit", "0"), ()],
)
def test_usage(arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(cli, ["logs", *(("bert", *arguments) if arguments else ())], env=CREDENTIALS)
    assert (done.exit_code, done.stdout) == (2, "")


def test_in_a_terminal(two: Simulator) -> None:
    with on_a_terminal("logs", "bert", "--endpoint-url", two.url, code=hurry(), **CREDENTIALS) as terminal:
        assert terminal.ended() == 0
    told = terminal.written.decode()
    assert "\x1b[36malgo-1\x1b[0m \x1b[2m11:59:00\x1b[0m epoch 1\r\n" in told
    assert "\x1b[33malgo-2\x1b[0m \x1b[2m11:59:10\x1b[0m \x1b[31mred\x1b[0m joins\r\n" in told
    assert "… +1 kB" in told
    assert " 70%|#######   | 7/10" in told
    assert "6/10" not in told


@pytest.mark.parametrize("how", ["--no-color", "NO_COLOR", "TERM"])
def test_in_a_terminal_without_colours(two: Simulator, how: str) -> None:
    env = {"NO_COLOR": {"NO_COLOR": "1"}, "TERM": {"TERM": "dumb"}}.get(how, {})
    options = [how] if how.startswith("-") else []
    with on_a_terminal(
        "logs", "bert", *options, "--endpoint-url", two.url, code=hurry(), **CREDENTIALS, **env
    ) as terminal:
        assert terminal.ended() == 0
    assert b"\x1b" not in terminal.written
    assert "algo-2 11:59:10 red joins" in terminal.text


def test_a_bar_is_followed_in_a_terminal(serve: Serve) -> None:
    simulator = serve(raw_job("bert"))
    put(simulator, 1, said(-50, " 10%|#         | 1/10 [00:01<00:09,  1.00it/s]"))
    arguments = ("logs", "bert", "-f", "--no-color", "--endpoint-url", simulator.url)
    with on_a_terminal(*arguments, code=hurry(), **CREDENTIALS) as terminal:
        terminal.shows("1/10")
        put(simulator, 1, said(-40, " 20%|##        | 2/10 [00:02<00:08,  1.00it/s]"))
        terminal.shows("2/10")
        put(simulator, 1, said(-30, "100%|##########| 10/10 [00:10<00:00,  1.00it/s]"))
        terminal.shows("10/10")
        end(simulator)
        assert terminal.ended() == 0
    assert terminal.text.count("/10 [") == 3
    assert "Completed" in terminal.text


@pytest.mark.parametrize("options", [(), ("--no-color",), ("--json",)], ids=" ".join)
def test_nothing_foreign_is_written(serve: Serve, options: tuple[str, ...]) -> None:
    simulator = serve(raw_job("bert"))
    texts = [
        *HOSTILE[1:11],
        *HOSTILE[12:13],
        HOSTILE[14],
        "\x1b]52;c;PLANTED\x1b\\",
        "#033]0;PLANTED\x07",
        "a#015b#010c\x1b[5A",
    ]
    simulator.account.logs.put("bert/al\x1b[31mgo\n-1-17", [said(n - 60, text) for n, text in enumerate(texts)])
    arguments = ("logs", "bert", *options, "--endpoint-url", simulator.url)
    with on_a_terminal(*arguments, code=hurry(), **CREDENTIALS) as terminal:
        assert terminal.ended() == 0
    told = terminal.written.decode().replace("\r\n", "\n")
    plain = told if "--no-color" in options else OUR_SGR.sub("", told)
    assert [found[0] for found in FOREIGN.finditer(plain) if found[0] != "\n"] == []
    assert "PLANTED" not in told or "--json" in options  # `#033` is what the service delivers
    assert "漢字" in told


def test_older_than_the_job_is_not_read(two: Simulator) -> None:
    before = len(two.calls.entries)
    in_process(two, "--since", "1000d")
    asked = [call for call in list(two.calls.entries)[before:] if call.operation == "FilterLogEvents"]
    created = NOW - timedelta(hours=1)
    assert min(call.params["startTime"] for call in asked) == int((created - timedelta(hours=1)).timestamp() * 1000)
