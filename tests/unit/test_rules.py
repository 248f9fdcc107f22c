"""Rules: configuration joined with evaluation, either of which may be missing."""

from datetime import UTC, datetime

import pytest

from tui.domain.rules import by_urgency, live, rules

ARN = "arn:aws:sagemaker:us-east-1:111122223333:processing-job/job-overfit-1a2b"


def evaluation(name: str, status: str = "InProgress", **members: object) -> dict[str, object]:
    return {"RuleConfigurationName": name, "RuleEvaluationStatus": status, **members}


def test_configuration_and_evaluation_of_a_name_are_one_rule() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    (rule,) = rules(
        {
            "DebugRuleConfigurations": [{"RuleConfigurationName": "Overfit"}],
            "DebugRuleEvaluationStatuses": [
                evaluation(
                    "Overfit",
                    "IssuesFound",
                    StatusDetails="at step 7\n",
                    LastModifiedTime=at,
                    RuleEvaluationJobArn=ARN,
                )
            ],
        }
    )
    assert (rule.kind, rule.name, rule.status, rule.details) == ("debug", "Overfit", "IssuesFound", "at step 7")
    assert (rule.modified, rule.evaluation_job, rule.configured) == (at, "job-overfit-1a2b", True)
    assert rule.source == "DebugRuleEvaluationStatuses[0]"


def test_a_rule_without_evaluation_and_one_without_configuration_are_both_shown() -> None:
    first, second = rules(
        {
            "ProfilerRuleConfigurations": [{"RuleConfigurationName": "Waits"}],
            "ProfilerRuleEvaluationStatuses": [evaluation("Appears", "NoIssuesFound")],
        }
    )
    assert (first.name, first.status, first.configured, first.kind) == ("Waits", "", True, "profiler")
    assert first.source == "ProfilerRuleConfigurations[0]"
    assert (second.name, second.status, second.configured) == ("Appears", "NoIssuesFound", False)


def test_the_same_name_as_debug_and_profiler_rule_is_two_rules() -> None:
    found = rules(
        {
            "DebugRuleEvaluationStatuses": [evaluation("R", "Error")],
            "ProfilerRuleEvaluationStatuses": [evaluation("R", "Stopped")],
        }
    )
    assert [(rule.kind, rule.status) for rule in found] == [("debug", "Error"), ("profiler", "Stopped")]


def test_no_verdict_of_a_duplicated_name_is_lost() -> None:
    found = rules(
        {
            "DebugRuleConfigurations": [{"RuleConfigurationName": "R"}, {"RuleConfigurationName": "R"}],
            "DebugRuleEvaluationStatuses": [
                evaluation("R", "NoIssuesFound"),
                evaluation("R", "IssuesFound"),
                evaluation("R", "Error"),
            ],
        }
    )
    assert [(rule.status, rule.configured) for rule in found] == [
        ("NoIssuesFound", True),
        ("IssuesFound", True),
        ("Error", False),
    ]
    assert len({rule.source for rule in found}) == 3


def test_the_source_counts_the_entries_that_cannot_be_read() -> None:
    (rule,) = rules({"DebugRuleEvaluationStatuses": [None, "?", evaluation("R")]})
    assert rule.source == "DebugRuleEvaluationStatuses[2]"


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        ("InProgress", True),
        ("Stopping", True),
        ("NoIssuesFound", False),
        ("IssuesFound", False),
        ("Error", False),
        ("Stopped", False),
        ("Unheard", False),
    ],
)
def test_a_verdict_can_change_only_in_progress_or_stopping(status: str, changes: bool) -> None:
    raw = {"DebugRuleEvaluationStatuses": [evaluation("R", status)]}
    assert rules(raw)[0].live is changes
    assert live(raw) is changes


def test_urgency_puts_issues_first_and_keeps_the_order_of_equals() -> None:
    words = ["NoIssuesFound", "Unheard", "Stopped", "InProgress", "Error", "IssuesFound", "Stopping", "IssuesFound"]
    found = rules({"DebugRuleEvaluationStatuses": [evaluation(f"r{i}", word) for i, word in enumerate(words)]})
    assert [rule.name for rule in by_urgency(found)] == ["r5", "r7", "r4", "r3", "r6", "r2", "r0", "r1"]


@pytest.mark.parametrize("raw", [{}, {"DebugRuleEvaluationStatuses": None}, {"DebugRuleConfigurations": "x"}])
def test_a_job_without_rules_has_none(raw: dict[str, object]) -> None:
    assert rules(raw) == ()
    assert not live(raw)
