"""GetMetricData and BatchGetMetrics over the wire: moto's CloudWatch, and a canned endpoint for what moto lacks."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from aiohttp import web
from moto.server import ThreadedMotoServer

from tui.aws import cloudwatch
from tui.aws.cloudwatch import CloudWatch
from tui.aws.connection import Connection, Target
from tui.aws.errors import classify
from tui.aws.stepmetrics import StepMetricsService
from tui.domain.failure import FailureKind, ServiceError
from tui.domain.series import Point
from tui.polling.budget import Budget
from tui.polling.metricplan import NAMESPACE, MetricQuery

BEGAN = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=30)
ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/job"


def connection(url: str) -> Connection:
    return Connection(Target(region="us-east-1", endpoint_url=url, credentials=("key", "secret")), Budget())


@pytest.fixture
async def moto(unused_tcp_port: int) -> AsyncIterator[Connection]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=unused_tcp_port, verbose=False)
    server.start()
    url = f"http://127.0.0.1:{unused_tcp_port}"
    made = connection(url)
    try:
        client = boto3.client(
            "cloudwatch", "us-east-1", endpoint_url=url, aws_access_key_id="key", aws_secret_access_key="secret"
        )
        for minute in range(10):
            for name, dimension, value in (
                ("GPUUtilization", {"Name": "Host", "Value": "job/algo-1"}, 700.0 + minute),
                ("train:loss", {"Name": "TrainingJobName", "Value": "job"}, 1.0 / (minute + 1)),
            ):
                datum = {
                    "MetricName": name,
                    "Dimensions": [dimension],
                    "Timestamp": BEGAN + timedelta(minutes=minute),
                    "Value": value,
                }
                client.put_metric_data(Namespace=NAMESPACE, MetricData=[datum])
        client.close()
        yield made
    finally:
        await made.close()
        server.stop()


async def test_motos_points_come_back_in_order_for_each_query(moto: Connection) -> None:
    queries = [
        MetricQuery("job", "GPUUtilization", "algo-1", 60),
        MetricQuery("job", "train:loss", "", 60),
        MetricQuery("job-2", "train:loss", "", 60),
    ]
    answer = await CloudWatch(moto).metric_data(queries, BEGAN - timedelta(minutes=1), BEGAN + timedelta(hours=1))
    gpu, loss, nothing = answer.points
    assert [point.y for point in gpu] == [700.0 + minute for minute in range(10)]
    assert [point.x for point in gpu] == [(BEGAN + timedelta(minutes=minute)).timestamp() for minute in range(10)]
    assert [point.y for point in loss] == pytest.approx([1.0 / (minute + 1) for minute in range(10)])
    assert (nothing, answer.trouble, answer.calls) == ((), {}, 1)
    assert moto.budget.calls == 1


Handler = Callable[[web.Request], Awaitable[web.Response]]


@pytest.fixture
async def serve(unused_tcp_port: int) -> AsyncIterator[Callable[[Handler], Awaitable[Connection]]]:
    """Start a canned endpoint; return a connection to it."""
    opened: list[Any] = []

    async def start(handler: Handler) -> Connection:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
        made = connection(f"http://127.0.0.1:{unused_tcp_port}")
        opened.extend((made.close, runner.cleanup))
        return made

    yield start
    for close in opened:
        await close()


def answered(body: object, status: int = 200) -> web.Response:
    return web.Response(body=json.dumps(body).encode(), status=status, content_type="application/json")


async def test_steps_come_back_for_each_name(serve: Callable[[Handler], Awaitable[Connection]]) -> None:
    asked: list[Any] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append((request.path, await request.json()))
        results = [
            {"Status": "Complete", "XAxisValues": [2, 1], "MetricValues": [0.4, 0.5]},
            {"Status": "ValidationError", "Message": "no \x1b[31msuch", "XAxisValues": [], "MetricValues": []},
        ]
        return answered({"MetricQueryResults": results})

    answer = await StepMetricsService(await serve(handler)).step_metrics(ARN, ["train:loss", "nope"])
    assert answer.points == ((Point(1, 0.5), Point(2, 0.4)), ())
    assert answer.trouble == {1: "not accepted: no such"}
    ((path, body),) = asked
    assert path == "/BatchGetMetrics"
    assert body["MetricQueries"][0] == {
        "MetricName": "train:loss",
        "ResourceArn": ARN,
        "MetricStat": "Avg",
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
    }


async def test_an_answer_of_another_length_is_unreadable(serve: Callable[[Handler], Awaitable[Connection]]) -> None:
    async def handler(_: web.Request) -> web.Response:
        return answered({"MetricQueryResults": []})

    with pytest.raises(ServiceError) as raised:
        await StepMetricsService(await serve(handler)).step_metrics(ARN, ["m"])
    assert raised.value.failure.kind is FailureKind.GARBLED


async def test_who_may_not_is_told_what_to_ask_for(serve: Callable[[Handler], Awaitable[Connection]]) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(
            body=b'{"message":"no"}', status=403, headers={"x-amzn-ErrorType": "AccessDeniedException"}
        )

    with pytest.raises(ServiceError) as raised:
        await StepMetricsService(await serve(handler)).step_metrics(ARN, ["m"])
    assert raised.value.failure.kind is FailureKind.DENIED
    assert raised.value.failure.hint == "ask for sagemaker:BatchGetMetrics"


def test_the_action_of_cloudwatch_is_cloudwatchs() -> None:
    from botocore.exceptions import ClientError

    error = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetMetricData")
    assert classify(error, "GetMetricData", None).hint == "ask for cloudwatch:GetMetricData"


class Pages:
    """A connection that answers page after page."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self.pages = list(pages)
        self.tokens: list[object] = []

    async def call(self, service: str, operation: str, parameters: dict[str, Any], read: Any) -> Any:
        assert (service, operation) == ("cloudwatch", "GetMetricData")
        self.tokens.append(parameters.get("NextToken"))
        return read(self.pages.pop(0) if len(self.pages) > 1 else self.pages[0], None)


def page(status: str, minute: int, token: str | None = None) -> dict[str, Any]:
    result = {"Id": "q0", "StatusCode": status, "Timestamps": [BEGAN + timedelta(minutes=minute)], "Values": [minute]}
    return {"MetricDataResults": [result, {"Id": "other"}], "NextToken": token}


async def test_pages_of_one_question_are_put_together() -> None:
    pages = Pages(page("PartialData", 0, "t1"), {"MetricDataResults": [], "NextToken": "t2"}, page("Complete", 1))
    query = MetricQuery("job", "m", "", 60)
    answer = await CloudWatch(pages).metric_data([query], BEGAN, BEGAN + timedelta(hours=1))  # type: ignore[arg-type]
    assert [point.y for point in answer.points[0]] == [0, 1]
    assert (answer.calls, answer.trouble, pages.tokens) == (3, {}, [None, "t1", "t2"])


async def test_endless_pages_end_and_what_is_forbidden_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloudwatch, "_MOST_PAGES", 3)
    query = MetricQuery("job", "m", "", 60)
    endless: Any = Pages(page("PartialData", 0, "again"))
    answer = await CloudWatch(endless).metric_data([query], BEGAN, BEGAN)
    assert (answer.calls, answer.trouble) == (3, {0: "more than 3 pages"})
    forbidden: Any = Pages(page("Forbidden", 0))
    assert (await CloudWatch(forbidden).metric_data([query], BEGAN, BEGAN)).trouble == {
        0: "not allowed: cloudwatch:GetMetricData"
    }
