"""The errors of the service, and the checks of request members that raise them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

JOB_NAME_PATTERN = r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"


class ServiceError(Exception):
    """An error answer in the service's words."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def invalid(message: str) -> ServiceError:
    """A ValidationException."""
    return ServiceError("ValidationException", message)


def constraint(value: object, member: str, rule: str) -> ServiceError:
    """A ValidationException about one request member, worded as the service words it."""
    place = member[:1].lower() + member[1:]
    return invalid(
        f"1 validation error detected: Value '{value}' at '{place}' failed to satisfy constraint: Member must {rule}"
    )


def read_job_name(params: Mapping[str, Any]) -> str:
    """TrainingJobName of a request, checked."""
    name = params.get("TrainingJobName")
    if name is None:
        raise constraint("null", "TrainingJobName", "not be null")
    if not isinstance(name, str):
        raise serialization()
    if len(name) > 63:
        raise constraint(name, "TrainingJobName", "have length less than or equal to 63")
    if not re.fullmatch(JOB_NAME_PATTERN, name):
        raise constraint(name, "TrainingJobName", f"satisfy regular expression pattern: {JOB_NAME_PATTERN}")
    return name


def read_choice(params: Mapping[str, Any], member: str, choices: Sequence[str]) -> str | None:
    """An enum member of a request, checked; None if absent."""
    value = params.get(member)
    if value is not None and value not in choices:
        raise constraint(value, member, f"satisfy enum value set: [{', '.join(choices)}]")
    return value


def read_max_results(params: Mapping[str, Any], default: int) -> int:
    """MaxResults of a request, 1 to 100."""
    value = params.get("MaxResults", default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise serialization()
    if value < 1:
        raise constraint(value, "MaxResults", "have value greater than or equal to 1")
    if value > 100:
        raise constraint(value, "MaxResults", "have value less than or equal to 100")
    return value


def read_time(params: Mapping[str, Any], member: str) -> float | None:
    """A timestamp member of a request in epoch seconds; None if absent."""
    value = params.get(member)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise serialization()
    return float(value)


def serialization() -> ServiceError:
    """What the service answers to a body it cannot read."""
    return ServiceError("SerializationException", "Could not deserialize the request body.")
