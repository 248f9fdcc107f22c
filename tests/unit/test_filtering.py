"""The filter of the list: what it keeps, what it says of a text that is none, and how it goes on."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.loaders import create_loader

from tests.strategies import NOW
from tui.domain import status
from tui.domain.extraction import risk
from tui.domain.filtering import Condition, Filter, FilterError, completions, hint, pushed
from tui.domain.jobs import JobSummary


def job(name: str, state: str = "InProgress", secondary: str = "Training", age: int = 1, **rest: Any) -> JobSummary:
    return JobSummary.from_api(
        {
            "TrainingJobName": name,
            "TrainingJobStatus": state,
            "SecondaryStatus": secondary,
            "CreationTime": NOW - timedelta(hours=age),
            **rest,
        }
    )


BERT = job(
    "bert-large-0412",
    age=72,
    TrainingStartTime=NOW - timedelta(minutes=100),
    ResourceConfig={"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 8},
    EnableManagedSpotTraining=True,
    HyperParameters={"lr": '"0.1"', "optimizer": '"Adam W"', "train:loss": "mse", "epochs": "3"},
    Tags=[{"Key": "team", "Value": "nlp"}, {"Key": "aws:stack", "Value": "One (two)"}],
)
VIT = job(
    "vit-ft-881",
    "Failed",
    "Failed",
    age=2,
    ResourceConfig={
        "InstanceGroups": [
            {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "InstanceGroupName": "gpu"},
            {"InstanceType": "ml.c5.xlarge", "InstanceCount": 3, "InstanceGroupName": "cpu"},
        ]
    },
    LastModifiedTime=NOW - timedelta(hours=1, minutes=57),
    FailureReason="AlgorithmError: CUDA out of memory, exit code 137",
    HyperParameters={"lr": "0.001", "epochs": "many"},
    Tags=[{"Key": "team", "Value": "vision"}],
)
XGB = job(
    "XGB-churn",
    "Completed",
    "Completed",
    TuningJobArn="arn:aws:sagemaker:us-east-1:111122223333:hyper-parameter-tuning-job/sweep-7",
    TrainingEndTime=NOW - timedelta(minutes=48),
)
JOBS = [BERT, VIT, XGB]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", JOBS),
        ("bert", [BERT]),
        ("BERT large", [BERT]),
        ("BERT AND large", [BERT]),
        ("xgb", [XGB]),
        ("failed", [VIT]),
        ("!failed", [BERT, XGB]),
        ("NOT failed", [BERT, XGB]),
        ("! failed", [BERT, XGB]),
        ("!!failed", [VIT]),
        ("p4d", [BERT]),
        ("spot", [BERT]),
        ("sweep-7", [XGB]),
        ("^vit", [VIT]),
        ("881$", [VIT]),
        (r"\d{4}", [BERT]),
        ("bert.*0412", [BERT]),
        ("0412.*bert", []),
        ("BERT.LARGE", [BERT]),
        ("bert|vit", [BERT, VIT]),
        ("bert(-large|-small)", [BERT]),
        ("(?:bert|vit)-", [BERT, VIT]),
        ("bert vit", []),
        ("bert OR vit", [BERT, VIT]),
        ("bert OR vit failed", [BERT, VIT]),
        ("(bert OR vit) failed", [VIT]),
        ("!(bert OR vit)", [XGB]),
        ("bert or vit", []),
        ('"bert.large"', []),
        ('"OR"', []),
        ('"LARGE-"', [BERT]),
        ("status:failed", [VIT]),
        ("Status:FAIL", [VIT]),
        ("status:=completed", [XGB]),
        ("!status:completed", [BERT, VIT]),
        ("phase:training", [BERT]),
        ("phase:train", [BERT]),
        ("name:^bert", [BERT]),
        ("name:=bert", []),
        ("name:=xgb-churn", [XGB]),
        ("type:p4d", [BERT]),
        ("type:ml.c5", [VIT]),
        ("count:8", [BERT]),
        ("count:>=4", [BERT, VIT]),
        ("count:<8", [VIT]),
        ("spot:yes", [BERT]),
        ("spot:no", [VIT]),
        ("age:<1d", [VIT, XGB]),
        ("age:>=3d", [BERT]),
        ("age:=2h", [VIT]),
        ("age:>1h30m", [BERT, VIT]),
        ("elapsed:>1h", [BERT]),
        ("elapsed:<=180s", [VIT]),
        ("reason:memory", [VIT]),
        (r"reason:\d+", [VIT]),
        ('reason:"out of memory"', [VIT]),
        ("parent:sweep", [XGB]),
        ("hp.lr:0.1", [BERT]),
        ("hp.lr:<0.01", [VIT]),
        ("hp.lr:=1e-1", [BERT]),
        ("hp.epochs:>1", [BERT]),
        ("hp.epochs:=many", [VIT]),
        ("hp.LR:0.1", []),
        ('hp.optimizer:"adam w"', [BERT]),
        ('hp."train:loss":mse', [BERT]),
        ("tag.team:nlp", [BERT]),
        ("tag.team:=NLP", []),
        ('tag."aws:stack":"(two"', [BERT]),
        ("arn:aws:sagemaker:us-east-1:111122223333:training-job/bert-large-0412", [BERT]),
        ("arn:aws:sagemaker:us-east-1:111122223333:training-job/bert-large", []),
        ("arn:aws:sagemaker:us-east-1:111122223333:hyper-parameter-tuning-job/sweep-7", [XGB]),
    ],
)
def test_what_a_filter_keeps(text: str, expected: list[JobSummary]) -> None:
    wanted = Filter.parse(text)
    assert [job for job in JOBS if wanted.matches(job, NOW)] == expected
    assert bool(wanted) is bool(text)


def test_only_problems() -> None:
    wanted = Filter.parse("", problems_only=True)
    assert wanted
    assert [job for job in JOBS if wanted.matches(job, NOW)] == [VIT]
    assert not Filter.parse("bert", problems_only=True).matches(BERT, NOW)


@pytest.mark.parametrize(
    ("text", "said", "position"),
    [
        ("bert AND", "… a word or a term", 8),
        ("bert OR ", "… a word or a term", 8),
        ("bert !", "… a word or a term", 6),
        ("OR bert", "OR … a word or a term before it", 0),
        ("a OR OR b", "OR … a word or a term before it", 5),
        ("(bert", ") is missing", 5),
        ("bert)", "no ( before this )", 4),
        ("()", ") … a word or a term before it", 1),
        ('x "y', '" is missing at the end', 2),
        ('""', 'nothing in ""', 0),
        ("status:", "status: … failed, completed, inprogress, stopped", 0),
        ("a spot:y", "spot: … yes, no", 2),
        ("age:2d", "age: … <2d, >3h, >1h30m", 0),
        ("age:<", "age: … <2d, >3h, >1h30m", 0),
        ("age:<2", "age: … <2d, >3h, >1h30m", 0),
        ("count:many", "count: … 8, >4", 0),
        ("status:<failed", "status: has no <", 0),
        ("tag.team:>x", "tag.team: has no >", 0),
        ("hp.lr:", "hp.lr: … a value, <0.01", 0),
        ("hp.lr:<x", "hp.lr:< … a number", 0),
        ("hp.lr", "hp.NAME:VALUE", 0),
        ("hp:x", "hp.NAME: … which hp", 0),
        ("staus:failed", "no term staus: did you mean status? or quote it", 0),
        ("s3://bucket", "no term s3: quote it to search for it", 0),
        ("status.x:y", "no term status.x: did you mean status? or quote it", 0),
        ("arn:aws:sagemaker", "arn: … the whole ARN, up to the name", 0),
        ("bert [a", "[a: unterminated character set", 5),
        ("*", "*: nothing to repeat", 0),
        ("a{99999999999999999999}", "a{99999999999999999999}: too much", 0),
        ("x" * 5_000, "too long", 4_096),
        ("(" * 100, "too many ( in one another", 40),
    ],
)
def test_what_is_no_filter_says_why_and_where(text: str, said: str, position: int) -> None:
    with pytest.raises(FilterError) as caught:
        Filter.parse(text)
    assert (str(caught.value), caught.value.position) == (said, position)
    assert hint(text) == said


@pytest.mark.parametrize(
    "text", ["", "bert", "status:failed OR (age:<2d !spot:yes)", '"foo:bar"', r"foo\:bar", "12:30"]
)
def test_a_filter_that_can_be_read_has_no_hint(text: str) -> None:
    assert hint(text) == ""


def test_a_half_typed_set_is_read_without_a_warning() -> None:
    assert Filter.parse("[[a]")


@pytest.mark.parametrize("text", ["x(a+)+$", "x(a|a)*y", r"\w+a+\w+b\w+", "reason:.*a*.*[0-9]"])
def test_a_regex_that_may_take_forever_is_refused(text: str) -> None:
    with pytest.raises(FilterError, match=r"forever|too long"):
        Filter.parse(text)


@pytest.mark.parametrize("regex", [r"\d+-\d+-\d+x", "[a-z]+-[0-9]+", r"\w+-v\d+", "a.*b.*c.*d"])
def test_a_regex_that_is_usual_for_names_is_not_refused(regex: str) -> None:
    assert Filter.parse(regex)


def test_repetitions_with_one_possible_end_count_once() -> None:
    assert risk(r"\d+-\d+-\d+", 1_000, 40_000) == risk(r"\d+[xy]", 1_000, 40_000)
    assert risk(r"[a-z]+k\d*", 1_000, 40_000).safe_length < risk(r"[a-j]+k\d*", 1_000, 40_000).safe_length
    # Whatever the case of the letters, as filters search.
    assert risk(r"[A-Z]+k\d*", 1_000, 40_000) == risk(r"[a-z]+k\d*", 1_000, 40_000)


def test_what_only_search_tells_is_told() -> None:
    assert not Filter.parse("bert status:failed age:<2d", problems_only=True).needs_details
    assert all(Filter.parse(text).needs_details for text in ("x OR !(hp.lr:1)", "tag.a:b", "type:p4d", "spot:no"))
    listed = JobSummary.from_api({"TrainingJobName": "x"})
    for text in ("hp.lr:.*", "tag.a:.*", "type:.*", "spot:no", "spot:yes", "count:<9", "reason:.*", "age:>0s"):
        assert not Filter.parse(text).matches(listed, NOW)


def test_a_filter_knows_whether_the_clock_matters() -> None:
    assert Filter.parse("x OR !age:<2d").timed
    assert not Filter.parse("x OR spot:yes").timed


def test_filters_are_equal_that_read_alike() -> None:
    assert Filter.parse(" bert ") == Filter.parse("bert")
    assert Filter.parse("bert") != Filter.parse("bert", problems_only=True)
    assert Filter.parse(" bert  !spot ").text == "bert  !spot"


def test_statuses_are_those_of_the_installed_model() -> None:
    shapes = create_loader().load_service_model("sagemaker", "service-2")["shapes"]
    assert set(status.STATUSES) == set(shapes["TrainingJobStatus"]["enum"])
    assert set(status.SECONDARY_STATUSES) == set(shapes["SecondaryStatus"]["enum"])


def labels(text: str, cursor: int | None = None, jobs: list[JobSummary] = JOBS) -> list[str]:
    return [each.label for each in completions(text, len(text) if cursor is None else cursor, jobs)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s", ["status:", "spot:"]),
        ("bert !(sta", ["status:"]),
        ("bert", []),
        ("h", ["hp.NAME:"]),
        ("hp.", ["lr", "epochs", "optimizer", "train:loss"]),
        ("hp.tr", ["train:loss"]),
        ('hp."tr', ["train:loss"]),
        ("hp.lr:", ["0.1", "0.001"]),
        ("status:", ["InProgress", "Failed", "Completed"]),
        ("status:fa", ["Failed"]),
        ("phase:Tr", ["Training"]),
        ("type:5", ["ml.g5.xlarge", "ml.c5.xlarge"]),
        ("parent:", ["sweep-7"]),
        ("spot:", ["yes", "no"]),
        ("age:<", []),
        ("tag.team:", ["nlp", "vision"]),
        ('tag."aws:stack":"on', ["One (two)"]),
        ("count:", ["8", "4"]),
        ("foo:", []),
        ('"sta', []),
        ('status:"Failed"', []),
        ("reason:", []),
    ],
)
def test_what_may_follow(text: str, expected: list[str]) -> None:
    assert labels(text) == expected


def test_every_key_is_offered_where_nothing_is_typed() -> None:
    for text in ("", "bert ", "(", "!"):
        assert labels(text)[0] == "status:"
        assert len(labels(text)) == 12


@pytest.mark.parametrize(
    ("text", "cursor", "result", "then"),
    [
        ("bert st", 7, "bert status:", 12),
        ("tag.te", 6, "tag.team:", 9),
        ("status:fa", 9, "status:Failed ", 14),
        ("(status:fa) x", 10, "(status:Failed) x", 14),
        ("status:fa bert", 9, "status:Failed bert", 13),
        ("status:faxx bert", 9, "status:Failed bert", 13),
        ("hp.opt", 6, "hp.optimizer:", 13),
        ("hp.optimizer:", 13, 'hp.optimizer:"Adam W" ', 22),
        ("hp.tr", 5, 'hp."train:loss":', 16),
        ('tag."aws:stack":', 16, 'tag."aws:stack":"One (two)" ', 28),
    ],
)
def test_the_text_that_results(text: str, cursor: int, result: str, then: int) -> None:
    first = completions(text, cursor, JOBS)[0]
    assert (first.text, first.cursor) == (result, then)


def test_the_most_frequent_comes_first_and_few_are_offered() -> None:
    jobs = [job(f"j{number}", Tags=[{"Key": "team", "Value": "a" if number % 3 else "b"}]) for number in range(90)]
    assert [(each.label, each.note) for each in completions("tag.team:", 9, jobs)] == [
        ("a", "60 jobs"),
        ("b", "30 jobs"),
    ]
    assert len(completions("name:j", 6, jobs)) == 20


def test_values_that_look_secret_are_not_offered() -> None:
    jobs = [job("x", HyperParameters={"hf_token": "hf_AbCdEfGhIjKlMnOpQrStUvWxYz012345", "lr": "1"})]
    assert labels("hp.", jobs=jobs) == ["hf_token", "lr"]
    assert labels("hp.hf_token:", jobs=jobs) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status:failed", [("TrainingJobStatus", "Equals", "Failed")]),
        ("!status:completed", [("TrainingJobStatus", "NotEquals", "Completed")]),
        ("phase:pending bert", [("SecondaryStatus", "Equals", "Pending")]),
        ("spot:yes", [("EnableManagedSpotTraining", "Equals", "true")]),
        ("age:<2d", [("CreationTime", "GreaterThanOrEqualTo", "2026-11-21T11:59:59")]),
        ("age:>1h", [("CreationTime", "LessThanOrEqualTo", "2026-11-23T11:00:01")]),
        ("name:0412 name:77", [("TrainingJobName", "Contains", "0412")]),
        ("hp.lr:<0.1 tag.team:nlp", [("HyperParameters.lr", "Exists", ""), ("Tags.team", "Exists", "")]),
        ("tag.team:=nlp", [("Tags.team", "Equals", "nlp")]),
        ("status:failed OR spot:yes", None),
        ("!(status:failed spot:yes)", None),
        ("bert", None),
        ("phase:failed", None),
        ("status:fail", None),
        ("name:bert", None),
        ("type:p4d", None),
        ("spot:no", None),
        ("age:<99999999999w", None),
        ("", None),
    ],
)
def test_what_search_is_asked(text: str, expected: list[tuple[str, str, str]] | None) -> None:
    found = pushed(Filter.parse(text), NOW)
    assert found == (None if expected is None else tuple(Condition(*each) for each in expected))


def test_no_more_is_asked_than_search_takes() -> None:
    found = pushed(Filter.parse(" ".join(f"tag.t{number}:x" for number in range(30))), NOW)
    assert found is not None
    assert len(found) == 20


def test_jobs_share_the_pairs_they_have_in_common() -> None:
    one, other = (job(name, HyperParameters={"lr": "".join(["0", ".1"]), "n": "1"}) for name in ("a", "b"))
    assert one.hyperparameters is other.hyperparameters
    assert job("c", HyperParameters={"x": '"' + "y" * 3_000 + '"'}).hyperparameters == (("x", "y" * 256),)


@pytest.mark.parametrize(
    ("member", "kind"), [("TuningJobArn", "tuning"), ("AutoMLJobArn", "automl"), ("LabelingJobArn", "labelling")]
)
def test_whose_child_a_job_is(member: str, kind: str) -> None:
    child = job("x", **{member: "arn:aws:sagemaker:us-east-1:111122223333:some-job/father"})
    assert (child.parent_kind, child.parent) == (kind, "father")


def test_a_described_job_keeps_the_tags_that_search_told() -> None:
    from tui.domain.job import JobSnapshot

    described = JobSnapshot.from_api({"TrainingJobName": "bert-large-0412", "HyperParameters": {"lr": "2"}})
    fresh = JobSummary.from_snapshot(described, BERT)
    assert (fresh.tags, fresh.hyperparameters) == (BERT.tags, (("lr", "2"),))
