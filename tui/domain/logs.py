"""Where the logs of a training job are in CloudWatch Logs."""

from typing import Final

GROUP: Final = "/aws/sagemaker/TrainingJobs"
RULES_GROUP: Final = "/aws/sagemaker/ProcessingJobs"


def stream_prefix(job: str) -> str:
    """Return the prefix of a job's streams; without the slash it would match the streams of `job-2` too."""
    return f"{job}/"


def tail_command(job: str, region: str) -> str:
    """Return the AWS CLI command that follows the streams of a job."""
    where = f" --region {region}" if region else ""
    return f"aws logs tail {GROUP} --log-stream-name-prefix {stream_prefix(job)} --follow{where}"
