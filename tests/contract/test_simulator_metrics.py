"""The simulated CloudWatch and SageMaker metrics through boto3, in every protocol a client may pick."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from tui.simulator import (
    Account,
    Datapoint,
    Fault,
    FixedJob,
    ManualClock,
    ScriptedJob,
    Simulator,
    Story,
    demo_account,
)
from tui.simulator.cbor import Instant, decode, encode
from tui.simulator.demo_health import unwell
from tui.simulator.demo_parts import PYTORCH, base, machines, plain_life
from tui.simulator.operations import run
from tui.simulator.script import Script

pytest_plugins = ("tests.contract.simulator_support",)

Connect = Callable[..., Any]
START = datetime(2026, 4, 12, 9, 30, tzinfo=UTC)
NAMESPACE = "/aws/sagemaker/TrainingJobs"
AT = START.timestamp()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def account(clock: ManualClock) -> Account:
    return Account(clock)


@pytest.fixture
async def simulator(account: Account) -> AsyncIterator[Simulator]:
    async with Simulator(account) as simulator:
        yield simulator


@pytest.fixture(params=["smithy-rpc-v2-cbor", "json"])
def cloudwatch(request: pytest.FixtureRequest, simulator: Simulator) -> Any:
    """A CloudWatch client that speaks one protocol."""
    session = boto3.Session(aws_access_key_id="AK", aws_secret_access_key="no", region_name="us-east-1")
    loader = session._session.get_component("data_loader")
    load = loader.load_service_model

    def load_with_one_protocol(service: str, kind: str, api_version: str | None = None) -> Any:
        model = load(service, kind, api_version)
        if service == "cloudwatch" and kind == "service-2":
            metadata = model["metadata"] | {"protocol": request.param, "protocols": [request.param]}
            return {**model, "metadata": metadata}
        return model

    loader.load_service_model = load_with_one_protocol
    config = Config(retries={"total_max_attempts": 1})
    client = session.client("cloudwatch", endpoint_url=simulator.url, config=config)
    yield client
    client.close()


def job(account: Account, name: str = "net", hosts: int = 2, **story: Any) -> ScriptedJob:
    """A job that has just been created and whose containers start 256 s later."""
    document = base(
        account,
        name,
        image=PYTORCH,
        resources=machines("ml.g5.12xlarge", hosts),
        metrics=("train:loss", "val:acc"),
    )
    script = Script(steps=plain_life(7200), metrics=(("train:loss", 0.3),), story=Story(**story))
    return ScriptedJob(document, script, account.clock.now())


def query(name: str, value: str, stat: str = "Average", period: int = 60, id: str = "q1") -> dict[str, Any]:
    dimension = {"Name": "Host" if "/algo-" in value else "TrainingJobName", "Value": value}
    metric = {"Namespace": NAMESPACE, "MetricName": name, "Dimensions": [dimension]}
    return {"Id": id, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}


async def ask(client: Any, *queries: dict[str, Any], since: float = 7200, **params: Any) -> dict[str, Any]:
    until = START + timedelta(seconds=7200)
    answer: dict[str, Any] = await asyncio.to_thread(
        client.get_metric_data,
        **{
            "MetricDataQueries": list(queries),
            "StartTime": until - timedelta(seconds=since),
            "EndTime": until,
            "ScanBy": "TimestampAscending",
            **params,
        },
    )
    return answer


async def test_datapoints_to_the_letter(simulator: Simulator, cloudwatch: Any, clock: ManualClock) -> None:
    metrics = simulator.account.metrics
    metrics.put("loss", [Datapoint(AT + 5, 1.0), Datapoint(AT + 50, 3.0), Datapoint(AT + 61, 8.0)], job="x")
    metrics.put("GPUUtilization", [Datapoint(AT, 390.0, available_at=AT + 90)], host="x/algo-1")
    stats = ("Average", "Maximum", "Minimum", "Sum", "SampleCount", "p100")
    answer = await ask(cloudwatch, *(query("loss", "x", stat, id=f"q{n}") for n, stat in enumerate(stats)))
    results = answer["MetricDataResults"]
    assert [result["Values"] for result in results] == [[2, 8], [3, 8], [1, 8], [4, 8], [2, 1], [3, 8]]
    assert results[0]["Timestamps"] == [START, START + timedelta(seconds=60)]
    assert (results[0]["Label"], results[0]["StatusCode"]) == ("loss", "Complete")
    assert (await ask(cloudwatch, query("GPUUtilization", "x/algo-1")))["MetricDataResults"][0]["Values"] == []
    clock.advance(90)
    assert (await ask(cloudwatch, query("GPUUtilization", "x/algo-1")))["MetricDataResults"][0]["Values"] == [390]
    assert simulator.calls.count("GetMetricData") == 3
    assert simulator.calls.entries[0].params["MetricDataQueries"][0]["MetricStat"]["Period"] == 60


async def test_pages_of_datapoints(simulator: Simulator, cloudwatch: Any, clock: ManualClock) -> None:
    clock.advance(7200)
    for name in ("a", "b"):
        simulator.account.metrics.put(name, [Datapoint(AT + 60 * n, n) for n in range(10)], job="x")
    for scan, expected in (("TimestampAscending", list(range(10))), ("TimestampDescending", list(range(9, -1, -1)))):
        found: dict[str, list[float]] = {"qa": [], "qb": []}
        statuses = []
        token: dict[str, Any] = {}
        while True:
            queries = [query("a", "x", id="qa"), query("b", "x", id="qb")]
            answer = await ask(cloudwatch, *queries, MaxDatapoints=4, ScanBy=scan, **token)
            for result in answer["MetricDataResults"]:
                found[result["Id"]] += result["Values"]
                statuses.append(result["StatusCode"])
            if "NextToken" not in answer:
                break
            token = {"NextToken": answer["NextToken"]}
        assert found == {"qa": expected, "qb": expected}
        assert {"PartialData", "Complete"} == set(statuses)


async def test_instances_are_summed_up_over_their_parts(
    simulator: Simulator, cloudwatch: Any, clock: ManualClock
) -> None:
    simulator.account.put(job(simulator.account))
    clock.advance(7200)
    names = ("GPUUtilization", "CPUUtilization", "MemoryUtilization", "GPUMemoryUtilization", "DiskUtilization")
    answer = await ask(cloudwatch, *(query(name, "net/algo-2", id=f"q{n}") for n, name in enumerate(names)))
    gpu, cpu, memory, gpu_memory, disk = (result["Values"] for result in answer["MetricDataResults"])
    assert 100 < max(gpu) <= 400
    assert 100 < max(gpu_memory) <= 400
    assert 400 < max(cpu) <= 4800
    assert max(memory + disk) <= 100
    assert 100 < len(gpu) <= 120
    times = answer["MetricDataResults"][0]["Timestamps"]
    assert all(time.second == 0 for time in times)
    assert timedelta(minutes=1) <= START + timedelta(seconds=7200) - times[-1] <= timedelta(minutes=4)


async def test_dimensions_are_exact(simulator: Simulator, cloudwatch: Any, clock: ManualClock) -> None:
    simulator.account.put(job(simulator.account))
    clock.advance(3600)
    wrong = [
        query("train:loss", "net/algo-1"),
        query("GPUUtilization", "net"),
        query("GPUUtilization", "net/algo-3"),
        query("no:such", "net"),
        query("GPUUtilization", "nobody/algo-1"),
    ]
    queries = [each | {"Id": f"q{number}"} for number, each in enumerate(wrong)]
    answer = await ask(cloudwatch, *queries)
    assert [(each["Values"], each["StatusCode"]) for each in answer["MetricDataResults"]] == [([], "Complete")] * 5
    right = (await ask(cloudwatch, query("train:loss", "net", period=300)))["MetricDataResults"][0]
    assert len(right["Values"]) >= 9
    assert right["Values"][0] > right["Values"][-1]
    assert all(time.timestamp() % 300 == 0 for time in right["Timestamps"])


BAD = [
    ({"MetricDataQueries": [query("a", "x", period=90)]}, "ValidationError"),
    ({"MetricDataQueries": [query("a", "x", stat="Middle")]}, "ValidationError"),
    ({"MetricDataQueries": [query("a", "x"), query("b", "x")]}, "ValidationError"),
    ({"MetricDataQueries": [query("a", "x", id="Upper")]}, "ValidationError"),
    ({"MetricDataQueries": [{"Id": "q", "Expression": "a+b"}]}, "ValidationError"),
    ({"MetricDataQueries": [query("a", "x", id=f"q{n}") for n in range(501)]}, "ValidationError"),
    ({"EndTime": START - timedelta(days=2)}, "ValidationError"),
    ({"NextToken": "what"}, "InvalidNextToken"),
]


@pytest.mark.parametrize(("params", "code"), BAD)
async def test_refusals(cloudwatch: Any, params: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as caught:
        await ask(cloudwatch, query("a", "x"), **params)
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        ("throttle", "Throttling", 400),
        ("expired", "ExpiredToken", 400),
        ("denied", "AccessDenied", 400),
        ("server_error", "InternalFailure", 500),
    ],
)
async def test_faults(simulator: Simulator, cloudwatch: Any, kind: str, code: str, status: int) -> None:
    simulator.faults.add(Fault(kind, "GetMetricData", times=1))
    with pytest.raises(ClientError) as caught:
        await ask(cloudwatch, query("a", "x"))
    answer = caught.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert answer["ResponseMetadata"]["RequestId"]
    if kind == "denied":
        assert "cloudwatch:GetMetricData because" in answer["Error"]["Message"]
    assert (await ask(cloudwatch, query("a", "x")))["MetricDataResults"][0]["Values"] == []


async def test_the_protocol_the_installed_client_picks(simulator: Simulator, connect: Connect) -> None:
    simulator.account.metrics.put("a", [Datapoint(AT - 60, 1.5)], job="x")
    answer = await asyncio.to_thread(
        connect(simulator.url, "cloudwatch").get_metric_data,
        MetricDataQueries=[query("a", "x")],
        StartTime=START - timedelta(minutes=5),
        EndTime=START,
    )
    assert answer["MetricDataResults"][0]["Values"] == [1.5]


def steps(name: str, arn: str, stat: str = "Last", **more: Any) -> dict[str, Any]:
    asked = {"Period": "IterationNumber", "XAxisType": "IterationNumber", **more}
    return {"MetricName": name, "ResourceArn": arn, "MetricStat": stat, **asked}


async def test_metrics_by_step(simulator: Simulator, connect: Connect, clock: ManualClock) -> None:
    account = simulator.account
    account.put(job(account, "Net-A", ailment="nan", onset_seconds=600))
    account.put(FixedJob({"TrainingJobName": "off", "AlgorithmSpecification": {}}))
    fixed = {"TrainingJobName": "own", "AlgorithmSpecification": {"EnableSageMakerMetricsTimeSeries": True}}
    account.put(FixedJob(fixed))
    account.metrics.put_steps("own", "loss", [(20, 0.5), (10, 0.75)])
    clock.advance(3600)
    client = connect(simulator.url, "sagemaker-metrics")
    arn = account.arn("training-job", "Net-A")
    asked = [
        steps("train:loss", arn),
        steps("train:loss", arn, Start=100, End=200),
        steps("train:loss", arn, "Avg", Period="OneMinute", XAxisType="Timestamp"),
        steps("loss", account.arn("training-job", "own")),
        steps("loss", account.arn("training-job", "off")),
        steps("loss", account.arn("training-job", "nobody")),
        steps("train:loss", arn, Period="OneMinute"),
    ]
    answer = await asyncio.to_thread(client.batch_get_metrics, MetricQueries=asked)
    results = answer["MetricQueryResults"]
    assert [result["Status"] for result in results] == ["Complete"] * 4 + ["ValidationError"] * 3
    whole, part, by_time, own, *refused = results
    assert len(whole["XAxisValues"]) == len(whole["MetricValues"]) > 300
    assert whole["XAxisValues"] == sorted(set(whole["XAxisValues"]))
    values = [float(value) for value in whole["MetricValues"]]
    assert (math.isfinite(values[0]), math.isnan(values[-1])) == (True, True)
    assert all(100 <= step <= 200 for step in part["XAxisValues"])
    assert by_time["XAxisValues"][0] > AT * 1000
    assert (own["XAxisValues"], own["MetricValues"]) == ([10, 20], [0.75, 0.5])
    assert all(result["Message"] and result["XAxisValues"] == [] for result in refused)


async def test_refusals_by_step(simulator: Simulator, connect: Connect) -> None:
    client = connect(simulator.url, "sagemaker-metrics", parameter_validation=False)
    arn = simulator.account.arn("training-job", "x")
    for queries in ([], [steps("loss", arn)] * 101, [{"MetricName": "loss"}]):
        with pytest.raises(ClientError) as caught:
            await asyncio.to_thread(client.batch_get_metrics, MetricQueries=queries)
        assert caught.value.response["Error"]["Code"] == "ValidationException"
    simulator.faults.add(Fault("denied", "BatchGetMetrics", times=1))
    with pytest.raises(ClientError) as caught:
        await asyncio.to_thread(client.batch_get_metrics, MetricQueries=[steps("loss", arn)])
    assert f"sagemaker:BatchGetMetrics on resource: {arn}" in caught.value.response["Error"]["Message"]
    assert simulator.calls.count("BatchGetMetrics") == 4


def demo_values(account: Account, name: str, value: str, period: int = 600, since: float = 6 * 3600) -> list[float]:
    answer = run(
        account,
        "GetMetricData",
        {
            "MetricDataQueries": [query(name, value, period=period)],
            "StartTime": AT - since,
            "EndTime": AT,
            "ScanBy": "TimestampAscending",
        },
        "cloudwatch",
    )
    found: list[float] = answer["MetricDataResults"][0]["Values"]
    return found


def test_what_is_wrong_with_the_demos_jobs(clock: ManualClock) -> None:
    account = demo_account(clock)
    assert {each.name for each in unwell(account, START)} <= account.jobs.keys()
    assert demo_values(account, "GPUUtilization", "clip-dataloader-bound/algo-1")[-1] < 20
    hang = demo_values(account, "GPUUtilization", "llama-8b-hang-4x/algo-2")
    assert hang[-1] < 10 < 600 < max(hang)
    stragglers = [
        demo_values(account, "GPUUtilization", f"bert-base-straggler-4x/algo-{n}")[-2] for n in (1, 2, 3, 4)
    ]
    assert stragglers.index(min(stragglers)) == 2
    memory = demo_values(account, "MemoryUtilization", "rag-indexer-memory-creep/algo-1")
    assert memory[-1] - memory[0] > 15
    loss = demo_values(account, "g_loss", "dcgan-lr-too-high", 60)
    assert loss[-1] > 2 * min(loss)
    plateau = demo_values(account, "train:loss", "ner-distil-plateau", since=4 * 3600)
    assert max(plateau) / min(plateau) < 1.02
    gap = demo_values(account, "val:loss", "resnet18-overfit"), demo_values(account, "train:loss", "resnet18-overfit")
    assert gap[0][-1] > gap[0][0]
    assert gap[1][-1] < gap[1][0]
    speed = demo_values(account, "samples_per_second", "vit-b16-throttled")
    assert speed[-1] < 0.5 * speed[0]
    nan = demo_values(account, "train:loss", "gpt2-small-loss-nan", 60, 3600)
    assert 0 < len(nan) < 30  # CloudWatch keeps no NaN: the curve just ends
    assert account.describe("whisper-spot-no-checkpoint")["EnableManagedSpotTraining"]
    assert "CheckpointConfig" not in account.describe("whisper-spot-no-checkpoint")


def test_the_same_values_at_any_time(account: Account, clock: ManualClock) -> None:
    account.put(job(account))
    clock.advance(3600)
    asked = {
        "MetricDataQueries": [query("GPUUtilization", "net/algo-1"), query("train:loss", "net", id="q2")],
        "StartTime": AT,
        "EndTime": AT + 3000,
    }
    first = run(account, "GetMetricData", asked, "cloudwatch")
    clock.advance(86_400)
    assert run(account, "GetMetricData", asked, "cloudwatch") == first


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.floats(allow_nan=False, allow_infinity=False).map(Instant),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_cbor_round_trip(value: Any) -> None:
    again = decode(encode(value))
    assert again == value
    assert type(again) is type(value)


@given(st.binary(max_size=40))
def test_cbor_refuses_or_reads_but_never_breaks(data: bytes) -> None:
    try:
        decode(data)
    except ValueError:
        return


def test_cbor_of_other_writers() -> None:
    assert decode(bytes.fromhex("bf61610161629f0203ffff")) == {"a": 1, "b": [2, 3]}
    assert decode(bytes.fromhex("7f657374726561646d696e67ff")) == "streaming"
    assert decode(bytes.fromhex("f93e00")) == 1.5
    assert math.isnan(decode(encode(math.nan)))
