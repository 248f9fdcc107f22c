"""Keeps what botocore drops: members that the service sends and the installed SDK's model does not know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tui.domain.text import safe_text

if TYPE_CHECKING:
    from botocore.model import Shape

_BODY: Final = "Body"


def keep_body(
    response_dict: Mapping[str, Any] | None = None, parsed_response: dict[str, Any] | None = None, **_: object
) -> None:
    """Handle botocore's `response-received`: leave the raw body beside what was parsed from it."""
    if response_dict and parsed_response is not None and "ResponseMetadata" in parsed_response:
        parsed_response["ResponseMetadata"][_BODY] = response_dict["body"]


def lenient_timestamp(value: object) -> object:
    """Parse a timestamp as botocore does; what it cannot read stays as it came, and the rest is still shown."""
    try:
        if isinstance(value, int | float):
            # What the service sends; the SDK would ask for the host's time zone, each time.
            return datetime.fromtimestamp(value, UTC)
        from botocore.utils import parse_timestamp

        parsed: datetime = parse_timestamp(value).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, OSError, RuntimeError):
        return value
    return parsed


def with_unknown(response: Mapping[str, Any], shape: Shape) -> tuple[dict[str, Any], frozenset[str]]:
    """Return a parsed response with the unknown members of its raw JSON body, and their paths.

    Paths are dotted, list positions `[*]`; a path stands for all that lies under it. ResponseMetadata is dropped.
    """
    unknown: set[str] = set()
    body = json.loads(response.get("ResponseMetadata", {}).get(_BODY) or b"{}")
    merged = _merge({k: v for k, v in response.items() if k != "ResponseMetadata"}, body, shape, "", unknown)
    return merged, frozenset(unknown)


def _merge(parsed: Any, body: object, shape: Any, path: str, unknown: set[str]) -> Any:
    if shape.type_name == "structure" and isinstance(parsed, dict) and isinstance(body, Mapping):
        merged = {}
        prefix = f"{path}." if path else ""
        for name, value in parsed.items():
            inner = shape.members.get(name)
            if inner is None:
                merged[name] = value
            else:
                wire = body.get(inner.serialization.get("name", name))
                merged[name] = _merge(value, wire, inner, f"{prefix}{name}", unknown)
        for name, value in body.items():
            if name not in shape.members and name not in merged:
                merged[name] = value
                # The path is shown and compared with sanitised ones.
                unknown.add(f"{prefix}{safe_text(str(name))}")
        return merged
    if shape.type_name == "list" and isinstance(parsed, list) and isinstance(body, list) and len(parsed) == len(body):
        return [_merge(a, b, shape.member, f"{path}[*]", unknown) for a, b in zip(parsed, body, strict=True)]
    return parsed
