"""The operations of SageMaker and STS that the simulator knows, on decoded requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tui.simulator.account import Account
from tui.simulator.errors import ServiceError, read_job_name
from tui.simulator.faults import Fault
from tui.simulator.listing import list_training_jobs
from tui.simulator.search import search

CALLER_IDENTITY = "GetCallerIdentity"

_STS_CODES = {
    "ThrottlingException": ("Throttling", 400),
    "ExpiredTokenException": ("ExpiredToken", 403),
    "UnrecognizedClientException": ("InvalidClientTokenId", 403),
    "AccessDeniedException": ("AccessDenied", 403),
}
"""Error codes of the JSON services → STS's own and its HTTP status."""


def describe_training_job(account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """DescribeTrainingJob: everything about one job but its tags."""
    document = account.describe(read_job_name(params))
    return {member: value for member, value in document.items() if member != "Tags"}


def stop_training_job(account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """StopTrainingJob: an empty answer; the job then walks to Stopped by itself."""
    account.stop(read_job_name(params))
    return {}


SAGEMAKER: Mapping[str, Callable[[Account, Mapping[str, Any]], dict[str, Any]]] = {
    "DescribeTrainingJob": describe_training_job,
    "ListTrainingJobs": list_training_jobs,
    "Search": search,
    "StopTrainingJob": stop_training_job,
}


def run(account: Account, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """One SageMaker operation."""
    handler = SAGEMAKER.get(operation)
    if handler is None:
        raise ServiceError("UnknownOperationException", f"The operation {operation or '(none)'} is not known.")
    return handler(account, params)


def caller_identity(account: Account) -> dict[str, str]:
    """The members of GetCallerIdentity's answer."""
    return {
        "Arn": account.caller_arn,
        "UserId": "AROAEXAMPLEEXAMPLE0001:me",
        "Account": account.account_id,
    }


def fault_error(fault: Fault, account: Account, operation: str, params: Mapping[str, Any]) -> ServiceError:
    """The error that an error fault answers with."""
    match fault.kind:
        case "throttle":
            return ServiceError("ThrottlingException", "Rate exceeded")
        case "expired":
            return ServiceError("ExpiredTokenException", "The security token included in the request is expired")
        case "invalid_token":
            return ServiceError(
                "UnrecognizedClientException", "The security token included in the request is invalid."
            )
        case "denied":
            return ServiceError("AccessDeniedException", _denial(account, operation, params))
        case "unavailable":
            return ServiceError("ServiceUnavailable", "The service is unavailable. Please try again shortly.", 503)
        case _:
            return ServiceError("InternalFailure", "We encountered an internal error. Please try again.", 500)


def sts_error(error: ServiceError) -> ServiceError:
    """The same error under the code and status that STS uses for it."""
    code, status = _STS_CODES.get(error.code, (error.code, error.status))
    return ServiceError(code, error.message, status)


def _denial(account: Account, operation: str, params: Mapping[str, Any]) -> str:
    service = "sts" if operation == CALLER_IDENTITY else "sagemaker"
    name = params.get("TrainingJobName")
    resource = account.arn("training-job", str(name)) if name else "*"
    if operation == "ListTrainingJobs" or operation == "Search":
        resource = f"arn:aws:sagemaker:{account.region}:{account.account_id}:*"
    return (
        f"User: {account.caller_arn} is not authorized to perform: {service}:{operation} on resource: {resource} "
        f"because no identity-based policy allows the {service}:{operation} action"
    )
