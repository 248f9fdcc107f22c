"""Where the logs of a training job are in CloudWatch Logs, and what an event of them is."""

import shlex
from dataclasses import dataclass
from typing import Final

GROUP: Final = "/aws/sagemaker/TrainingJobs"
RULES_GROUP: Final = "/aws/sagemaker/ProcessingJobs"


def stream_prefix(job: str) -> str:
    """Return the prefix of a job's streams; without the slash it would match the streams of `job-2` too."""
    return f"{job}/"


def tail_command(job: str, region: str) -> str:
    """Return the AWS CLI command that follows the streams of a job."""
    where = f" --region {shlex.quote(region)}" if region else ""
    return f"aws logs tail {GROUP} --log-stream-name-prefix {shlex.quote(stream_prefix(job))} --follow{where}"


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event of FilterLogEvents, as the service delivers it: the message is foreign and not yet sanitised.

    The job's own metric regexes run on it; what is shown goes through `tui.domain.loglines` first.
    """

    id: str
    """eventId: the same event may come more than once."""
    at: int
    """timestamp, epoch milliseconds, by the container's clock."""
    ingested: int
    """ingestionTime, epoch milliseconds."""
    stream: str
    message: str


def host_of(stream: str, job: str) -> str:
    """Return the host that writes a stream: `algo-3` of `job/algo-3-1712345678`; the stream's own name otherwise."""
    name = stream.removeprefix(stream_prefix(job))
    head, dash, tail = name.rpartition("-")
    return head if dash and tail.isdigit() and head else name
