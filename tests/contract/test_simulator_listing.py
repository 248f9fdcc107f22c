"""ListTrainingJobs and Search: order, paging, filters, and the traps that the service's own have."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tui.simulator import Account, FixedJob, ManualClock, Simulator, fleet

pytest_plugins = ("tests.contract.simulator_support",)

Connect = Callable[..., Any]


@pytest.fixture
def account(stocked_account: Account) -> Account:
    return stocked_account


@pytest.fixture
async def client(account: Account, connect: Connect) -> AsyncIterator[Any]:
    async with Simulator(account) as simulator:
        yield connect(simulator.url)


async def listed(client: Any, **params: Any) -> tuple[list[str], str | None]:
    answer = await asyncio.to_thread(client.list_training_jobs, **params)
    return [each["TrainingJobName"] for each in answer["TrainingJobSummaries"]], answer.get("NextToken")


async def searched(client: Any, *filters: tuple[str, ...], operator: str = "And", **params: Any) -> list[str]:
    """Names of the jobs found; filters are (name, operator, value) or (name, operator)."""
    if filters:
        members = [dict(zip(("Name", "Operator", "Value"), each, strict=False)) for each in filters]
        params["SearchExpression"] = {"Filters": members, "Operator": operator}
    answer = await asyncio.to_thread(client.search, **{"Resource": "TrainingJob", "MaxResults": 100, **params})
    return [each["TrainingJob"]["TrainingJobName"] for each in answer["Results"]]


def names(*numbers: int) -> list[str]:
    return [f"job-{number:02d}" for number in numbers]


async def test_list_defaults_to_ten_and_the_oldest_first(client: Any) -> None:
    page, token = await listed(client)
    assert page == names(*range(10))
    assert (await listed(client, NextToken=token))[0] == names(*range(10, 20))


@pytest.mark.parametrize(
    ("params", "first"),
    [
        ({"SortOrder": "Descending"}, 24),
        ({"SortBy": "Name", "SortOrder": "Descending"}, 24),
        ({"SortBy": "Status"}, 0),
        ({"SortBy": "Status", "SortOrder": "Descending"}, 23),
    ],
)
async def test_list_order(client: Any, params: dict[str, str], first: int) -> None:
    assert (await listed(client, MaxResults=100, **params))[0][0] == f"job-{first:02d}"


async def test_list_filters_by_status_after_it_cut_the_page(client: Any) -> None:
    assert await listed(client, MaxResults=3, StatusEquals="Completed") == (
        names(0),
        (await listed(client, MaxResults=3))[1],
    )


async def test_an_empty_page_is_not_the_end(client: Any) -> None:
    page, token = await listed(client, MaxResults=10, NameContains="24")
    assert page == []
    pages = 1
    while token is not None:
        page, token = await listed(client, MaxResults=10, NameContains="24", NextToken=token)
        pages += 1
    assert (page, pages) == (names(24), 3)


async def test_list_filters_by_time(client: Any, account: Account) -> None:
    middle = account.describe("job-12")
    created, modified = middle["CreationTime"], middle["LastModifiedTime"]
    assert await listed(client, CreationTimeAfter=created, MaxResults=5) == (
        names(13, 14, 15, 16, 17),
        (await listed(client, MaxResults=18))[1],
    )
    assert (await listed(client, CreationTimeBefore=created, MaxResults=100))[0] == names(*range(12))
    assert (await listed(client, LastModifiedTimeAfter=modified, MaxResults=100))[0] == names(*range(12))
    page, token = await listed(client, LastModifiedTimeBefore=modified, MaxResults=10)
    assert (page, token is None) == ([], False)


async def test_list_filters_by_pool_and_plan(client: Any, account: Account) -> None:
    plan = "arn:aws:sagemaker:us-east-1:111122223333:training-plan/reserved"
    account.put(
        FixedJob(
            account.describe("job-07")
            | {"ResourceConfig": {"TrainingPlanArn": plan}, "WarmPoolStatus": {"Status": "InUse"}}
        )
    )
    assert (await listed(client, TrainingPlanArnEquals=plan))[0] == names(7)
    assert (await listed(client, WarmPoolStatusEquals="InUse"))[0] == names(7)
    assert (await listed(client, WarmPoolStatusEquals="Reused"))[0] == []


async def test_summaries_hold_summary_members_only(client: Any) -> None:
    answer = await asyncio.to_thread(client.list_training_jobs, MaxResults=1)
    assert set(answer["TrainingJobSummaries"][0]) == {
        "TrainingJobName",
        "TrainingJobArn",
        "CreationTime",
        "TrainingEndTime",
        "LastModifiedTime",
        "TrainingJobStatus",
        "SecondaryStatus",
    }


@pytest.mark.parametrize(
    "params",
    [
        {"MaxResults": 101},
        {"SortBy": "LastModifiedTime"},
        {"SortOrder": "Sideways"},
        {"StatusEquals": "Sleeping"},
        {"NameContains": "under_score"},
        {"NextToken": "not a token"},
        {"NextToken": "W10="},
    ],
)
async def test_list_refuses(client: Any, params: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        await asyncio.to_thread(client.list_training_jobs, **params)


@pytest.mark.parametrize("order", ["Ascending", "Descending"])
@pytest.mark.parametrize(
    "sort_by", ["LastModifiedTime", "CreationTime", "TrainingJobStatus", "Metrics.loss", "Nowhere"]
)
async def test_search_pages_cover_everything_once(client: Any, sort_by: str, order: str) -> None:
    whole = await searched(client, SortBy=sort_by, SortOrder=order)
    paged: list[str] = []
    paginator = client.get_paginator("search")
    pages = paginator.paginate(Resource="TrainingJob", MaxResults=4, SortBy=sort_by, SortOrder=order)
    for page in await asyncio.to_thread(list, pages):
        paged += [each["TrainingJob"]["TrainingJobName"] for each in page["Results"]]
    assert paged == whole
    assert sorted(paged) == names(*range(25))


async def test_search_defaults_to_the_last_modified_first(client: Any) -> None:
    answer = await asyncio.to_thread(client.search, Resource="TrainingJob")
    assert [each["TrainingJob"]["TrainingJobName"] for each in answer["Results"]] == names(*range(10))
    assert answer["TotalHits"] == {"Value": 25, "Relation": "EqualTo"}


async def test_a_job_that_arrives_between_two_pages_shifts_nothing(client: Any, account: Account) -> None:
    first = await asyncio.to_thread(client.search, Resource="TrainingJob", MaxResults=5)
    late = account.describe("job-00") | {"TrainingJobName": "late", "LastModifiedTime": 2e9}
    account.put(FixedJob(late))
    assert (await searched(client, MaxResults=5, NextToken=first["NextToken"])) == names(*range(5, 10))


async def test_search_results_have_tags_and_lack_what_search_lacks(client: Any) -> None:
    answer = await asyncio.to_thread(client.search, Resource="TrainingJob", MaxResults=1)
    job = answer["Results"][0]["TrainingJob"]
    assert job["Tags"] == [{"Key": "team", "Value": "blue"}]
    assert "ProfilingStatus" not in job


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([("TrainingJobName", "Equals", "job-03")], [3]),
        ([("TrainingJobName", "Contains", "-2")], [20, 21, 22, 23, 24]),
        ([("TrainingJobName", "In", "job-01,job-02")], [1, 2]),
        ([("ResourceConfig.InstanceCount", "GreaterThan", "24")], [24]),
        ([("ResourceConfig.InstanceCount", "GreaterThanOrEqualTo", "25")], [24]),
        ([("ResourceConfig.InstanceCount", "LessThan", "2")], [0]),
        ([("ResourceConfig.InstanceCount", "LessThanOrEqualTo", "2")], [0, 1]),
        ([("ResourceConfig.InstanceCount", "Equals", "3")], [2]),
        ([("Metrics.loss", "GreaterThan", "2.2")], [23, 24]),
        ([("HyperParameters.epochs", "Equals", "5")], [5]),
        (
            [("HyperParameters.model.name", "Equals", "net-1"), ("TrainingJobName", "Contains", "job-1")],
            [11, 13, 15, 17, 19],
        ),
        ([("Tags.team", "Equals", "red"), ("TrainingJobName", "Contains", "job-0")], [1, 3, 5, 7, 9]),
        ([("TrainingEndTime", "NotExists"), ("TrainingJobName", "Contains", "job-0")], [1, 2, 4, 5, 7, 8]),
        ([("TrainingEndTime", "Exists"), ("TrainingJobName", "Contains", "job-0")], [0, 3, 6, 9]),
        ([("TrainingJobStatus", "NotEquals", "InProgress"), ("TrainingJobName", "Contains", "job-2")], [21, 24]),
        ([("CreationTime", "LessThan", "2026-04-12T08:30:02")], [0, 1]),
        ([("LastModifiedTime", "GreaterThan", "2026-04-12T08:46:20Z")], [0, 1, 2]),
        (
            [("EnableManagedSpotTraining", "Equals", "true"), ("TrainingJobName", "Contains", "job-0")],
            [0, 2, 4, 6, 8],
        ),
        ([("ProfilingStatus", "Equals", "Disabled")], []),
        ([("TrainingStartTime", "Equals", "2026-04-12T08:30:00")], []),
        ([("TrainingStartTime.Nowhere", "Equals", "text")], []),
        ([("ResourceConfig", "GreaterThan", "1")], []),
    ],
)
async def test_search_filters(client: Any, filters: list[tuple[str, ...]], found: list[int]) -> None:
    assert sorted(await searched(client, *filters)) == names(*found)


async def test_an_absent_member_equals_nothing(client: Any, account: Account) -> None:
    account.put(FixedJob({"TrainingJobName": "bare"}))
    assert await searched(client, ("SecondaryStatus", "Equals", "Paused")) == []
    assert await searched(client, ("SecondaryStatus", "NotExists")) == ["bare"]


async def test_search_expressions_nest(client: Any) -> None:
    either = [{"Name": "TrainingJobName", "Operator": "Equals", "Value": name} for name in names(3, 4)]
    expression = {
        "Filters": [{"Name": "TrainingJobStatus", "Operator": "Equals", "Value": "Completed"}],
        "SubExpressions": [{"Filters": either, "Operator": "Or"}],
    }
    assert await searched(client, SearchExpression=expression) == names(3)
    assert len(await searched(client, SearchExpression=expression | {"Operator": "Or"})) == 10


@pytest.mark.parametrize(
    "params",
    [
        {"MaxResults": 101},
        {"Resource": "Endpoint"},
        {"NextToken": "***"},
        {"SearchExpression": {}},
        {"SearchExpression": {"Filters": [{"Name": "TrainingJobName", "Operator": "Equals"}]}},
        {"SearchExpression": {"Filters": [{"Name": "TrainingJobName", "Operator": "Like", "Value": "x"}]}},
        {"SearchExpression": {"Filters": [{"Name": "TrainingJobName", "Operator": "LessThan", "Value": "x"}]}},
        {"SearchExpression": {"Filters": [{"Name": "CreationTime", "Operator": "LessThan", "Value": "noon"}]}},
        {"SearchExpression": {"Filters": [{"Name": "TrainingJobName", "Operator": "Contains", "Value": "x"}] * 2}},
        {"SearchExpression": {"Filters": [{"Name": "TrainingJobName", "Value": "x"}] * 21}},
        {"SearchExpression": {"SubExpressions": [{"Filters": [{"Name": "A", "Value": "x"}] * 17}] * 3}},
        {
            "SearchExpression": {
                "NestedFilters": [
                    {
                        "NestedPropertyName": "InputDataConfig.DataSource",
                        "Filters": [{"Name": "InputDataConfig.DataSource.S3DataSource.S3Uri", "Value": "s3://x"}],
                    }
                ]
            }
        },
    ],
)
async def test_search_refuses(client: Any, params: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        await asyncio.to_thread(client.search, **{"Resource": "TrainingJob", **params})


async def test_a_fleet_is_answered_in_order_while_it_lives(clock: ManualClock, connect: Connect) -> None:
    account = fleet(clock, running=40, finished=60)
    async with Simulator(account) as simulator:
        client = connect(simulator.url)
        for _ in range(4):
            clock.advance(150)
            answer = await asyncio.to_thread(client.search, Resource="TrainingJob", MaxResults=100)
            times = [each["TrainingJob"]["LastModifiedTime"] for each in answer["Results"]]
            assert len(times) == 100
            assert times == sorted(times, reverse=True)
            for each in answer["Results"][:10]:
                name = each["TrainingJob"]["TrainingJobName"]
                fresh = account.jobs[name].describe(clock.now())
                assert each["TrainingJob"]["SecondaryStatus"] == fresh["SecondaryStatus"]
