"""The service's own words for every member."""

from tests.strategies import leaf_patterns, output_shape
from tui.aws.documentation import member_documentation, plain_text
from tui.domain.catalogue import CATALOGUE


def test_every_member_is_described() -> None:
    found = member_documentation()
    assert {pattern for pattern, _ in leaf_patterns()} == set(CATALOGUE) <= set(found)
    assert set(output_shape().members) <= set(found)
    assert {"ResourceConfig.InstanceGroups[*]", "HyperParameters", "VpcConfig.Subnets"} <= set(found)
    assert all(text.rpartition("\n")[2].startswith("Type: ") for text in found.values())


def test_no_markup_is_left() -> None:
    assert [key for key, text in member_documentation().items() if "</" in text or "&amp;" in text] == []


def test_values_and_bounds_come_last() -> None:
    found = member_documentation()
    assert found["TrainingJobStatus"].startswith("The status of the training job.\n\n")
    assert "Values: InProgress, Completed, Failed, Stopping, Stopped" in found["TrainingJobStatus"]
    assert found["TrainingJobName"].endswith("\n\nType: string, at least 1 and at most 63 long")
    assert found["StoppingCondition.MaxPendingTimeInSeconds"].endswith(
        "\n\nType: integer, at least 1800 and at most 2419200"
    )


def test_it_is_read_once() -> None:
    assert member_documentation() is member_documentation()


def test_html_becomes_paragraphs() -> None:
    html = "<p>One\n   <code>two</code> &lt;3&gt;.</p> <ul> <li> <p>first</p> </li> <li>second</li> </ul><p>End</p>"
    assert plain_text(html) == "One two <3>.\n\n- first\n- second\n\nEnd"
    assert plain_text("") == ""
