"""Responses of DescribeTrainingJob for tests: any, complete, and hostile, out of botocore's own output shape."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any

from botocore.loaders import create_loader
from botocore.model import ServiceModel
from hypothesis import strategies as st

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_NAIVE = NOW.replace(tzinfo=None)

HOSTILE = [
    "",
    "[/]",
    "[/foo]",
    "[@click=app.quit]x[/]",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07after",
    "\x1b\x1b[A[31m",
    "\x9b2Jgone\x84\x00",
    "one\rtwo\r\nthree",
    "tab\there\nline",
    "\u202eevil\u202c \u2066x\u2069",
    "x" * 10_240,
    "🚀👩‍👩‍👧‍👦 ✓ 漢字",
    "\ud800lone",
    "a\x0bb\x0cc\x1cd\x85e\u2028f",
]
"""What other people may call their things."""


@cache
def output_shape() -> Any:
    """Return botocore's output shape of DescribeTrainingJob."""
    model = ServiceModel(create_loader().load_service_model("sagemaker", "service-2"), "sagemaker")
    return model.operation_model("DescribeTrainingJob").output_shape


def leaf_patterns(shape: Any = None, pattern: str = "") -> Iterator[tuple[str, str]]:
    """Yield the pattern and the type of every leaf of the installed model, in its order."""
    shape = shape or output_shape()
    match shape.type_name:
        case "structure":
            for name, member in shape.members.items():
                yield from leaf_patterns(member, f"{pattern}.{name}" if pattern else name)
        case "list":
            yield from leaf_patterns(shape.member, f"{pattern}[*]")
        case "map":
            yield from leaf_patterns(shape.value, f"{pattern}{{*}}")
        case kind:
            yield pattern, kind


texts = st.one_of(st.text(max_size=20), st.sampled_from(HOSTILE))
moments = st.builds(
    lambda moment, minutes: moment.replace(tzinfo=timezone(timedelta(minutes=minutes))),
    st.one_of(st.datetimes(), st.datetimes(_NAIVE - timedelta(days=20), _NAIVE + timedelta(days=2))),
    st.integers(-1439, 1439),
)
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "timestamp": moments,
    "boolean": st.booleans(),
    "float": st.floats(),
    "double": st.floats(),
    "integer": st.integers(),
    "long": st.integers(),
}
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)


def _of(shape: Any) -> st.SearchStrategy[Any]:
    match shape.type_name:
        case "structure":
            members = {name: _of(member) for name, member in shape.members.items()}
            return st.fixed_dictionaries({}, optional=members)
        case "list":
            return st.lists(_of(shape.member), max_size=2)
        case "map":
            return st.dictionaries(texts, _of(shape.value), max_size=3)
        case "string":
            values = shape.metadata.get("enum")
            return st.sampled_from(values) | texts if values else texts
        case kind:
            return _SCALARS[kind]


responses = _of(output_shape())
"""Any response that the installed model allows, and text where it allows none."""


@st.composite
def responses_with_unknown(draw: st.DrawFn) -> tuple[dict[str, Any], frozenset[str]]:
    """Return a response with members that the SDK does not know, and their paths."""
    raw = draw(responses)
    unknown = set()
    if draw(st.booleans()):
        raw["CreatedBy"] = draw(_json)
        unknown.add("CreatedBy")
    if isinstance(raw.get("OutputDataConfig"), dict) and draw(st.booleans()):
        raw["OutputDataConfig"]["RemoveJobNameFromS3OutputPath"] = draw(_json)
        unknown.add("OutputDataConfig.RemoveJobNameFromS3OutputPath")
    for channel in raw.get("InputDataConfig") or []:
        channel["EnableFFM"] = draw(_json)
        unknown.add("InputDataConfig[*].EnableFFM")
    raw["ResponseMetadata"] = {"RequestId": "not-of-the-job"}
    return raw, frozenset(unknown)


def fully_populated() -> dict[str, Any]:
    """Return one response with every leaf of the installed model, lists and maps twice, all values distinct."""
    numbers = iter(range(1, 100_000))

    def value(shape: Any, name: str) -> Any:
        match shape.type_name:
            case "structure":
                return {key: value(member, key) for key, member in shape.members.items()}
            case "list":
                return [value(shape.member, name) for _ in range(2)]
            case "map":
                return {key: value(shape.value, name) for key in ("plain", "two words")}
            case "string":
                return f"{name}-{next(numbers)}"
            case "boolean":
                return next(numbers) % 2 == 0
            case "timestamp":
                return NOW - timedelta(days=30, minutes=-next(numbers))
            case "float" | "double":
                return next(numbers) + 0.5
            case _:
                return next(numbers) + 1_000

    raw: dict[str, Any] = value(output_shape(), "")
    return raw | {"TrainingJobStatus": "InProgress", "SecondaryStatus": "Training"}
