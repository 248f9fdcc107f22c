"""`sagetop wait`: every way a job ends, and every way waiting does."""

import json
import signal
from collections.abc import Callable

import pytest

from tests.e2e.running import running
from tests.strategies import NOW
from tests.ui.support import ended_job, raw_job
from tui.simulator import Fault, FixedJob, Simulator

Serve = Callable[..., Simulator]


def job_of(simulator: Simulator, name: str) -> FixedJob:
    """Return a job of a simulator, to be changed."""
    job = simulator.account.jobs[name]
    assert isinstance(job, FixedJob)
    return job


def wait(simulator: Simulator, *arguments: str) -> tuple[int, str, list[str]]:
    """Run `sagetop wait` to its end."""
    with running(simulator, "wait", *arguments) as sagetop:
        code = sagetop.ended()
    return code, "\n".join(sagetop.out), sagetop.err


@pytest.fixture(scope="module")
def over(serve: Serve) -> Simulator:
    """Jobs that are over."""
    return serve(
        ended_job("done"),
        ended_job(
            "bad", status="Failed", FailureReason="AlgorithmError: no\nsuch file\x1b[2J hf_abcdefghijklmnop0123"
        ),
        ended_job("late", status="Stopped", SecondaryStatus="MaxRuntimeExceeded"),
        ended_job("Mixed-Case"),
    )


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("done", 0, "done Completed after "),
        ("bad", 1, "of training: AlgorithmError: no⏎such file ********"),
        ("late", 4, "of training: MaxRuntimeExceeded: Training job stopped"),
        ("arn:aws:sagemaker:us-east-1:111122223333:training-job/mixed-case", 0, "Mixed-Case Completed"),
    ],
)
def test_the_exit_code_says_how_it_ended(over: Simulator, name: str, code: int, words: str) -> None:
    ended, out, err = wait(over, name)
    assert (ended, out) == (code, "")
    assert words in err[-1]
    assert err[-1].startswith("sagetop: ")
    assert not any("\x1b" in line for line in err)


def test_each_change_is_narrated(serve: Serve) -> None:
    simulator = serve(raw_job("bert"))
    job = job_of(simulator, "bert")
    with running(simulator, "wait", "bert", "--json") as sagetop:
        sagetop.says("  Training  Training in progress")
        at = NOW.timestamp()
        transitions = [*job.raw["SecondaryStatusTransitions"]]
        transitions += [
            {"Status": "Uploading", "StartTime": at - 5, "EndTime": at, "StatusMessage": "Uploading the model"},
            {"Status": "Completed", "StartTime": at, "StatusMessage": "Training job completed"},
        ]
        job.raw |= {"SecondaryStatus": "Uploading", "SecondaryStatusTransitions": transitions[:-1]}
        sagetop.says("2026-11-23T11:59:55Z  Uploading  Uploading the model")
        job.raw |= {
            "TrainingJobStatus": "Completed",
            "SecondaryStatus": "Completed",
            "TrainingEndTime": at,
            "SecondaryStatusTransitions": transitions,
        }
        assert sagetop.ended() == 0
    assert [line.split("  ")[1] for line in sagetop.err[:-1]] == ["Training", "Uploading", "Completed"]
    document = json.loads("\n".join(sagetop.out))
    assert (document["version"], document["kind"], document["job"]["status"]) == (1, "training-job", "Completed")


def test_it_times_out(serve: Serve) -> None:
    code, out, err = wait(serve(raw_job("bert")), "bert", "--timeout", "1s", "--json")
    assert (code, out) == (5, "")
    assert err[-1].startswith("sagetop: timed out: bert is ")


@pytest.mark.parametrize(("name", "hint"), [("bret", "nearest: bert"), ("no such \x1b]0;t\x07", "see: sagetop ls")])
def test_an_unknown_job(serve: Serve, name: str, hint: str) -> None:
    code, out, err = wait(serve(raw_job("bert")), name)
    assert (code, out, len(err)) == (3, "", 1)
    assert "no training job " in err[0]
    assert hint in err[0]
    assert "\x1b" not in err[0]


def test_a_job_that_does_not_exist_yet(serve: Serve) -> None:
    simulator = serve(raw_job("other"))
    with running(simulator, "wait", "bert", "--create-timeout", "1m") as sagetop:
        sagetop.says("no training job bert in us-east-1 yet; waiting")
        simulator.account.put(FixedJob(ended_job("bert")))
        assert sagetop.ended() == 0
    assert sum("waiting" in line for line in sagetop.err) == 1


def test_a_job_that_is_never_created(serve: Serve) -> None:
    code, _, err = wait(serve(raw_job("other")), "bert", "--create-timeout", "1s", "--timeout", "1h")
    assert code == 5
    assert err[-1].startswith("sagetop: timed out: bert is not ")


def test_what_passes_does_not_end_it(serve: Serve) -> None:
    simulator = serve(raw_job("bert"))
    with running(simulator, "wait", "bert") as sagetop:
        sagetop.says("  Training  ")
        for kind in ("throttle", "server_error", "drop", "garbage"):
            simulator.faults.add(Fault(kind, "DescribeTrainingJob", times=1))
        simulator.faults.add(Fault("expired", "DescribeTrainingJob", times=3))
        sagetop.says("credentials expired")
        sagetop.says("going on")
        simulator.account.put(FixedJob(ended_job("bert")))
        assert sagetop.ended() == 0
    assert sum("credentials expired" in line for line in sagetop.err) == 1


def test_what_was_never_reached_is_given_up(serve: Serve) -> None:
    simulator = serve(raw_job("bert"))
    simulator.faults.add(Fault("drop", "DescribeTrainingJob"))
    code, _, err = wait(simulator, "bert")
    assert code == 3
    assert "cannot reach AWS" in err[-1]


@pytest.mark.parametrize("kind", ["denied", "expired"])
def test_what_is_not_allowed_from_the_beginning(serve: Serve, kind: str) -> None:
    simulator = serve(raw_job("bert"))
    simulator.faults.add(Fault(kind, "DescribeTrainingJob"))
    code, out, err = wait(simulator, "bert")
    assert (code, out, len(err)) == (3, "", 1)


def test_a_job_that_is_deleted_meanwhile(serve: Serve) -> None:
    simulator = serve(raw_job("bert"))
    with running(simulator, "wait", "bert") as sagetop:
        sagetop.says("  Training  ")
        simulator.account.remove("bert")
        assert sagetop.ended() == 3


def test_interrupted(serve: Serve) -> None:
    with running(serve(raw_job("bert")), "wait", "bert") as sagetop:
        sagetop.says("  Training  ")
        sagetop.process.send_signal(signal.SIGINT)
        assert sagetop.ended() == 130
    assert not any("Traceback" in line for line in sagetop.err)
