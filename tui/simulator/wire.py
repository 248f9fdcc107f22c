"""The wire protocols: what a request asks for, and how an answer to it is written."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from tui.simulator import cbor
from tui.simulator.errors import ServiceError, serialization
from tui.simulator.operations import query_error

_TARGETS = {"SageMaker": "sagemaker", "Logs_20140328": "logs", "GraniteServiceVersion20100801": "cloudwatch"}
"""X-Amz-Target's first part → the service."""
_CBOR_PATH = "/service/GraniteServiceVersion20100801/operation/"
_REST_PATHS = {"/BatchGetMetrics": ("sagemaker-metrics", "BatchGetMetrics")}
_STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_CONTENT_TYPES = {
    "json-1.1": "application/x-amz-json-1.1",
    "json-1.0": "application/x-amz-json-1.0",
    "rest-json": "application/json",
    "cbor": "application/cbor",
    "query": "text/xml",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was understood."""

    protocol: str
    service: str
    operation: str
    """Without the service's prefix, unless the service is not known."""
    params: dict[str, Any] = field(default_factory=dict)
    problem: ServiceError | None = None
    """What is wrong with the request if it can't be read."""
    is_query_compatible: bool = False
    """Whether the client wants the error codes of the older query protocol told."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, but for what all of them have in common."""

    status: int
    content_type: str
    body: bytes
    headers: dict[str, str]


def read_request(path: str, headers: Mapping[str, str], body: bytes) -> Asked:
    """What a request asks for; whatever is wrong with it is told as its `problem`."""
    content_type = headers.get("Content-Type", "").partition(";")[0].strip()
    if path.startswith(_CBOR_PATH):
        return _read_cbor(path.removeprefix(_CBOR_PATH), headers, body)
    if content_type == "application/x-www-form-urlencoded":
        params: dict[str, Any] = dict(parse_qsl(body.decode("utf-8", "replace")))
        return Asked("query", "sts", params.pop("Action", ""), params)
    if path in _REST_PATHS:
        service, operation = _REST_PATHS[path]
        return _read_json(Asked("rest-json", service, operation), body)
    target, _, operation = headers.get("X-Amz-Target", "").rpartition(".")
    protocol = "json-1.0" if content_type.endswith("json-1.0") else "json-1.1"
    if target not in _TARGETS:
        return _read_json(Asked(protocol, "", f"{target}.{operation}".strip(".")), body)
    asked = Asked(
        protocol, _TARGETS[target], operation, is_query_compatible=headers.get("x-amzn-query-mode") == "true"
    )
    return _read_json(asked, body)


def write_answer(asked: Asked, outcome: dict[str, Any] | ServiceError, request_id: str) -> Answer:
    """The response to a request, in its protocol."""
    if asked.protocol == "query":
        return _write_xml(asked.operation, outcome, request_id)
    headers = {"x-amzn-RequestId": request_id}
    status = 200
    if isinstance(outcome, ServiceError):
        status = outcome.status
        if asked.is_query_compatible:
            older = query_error(outcome)
            headers["x-amzn-query-error"] = f"{older.code};{'Sender' if status < 500 else 'Receiver'}"
        headers["x-amzn-ErrorType"] = outcome.code
        outcome = {"__type": outcome.code, "message": outcome.message}
    if asked.protocol == "cbor":
        headers["smithy-protocol"] = "rpc-v2-cbor"
        body = cbor.encode(outcome)
    else:
        body = _dump(outcome)
    return Answer(status, _CONTENT_TYPES[asked.protocol], body, headers)


def _read_cbor(operation: str, headers: Mapping[str, str], body: bytes) -> Asked:
    is_query_compatible = headers.get("x-amzn-query-mode") == "true"
    try:
        params = cbor.decode(body) if body else {}
    except ValueError:
        params = None
    problem = None if isinstance(params, dict) else serialization()
    return Asked(
        "cbor",
        "cloudwatch",
        operation,
        params if isinstance(params, dict) else {},
        problem,
        is_query_compatible=is_query_compatible,
    )


def _read_json(asked: Asked, body: bytes) -> Asked:
    try:
        params = json.loads(body or b"{}")
    except ValueError:
        params = None
    problem = None if isinstance(params, dict) else serialization()
    return Asked(
        asked.protocol,
        asked.service,
        asked.operation,
        params if isinstance(params, dict) else {},
        problem,
        asked.is_query_compatible,
    )


def _dump(value: dict[str, Any]) -> bytes:
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    except ValueError:
        return json.dumps(_spell_out(value), separators=(",", ":")).encode()


def _spell_out(value: Any) -> Any:
    """The value with what JSON has no number for as text, as AWS's JSON protocols have it."""
    if isinstance(value, dict):
        return {key: _spell_out(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_spell_out(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _write_xml(operation: str, outcome: dict[str, Any] | ServiceError, request_id: str) -> Answer:
    headers = {"x-amzn-RequestId": request_id}
    if isinstance(outcome, ServiceError):
        kind = "Sender" if outcome.status < 500 else "Receiver"
        code, message = escape(outcome.code), escape(outcome.message)
        text = (
            f'<ErrorResponse xmlns="{_STS_NAMESPACE}"><Error><Type>{kind}</Type><Code>{code}</Code>'
            f"<Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return Answer(outcome.status, _CONTENT_TYPES["query"], text.encode(), headers)
    members = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in outcome.items())
    text = (
        f'<{operation}Response xmlns="{_STS_NAMESPACE}"><{operation}Result>{members}</{operation}Result>'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
    )
    return Answer(200, _CONTENT_TYPES["query"], text.encode(), headers)
