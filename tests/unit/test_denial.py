"""What a refusal tells: the missing action, and whether a statement of the role's own would heal it."""

import pytest

from tui.domain.denial import Denial, denial

USER = "User: arn:aws:sts::111122223333:assumed-role/ml-dev/me is not authorized to perform: "
JOB = "arn:aws:sagemaker:us-east-1:111122223333:training-job/bert"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            f"{USER}sagemaker:Search because no identity-based policy allows the sagemaker:Search action",
            Denial("sagemaker:Search", "", "identity-based"),
        ),
        (
            f"{USER}sagemaker:DescribeTrainingJob on resource: {JOB}"
            " with an explicit deny in a service control policy",
            Denial("sagemaker:DescribeTrainingJob", JOB, "service control", explicit=True),
        ),
        (
            f"{USER}sagemaker:Search with an explicit deny in an identity-based policy: arn:aws:iam::1:policy/no",
            Denial("sagemaker:Search", "", "identity-based", explicit=True),
        ),
        (
            f"{USER}sagemaker:Search with an explicit deny",
            Denial("sagemaker:Search", explicit=True),
        ),
        (
            f"{USER}logs:FilterLogEvents on resource: {JOB} because no permissions boundary allows the x action",
            Denial("logs:FilterLogEvents", JOB, "permissions boundary"),
        ),
        (
            f"{USER}logs:FilterLogEvents because no VPC endpoint policy allows the logs:FilterLogEvents action",
            Denial("logs:FilterLogEvents", "", "VPC endpoint"),
        ),
        (
            f"{USER}kms:Decrypt on resource: arn:aws:kms:us-east-1:1:key/k because no session policy allows the x",
            Denial("kms:Decrypt", "arn:aws:kms:us-east-1:1:key/k", "session"),
        ),
        ("Access denied", Denial("sagemaker:Search")),
        (f"{USER}*:* on resource: *", Denial("sagemaker:Search")),
        (f"{USER}sagemaker:* on resource: {JOB}", Denial("sagemaker:Search", JOB)),
        ("", Denial("sagemaker:Search")),
    ],
)
def test_what_a_message_tells(said: str, told: Denial) -> None:
    assert denial("sagemaker:Search", said) == told


@pytest.mark.parametrize(
    ("told", "heals", "cure"),
    [
        (Denial("sagemaker:Search"), True, "ask for sagemaker:Search"),
        (Denial("sagemaker:Search", policy="identity-based"), True, "ask for sagemaker:Search"),
        (
            Denial("sagemaker:Search", policy="service control", explicit=True),
            False,
            "denied explicitly in a service control policy: no added statement heals that",
        ),
        (Denial("sagemaker:Search", policy="identity-based", explicit=True), False, "in an identity-based policy"),
        (
            Denial("sagemaker:Search", policy="permissions boundary"),
            False,
            "in the permissions boundary: a statement",
        ),
        (Denial("sagemaker:Search", policy="VPC endpoint"), False, "in the VPC endpoint policy: a statement"),
    ],
)
def test_only_where_the_roles_own_policy_lacks_it_a_statement_heals(told: Denial, heals: bool, cure: str) -> None:
    assert told.statement_heals is heals
    assert cure in told.cure
    assert told.action in told.cure
