"""moto's server as a second opinion that no one here wrote."""

from collections.abc import AsyncIterator

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tui.aws.connection import Connection, Target
from tui.aws.sagemaker import SageMaker
from tui.domain.failure import FailureKind, ServiceError
from tui.polling.budget import Budget
from tui.polling.feed import JobFeed
from tui.polling.ports import Order

NAMES = [f"moto-{number}" for number in range(3)]


@pytest.fixture
async def jobs(unused_tcp_port: int) -> AsyncIterator[SageMaker]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=unused_tcp_port, verbose=False)
    server.start()
    url = f"http://127.0.0.1:{unused_tcp_port}"
    connection = Connection(Target(region="us-east-1", endpoint_url=url, credentials=("key", "secret")), Budget())
    try:
        client = boto3.client(
            "sagemaker", "us-east-1", endpoint_url=url, aws_access_key_id="key", aws_secret_access_key="secret"
        )
        for name in NAMES:
            client.create_training_job(
                TrainingJobName=name,
                RoleArn="arn:aws:iam::123456789012:role/training",
                AlgorithmSpecification={"TrainingImage": "image", "TrainingInputMode": "File"},
                OutputDataConfig={"S3OutputPath": "s3://bucket/out"},
                ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 1},
                StoppingCondition={"MaxRuntimeInSeconds": 3600},
                HyperParameters={"lr": "0.1"},
            )
        client.close()
        yield SageMaker(connection)
    finally:
        await connection.close()
        server.stop()


async def test_motos_jobs_are_described_searched_listed_and_fed(jobs: SageMaker) -> None:
    described = (await jobs.describe(NAMES[0])).snapshot
    assert (described.name, described.terminal) == (NAMES[0], True)
    assert described.raw["HyperParameters"] == {"lr": "0.1"}
    assert {job.name for job in (await jobs.search(Order.CREATED)).jobs} >= set(NAMES)
    assert {job.name for job in (await jobs.list()).jobs} >= set(NAMES)
    found = await JobFeed(jobs).fetch()
    assert {job.name for job in found.jobs} >= set(NAMES)
    assert (await jobs.identity()).account == "123456789012"


async def test_a_job_that_moto_does_not_know_is_not_found(jobs: SageMaker) -> None:
    with pytest.raises(ServiceError) as raised:
        await jobs.describe("no-such-job")
    assert raised.value.failure.kind is FailureKind.NOT_FOUND
