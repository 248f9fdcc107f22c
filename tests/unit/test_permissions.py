"""The table of permissions, and the policies made from it."""

import json
import re
from pathlib import Path

import pytest

from tui.domain.denial import Denial
from tui.domain.permissions import BY_ACTION, PERMISSIONS, READING, action_of, healing, policy, policy_text

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
STATEMENT = re.compile(r"```json\n(\{\n  \"Version\".*?\n\})\n```", re.DOTALL)


def statements(document: dict[str, object]) -> list[dict[str, object]]:
    found = document["Statement"]
    assert isinstance(found, list)
    return found


def test_the_policy_of_the_readme_is_the_one_that_sagetop_would_write() -> None:
    (written,) = STATEMENT.findall(README)
    assert written == policy_text(READING)


def test_the_readme_names_every_action_that_is_asked_of_the_account() -> None:
    (table,) = re.findall(r"\n\| operation \| when \| how often \|\n(.*?)\n\n", README, re.DOTALL)
    assert set(re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)) == {entry.action for entry in PERMISSIONS}


def test_reading_never_asks_for_what_changes_the_account() -> None:
    assert "sagemaker:StopTrainingJob" not in READING
    assert [entry.action for entry in PERMISSIONS if entry.writes] == ["sagemaker:StopTrainingJob"]


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("", "aws")],
)
def test_resources_are_of_the_account_the_region_and_its_partition(region: str, partition: str) -> None:
    (only,) = statements(policy(["sagemaker:DescribeTrainingJob"], "111122223333", region))
    assert only["Action"] == "sagemaker:DescribeTrainingJob"
    assert only["Resource"] == f"arn:{partition}:sagemaker:{region or '*'}:111122223333:training-job/*"


@pytest.mark.parametrize("action", sorted(BY_ACTION))
def test_a_policy_gives_one_action_and_nothing_more(action: str) -> None:
    (only,) = statements(policy([action], "111122223333", "us-east-1"))
    assert (only["Effect"], only["Action"]) == ("Allow", action)
    assert json.loads(policy_text([action], "111122223333", "us-east-1")) == policy(
        [action], "111122223333", "us-east-1"
    )


def test_actions_on_the_same_resources_share_a_statement() -> None:
    found = statements(policy(READING, "111122223333", "us-east-1"))
    assert [entry["Action"] for entry in found] == [
        ["sagemaker:Search", "sagemaker:ListTrainingJobs", "cloudwatch:GetMetricData"],
        ["sagemaker:DescribeTrainingJob", "sagemaker:BatchGetMetrics"],
        "logs:FilterLogEvents",
    ]


def test_only_the_log_group_that_was_refused_is_asked_for() -> None:
    group = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/sagemaker/ProcessingJobs"
    told = Denial("logs:FilterLogEvents", f"{group}:log-stream:")
    (only,) = statements(policy(["logs:FilterLogEvents"], "111122223333", "us-east-1", [told]))
    assert only["Resource"] == f"{group}:*"


def test_an_action_of_another_service_is_given_on_what_was_refused() -> None:
    key = "arn:aws:kms:us-east-1:111122223333:key/1"
    (only,) = statements(policy(["kms:Decrypt"], denials=[Denial("kms:Decrypt", key)]))
    assert (only["Action"], only["Resource"]) == ("kms:Decrypt", key)


def test_what_is_denied_explicitly_is_not_put_into_a_policy() -> None:
    denials = [
        Denial("sagemaker:Search", explicit=True),
        Denial("logs:FilterLogEvents"),
        Denial("logs:FilterLogEvents"),
    ]
    assert healing(denials) == ("logs:FilterLogEvents",)


def test_the_action_of_an_operation() -> None:
    assert action_of("FilterLogEvents") == "logs:FilterLogEvents"
    assert action_of("BatchGetMetrics") == "sagemaker:BatchGetMetrics"
    assert action_of("DescribeSomethingNew") == "sagemaker:DescribeSomethingNew"
