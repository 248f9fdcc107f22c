"""The operations that the simulator knows, on decoded requests, whatever protocol they came by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from tui.simulator.account import Account
from tui.simulator.errors import ServiceError, read_job_name
from tui.simulator.faults import PAGE_KINDS, Fault
from tui.simulator.listing import list_training_jobs
from tui.simulator.log_operations import describe_log_streams, filter_log_events, get_log_events, spoil_page
from tui.simulator.metric_data import get_metric_data
from tui.simulator.search import search
from tui.simulator.step_metrics import batch_get_metrics

CALLER_IDENTITY = "GetCallerIdentity"

_QUERY_CODES = {
    "ThrottlingException": ("Throttling", 400),
    "ExpiredTokenException": ("ExpiredToken", 403),
    "UnrecognizedClientException": ("InvalidClientTokenId", 403),
    "AccessDeniedException": ("AccessDenied", 403),
}
"""Error codes of the JSON services → those of STS and CloudWatch, and their HTTP status."""


def describe_training_job(account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """DescribeTrainingJob: everything about one job but its tags."""
    document = account.describe(read_job_name(params))
    return {member: value for member, value in document.items() if member != "Tags"}


def stop_training_job(account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """StopTrainingJob: an empty answer; the job then walks to Stopped by itself."""
    account.stop(read_job_name(params))
    return {}


_Handler = Callable[[Account, Mapping[str, Any]], dict[str, Any]]

OPERATIONS: Mapping[str, Mapping[str, _Handler]] = {
    "sagemaker": {
        "DescribeTrainingJob": describe_training_job,
        "ListTrainingJobs": list_training_jobs,
        "Search": search,
        "StopTrainingJob": stop_training_job,
    },
    "logs": {
        "FilterLogEvents": filter_log_events,
        "GetLogEvents": get_log_events,
        "DescribeLogStreams": describe_log_streams,
    },
    "cloudwatch": {"GetMetricData": get_metric_data},
    "sagemaker-metrics": {"BatchGetMetrics": batch_get_metrics},
}
"""By the service's name as IAM and boto3 have it."""


def run(
    account: Account,
    operation: str,
    params: Mapping[str, Any],
    service: str = "sagemaker",
    fault: Fault | None = None,
) -> dict[str, Any]:
    """One operation; a fault of pages spoils its answer."""
    if service == "sts" and operation == CALLER_IDENTITY:
        return dict(caller_identity(account))
    if service == "sts":
        raise ServiceError("InvalidAction", f"Could not find operation {operation} for version 2011-06-15")
    handler = OPERATIONS.get(service, {}).get(operation)
    if handler is None:
        raise ServiceError("UnknownOperationException", f"The operation {operation or '(none)'} is not known.")
    if fault is not None and fault.kind in PAGE_KINDS:
        return spoil_page(account, params, fault)
    return handler(account, params)


def caller_identity(account: Account) -> dict[str, str]:
    """The members of GetCallerIdentity's answer."""
    return {
        "Arn": account.caller_arn,
        "UserId": "AROAEXAMPLEEXAMPLE0001:me",
        "Account": account.account_id,
    }


def fault_error(
    fault: Fault, account: Account, operation: str, params: Mapping[str, Any], service: str = "sagemaker"
) -> ServiceError:
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
            return ServiceError("AccessDeniedException", _denial(account, service, operation, params))
        case "wrong_clock":
            now = account.clock.now()
            signed, oldest = (f"{now - timedelta(minutes=late):%Y%m%dT%H%M%SZ}" for late in (60, 5))
            said = f"Signature expired: {signed} is now earlier than {oldest} ({now:%Y%m%dT%H%M%SZ} - 5 min.)"
            return ServiceError("InvalidSignatureException", said)
        case "unavailable":
            return ServiceError("ServiceUnavailable", "The service is unavailable. Please try again shortly.", 503)
        case _:
            return ServiceError("InternalFailure", "We encountered an internal error. Please try again.", 500)


def query_error(error: ServiceError) -> ServiceError:
    """The same error under the code and status that services with the older query protocol use for it."""
    code, status = _QUERY_CODES.get(error.code, (error.code, error.status))
    return ServiceError(code, error.message, status)


def _denial(account: Account, service: str, operation: str, params: Mapping[str, Any]) -> str:
    action = f"{'sagemaker' if service == 'sagemaker-metrics' else service}:{operation}"
    name = params.get("TrainingJobName")
    resource = account.arn("training-job", str(name)) if name else "*"
    if operation == "ListTrainingJobs" or operation == "Search":
        resource = f"arn:aws:sagemaker:{account.region}:{account.account_id}:*"
    elif service == "logs":
        group = params.get("logGroupName", "*")
        resource = f"arn:aws:logs:{account.region}:{account.account_id}:log-group:{group}:log-stream:"
    elif operation == "BatchGetMetrics" and params.get("MetricQueries"):
        resource = str(params["MetricQueries"][0].get("ResourceArn", "*"))
    where = "" if service == "cloudwatch" else f" on resource: {resource}"
    return (
        f"User: {account.caller_arn} is not authorized to perform: {action}{where} "
        f"because no identity-based policy allows the {action} action"
    )
