"""`sagetop doctor` as a user runs it: exit codes, table, document."""

import json
from collections.abc import Callable

import pytest

from tests.e2e.terminal import CREDENTIALS, run
from tests.ui.support import raw_job
from tui.simulator import Fault, Simulator


@pytest.fixture
def account(serve: Callable[..., Simulator]) -> Simulator:
    return serve(raw_job("bert"))


def test_all_is_allowed(account: Simulator) -> None:
    done = run("doctor", "--endpoint-url", account.url, **CREDENTIALS)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing is missing." in done.stdout
    assert "not tried   sagemaker:StopTrainingJob" in done.stdout
    assert account.calls.count("StopTrainingJob") == 0
    assert account.calls.count() == 7


@pytest.mark.parametrize("operation", ["Search", "FilterLogEvents", "BatchGetMetrics"])
def test_what_is_missing_is_told_with_its_policy(account: Simulator, operation: str) -> None:
    account.faults.add(Fault("denied", operation))
    done = run("doctor", "--endpoint-url", account.url, **CREDENTIALS)
    assert done.returncode == 3
    assert f":{operation}" in done.stdout
    policy = json.loads(done.stdout[done.stdout.index("\n{") : done.stdout.rindex("}") + 1])
    assert [entry["Action"].partition(":")[2] for entry in policy["Statement"]] == [operation]


def test_a_spare_that_is_not_needed_is_no_fault(account: Simulator) -> None:
    account.faults.add(Fault("denied", "ListTrainingJobs"))
    done = run("doctor", "--endpoint-url", account.url, **CREDENTIALS)
    assert done.returncode == 0
    assert "nothing is lost: sagemaker:Search is allowed" in done.stdout


def test_the_document(account: Simulator) -> None:
    account.faults.add(Fault("denied", "GetMetricData"))
    done = run("doctor", "--json", "--endpoint-url", account.url, **CREDENTIALS)
    document = json.loads(done.stdout)
    assert (done.returncode, document["version"], document["kind"], document["ok"]) == (3, 1, "doctor", False)
    denied = [check for check in document["checks"] if check["state"] == "denied"]
    assert [check["missing_action"] for check in denied] == ["cloudwatch:GetMetricData"]
    assert document["policy"]["Statement"][0]["Action"] == "cloudwatch:GetMetricData"
    assert document["credentials"] == {"found": True, "source": "environment", "expires_at": None}


@pytest.mark.parametrize(
    "env", [{}, {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}], ids=["none", "no region"]
)
def test_without_credentials_or_region_nothing_is_tried(env: dict[str, str]) -> None:
    done = run("doctor", **env)
    assert (done.returncode, done.stderr) == (3, "")
    assert "not tried" in done.stdout
    assert "no region" in done.stdout if env else "aws configure" in done.stdout
