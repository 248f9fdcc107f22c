"""Why a job ended: every class, its near misses, and the real reasons of many accounts."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus import CORPUS
from tests.strategies import HOSTILE
from tui.domain.autopsy import Autopsy, Cause, Certainty, PlainLine, autopsy
from tui.domain.autopsy.reasons import judge, take_apart
from tui.domain.job import JobSnapshot

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
USER = "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "
REASONS = CORPUS / "failure_reasons" / "failure_reasons.jsonl"


def ended(status: str = "Failed", reason: str = "", **raw: Any) -> JobSnapshot:
    base = {"TrainingJobName": "j", "TrainingJobStatus": status, "SecondaryStatus": status, "FailureReason": reason}
    return JobSnapshot.from_api(base | raw)


def opened(snapshot: JobSnapshot, lines: list[str] | None = None, host: str = "algo-1") -> Autopsy:
    said = [PlainLine(1_000 * index, host, text) for index, text in enumerate(lines or [])]
    found = autopsy(snapshot, said, NOW)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        (f'{USER}"ValueError: bad shape"\nCommand "python train.py --loss oom"', Cause.USER_CODE),
        ('AlgorithmError: ExecuteUserScriptError:\nCommand "python train.py"', Cause.USER_CODE),
        ('AlgorithmError: ExecuteUserScriptError:\nExitCode 139\nErrorMessage ""', Cause.USER_CODE),
        (f'{USER}"RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB"', Cause.OUT_OF_MEMORY),
        (f'{USER}"torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to"', Cause.OUT_OF_MEMORY),
        ("AlgorithmError: , exit code: 137", Cause.OUT_OF_MEMORY),
        ("ClientError: Please use an instance type with more memory, or reduce the size", Cause.OUT_OF_MEMORY),
        (f'{USER}"OSError: [Errno 28] No space left on device"', Cause.DISK),
        ("ClientError: Artifact upload failed:Insufficient disk space", Cause.DISK),
        ("CapacityError: Unable to provision requested ML compute capacity. Please retry", Cause.CAPACITY),
        ("ResourceLimitExceeded: The account-level service limit 'ml.p4d for training' is 0", Cause.CAPACITY),
        ("ClientError: SageMaker was unable to assume the role 'arn:aws:iam::1:role/R'", Cause.PERMISSION),
        ("ClientError: Data download failed:403 Forbidden (403): Forbidden", Cause.PERMISSION),
        (f'{USER}"botocore.exceptions.ClientError: (AccessDenied) when calling GetObject"', Cause.PERMISSION),
        (f"{USER}\"PermissionError: [Errno 13] Permission denied: '/opt/ml/x'\"", Cause.PERMISSION),
        ("ClientError: Data download failed:S3 key: s3://b/ matched no files on s3", Cause.DATA),
        (f"{USER}\"FileNotFoundError: [Errno 2] No such file: '/opt/ml/input/data/t.csv'\"", Cause.DATA),
        ("ClientError: Unable to read input data. (caused by MXNetError)", Cause.DATA),
        ("ClientError: CannotStartContainerError. Please make sure `docker run <image> train`", Cause.CONTAINER),
        ("AlgorithmError: , exit code: 127", Cause.CONTAINER),
        ("ClientError: Job exceeded MaxRuntimeInSeconds", Cause.TIME_LIMIT),
        ("ClientError: The Spot instance was interrupted and not resumed", Cause.SPOT),
        ("InternalServerError: We encountered an internal error. Please try again.", Cause.SERVICE),
        ("ClientError: Training did not complete successfully! Please check the logs.", Cause.UNKNOWN),
        ("", Cause.UNKNOWN),
        ("something nobody has seen", Cause.UNKNOWN),
    ],
)
def test_a_reason_is_of_its_class(reason: str, cause: Cause) -> None:
    found = opened(ended(reason=reason))
    assert found.cause is cause
    assert found.next_step
    assert (found.certainty is Certainty.NONE) is (cause is Cause.UNKNOWN)


@pytest.mark.parametrize(
    ("reason", "never"),
    [
        (f'{USER}""\nCommand "python t.py --note CUDA out of memory. Tried to allocate"', Cause.OUT_OF_MEMORY),
        (f'{USER}"ValueError: see AccessControl"', Cause.PERMISSION),
        (f'{USER}"ValueError: capacity must be positive, InsufficientCapacity"', Cause.CAPACITY),
        (f'{USER}"ValueError: no data like the spot instance type interrupts"', Cause.SPOT),
        (f"{USER}\"FileNotFoundError: [Errno 2] No such file: 'config.yaml'\"", Cause.DATA),
        (f'{USER}"RuntimeError: InternalServerError of my own API"', Cause.SERVICE),
        (f'{USER}"AssertionError: image not found"', Cause.CONTAINER),
        ("AlgorithmError: , exit code: 1370", Cause.OUT_OF_MEMORY),
        (f'{USER}"KeyError: MaxRuntimeInSeconds"', Cause.TIME_LIMIT),
        (f'{USER}"ValueError: disk full of space"', Cause.DISK),
    ],
)
def test_a_near_miss_is_the_fault_of_the_script(reason: str, never: Cause) -> None:
    found = opened(ended(reason=reason))
    assert found.cause is not never
    assert found.cause is Cause.USER_CODE


@pytest.mark.skipif(not REASONS.exists(), reason="the corpus is not here")
def test_real_reasons() -> None:
    unknown = 0
    for row in REASONS.read_text(encoding="utf-8").splitlines():
        entry = json.loads(row)
        reason = entry.get("FailureReason") or entry.get("failure_reason") or entry["reason"]
        found = opened(ended(reason=reason))
        assert found.evidence
        unknown += found.cause is Cause.UNKNOWN
        if entry["kind"] == "AlgorithmError":
            assert found.cause in (Cause.USER_CODE, Cause.DATA)
        assert take_apart(reason).kind == entry["kind"]
    assert unknown <= 3  # two verdicts of Debugger rules, and "Please check the logs for errors"


def test_the_parts_of_a_reason() -> None:
    found = take_apart(
        'AlgorithmError: ExecuteUserScriptError:\nExitCode 134\nErrorMessage "[1,14]<stderr>:KeyError: \'a "b"\'"\n'
        'Command "python train.py --x 1", exit code: 134'
    )
    assert (found.kind, found.exit_code, found.telling, found.cut) == (
        "AlgorithmError",
        134,
        "KeyError: 'a \"b\"'",
        False,
    )
    assert take_apart("x" * 1024).cut
    boxed = take_apart(
        f'{USER}"RuntimeError: two devices ╭──── Traceback (most recent call last) ───╮\n │ /a.py:3 │"'
    )
    assert boxed.telling.startswith("RuntimeError: two devices")
    assert boxed.traceback
    wrapped = f'{USER}"ValueError: real\n torch.distributed.elastic.multiprocessing.errors.ChildFailedError: x"'
    assert take_apart(wrapped).telling == "ValueError: real"


def test_the_log_sharpens_a_reason_that_names_no_error() -> None:
    empty = f'{USER}""\nCommand "torchrun t.py"'
    killed = opened(ended(reason=empty), ["epoch 3", "Killed"])
    assert (killed.cause, killed.certainty) == (Cause.OUT_OF_MEMORY, Certainty.LIKELY)
    assert "host out of memory: Killed" in killed.evidence
    assert opened(ended(reason=empty), ["Killed 3 zombies", "epoch 4"]).cause is Cause.USER_CODE
    trace = ["step 1", "Traceback (most recent call last):", '  File "train.py", line 7, in main', "KeyError: 'x'"]
    found = opened(ended(reason=empty), trace)
    assert (found.cause, found.certainty, found.at_ms) == (Cause.USER_CODE, Certainty.LIKELY, 1_000)
    assert found.evidence == (
        "AlgorithmError: the reason names no error",
        "exit code 1",
        "KeyError: 'x' at train.py:7 in main (on algo-1)",
        "algo-1 │ step 1",
    )
    assert "train.py:7" in found.next_step
    # What the service says of itself the log does not overrule.
    assert (
        opened(ended(reason="InternalServerError: We encountered an internal error."), ["Killed"]).cause
        is Cause.SERVICE
    )


def test_repeats_are_folded() -> None:
    lines = []
    for host in (10, 9, 8, 7):
        lines += [
            PlainLine(0, f"algo-{host}", 'Traceback (most recent call last):\n  File "t.py", line 1, in <module>'),
            PlainLine(1, f"algo-{host}", f"RuntimeError: rank {host} failed at 0x7f{host}"),
        ]
    found = autopsy(ended(reason=f'{USER}""'), lines, NOW)
    assert found is not None
    assert len(found.tracebacks) == 1
    assert sum("on 4 hosts: algo-7…algo-10" in line for line in found.evidence) == 1


def test_stopped_jobs() -> None:
    asked = opened(ended("Stopped"))
    assert (asked.cause, asked.certainty) == (Cause.STOPPED, Certainty.LIKELY)
    limit = opened(
        ended("Stopped", SecondaryStatus="MaxRuntimeExceeded", StoppingCondition={"MaxRuntimeInSeconds": 3600})
    )
    assert (limit.cause, limit.certainty) == (Cause.TIME_LIMIT, Certainty.CERTAIN)
    assert "MaxRuntimeInSeconds was 1h" in limit.evidence
    times = {"TrainingStartTime": NOW - timedelta(hours=1), "TrainingEndTime": NOW}
    for seconds, cause in ((3_600, Cause.TIME_LIMIT), (3_700, Cause.STOPPED)):
        found = opened(ended("Stopped", StoppingCondition={"MaxRuntimeInSeconds": seconds}, **times))
        assert found.cause is cause


@pytest.mark.parametrize(("started", "cause"), [(False, Cause.SPOT), (True, Cause.TIME_LIMIT)])
def test_waiting_for_spot_is_another_thing_than_running_too_long(started: bool, cause: Cause) -> None:
    raw: dict[str, Any] = {"SecondaryStatus": "MaxWaitTimeExceeded", "EnableManagedSpotTraining": True}
    if started:
        raw |= {"TrainingStartTime": NOW, "SecondaryStatusTransitions": [{"Status": "Training"}]}
    assert opened(ended("Stopped", **raw)).cause is cause


def test_an_interrupted_spot_job() -> None:
    raw: dict[str, Any] = {
        "EnableManagedSpotTraining": True,
        "SecondaryStatusTransitions": [{"Status": "Training"}, {"Status": "Interrupted"}, {"Status": "Failed"}],
    }
    found = opened(ended(**raw))
    assert found.cause is Cause.SPOT
    assert "interrupted 1 time by spot" in found.evidence


@pytest.mark.parametrize("status", ["Completed", "InProgress", "Stopping", "", "New"])
def test_there_is_nothing_to_explain(status: str) -> None:
    assert autopsy(ended(status, "AlgorithmError: x"), [], NOW) is None


@given(st.text(max_size=300) | st.sampled_from(HOSTILE), st.lists(st.text(max_size=80) | st.sampled_from(HOSTILE)))
def test_never_raises(reason: str, texts: list[str]) -> None:
    judge(reason)
    for status in ("Failed", "Stopped"):
        found = opened(ended(status, reason), texts)
        assert found.next_step
