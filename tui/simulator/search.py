"""Search over training jobs: filters on any property, sorted by any property."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tui.simulator.account import Account
from tui.simulator.errors import constraint, invalid, read_choice, read_max_results
from tui.simulator.paging import Row, SortKey, cut_page, cut_sorted_page, sort_key

DEFAULT_PAGE = 10
OPERATORS = (
    "Equals",
    "NotEquals",
    "GreaterThan",
    "GreaterThanOrEqualTo",
    "LessThan",
    "LessThanOrEqualTo",
    "Contains",
    "Exists",
    "NotExists",
    "In",
)
RESOURCES = ("TrainingJob",)

NOT_SEARCHED = frozenset(
    {
        "BillableTokenCount",
        "InfraCheckConfig",
        "MlflowConfig",
        "MlflowDetails",
        "ProfilerRuleConfigurations",
        "ProfilerRuleEvaluationStatuses",
        "ProfilingStatus",
        "ProgressInfo",
        "RemoteDebugConfig",
        "ServerlessJobConfig",
    }
)
"""Members of DescribeTrainingJob that Search doesn't return."""

_PLAIN = frozenset(
    {
        "TrainingJobName",
        "TrainingJobStatus",
        "SecondaryStatus",
        "CreationTime",
        "LastModifiedTime",
        "TrainingStartTime",
        "TrainingEndTime",
    }
)
"""Members with one plain value each."""

_Test = Callable[[Row], bool]


def search(account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """One page of Results, each with a TrainingJob, and how many jobs match in all."""
    if params.get("Resource") is None:
        raise constraint("null", "Resource", "not be null")
    read_choice(params, "Resource", RESOURCES)
    descending = read_choice(params, "SortOrder", ("Ascending", "Descending")) != "Ascending"
    expression = params.get("SearchExpression")
    rows = account.describe_all()
    if expression is not None:
        _check_size(expression)
        test = _compile(expression)
        rows = [row for row in rows if test(row)]
    sort_by = str(params.get("SortBy") or "LastModifiedTime")
    # The account keeps its jobs in the usual order.
    cut = cut_sorted_page if sort_by == "LastModifiedTime" else cut_page
    page, token = cut(
        rows,
        _key(sort_by),
        descending=descending,
        token=params.get("NextToken"),
        limit=read_max_results(params, DEFAULT_PAGE),
    )
    answer: dict[str, Any] = {
        "Results": [{"TrainingJob": {k: v for k, v in row.items() if k not in NOT_SEARCHED}} for row in page],
        "TotalHits": {"Value": len(rows), "Relation": "EqualTo"},
    }
    if token is not None:
        answer["NextToken"] = token
    return answer


def _key(path: str) -> Callable[[Row], SortKey]:
    return lambda row: sort_key(next(_values(row, path), None), row["TrainingJobName"])


def _check_size(expression: Mapping[str, Any]) -> None:
    parts = list(_parts(expression))
    if len(parts) > 50:
        raise invalid("The number of filters, nested filters and subexpressions must not exceed 50.")
    names = Counter(part.get("Name") for part in parts if part.get("Operator") == "Contains")
    if any(count > 1 for count in names.values()):
        raise invalid("A SearchExpression can include only one Contains operator for each property.")


def _parts(expression: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from expression.get("Filters") or ()
    for inner in expression.get("SubExpressions") or ():
        yield inner
        yield from _parts(inner)


def _compile(expression: Mapping[str, Any]) -> _Test:
    if expression.get("NestedFilters"):
        raise invalid("NestedFilters are not supported for the resource TrainingJob.")
    filters = expression.get("Filters") or ()
    if len(filters) > 20:
        raise constraint(len(filters), "Filters", "have length less than or equal to 20")
    tests = [_filter(each) for each in filters]
    tests += [_compile(each) for each in expression.get("SubExpressions") or ()]
    if not tests:
        raise invalid("You must provide at least one subexpression, filter, or nested filter.")
    if read_choice(expression, "Operator", ("And", "Or")) == "Or":
        return lambda row: any(test(row) for test in tests)
    if len(tests) == 1:
        return tests[0]
    return lambda row: all(test(row) for test in tests)


def _filter(spec: Mapping[str, Any]) -> _Test:
    path = spec.get("Name")
    if not path:
        raise constraint("null", "Name", "not be null")
    operator = read_choice(spec, "Operator", OPERATORS) or "Equals"
    if operator == "Exists":
        return lambda row: next(_values(row, path), None) is not None
    if operator == "NotExists":
        return lambda row: next(_values(row, path), None) is None
    wanted = spec.get("Value")
    if not isinstance(wanted, str) or not wanted:
        raise constraint("null", "Value", "not be null")
    if operator == "NotEquals":
        same = _comparison("Equals", path, wanted)
        return lambda row: not any(same(value) for value in _values(row, path))
    compare = _comparison(operator, path, wanted)
    if path in _PLAIN:  # what most searches ask of ten thousand jobs
        return lambda row: compare(row.get(path))
    return lambda row: any(compare(value) for value in _values(row, path))


def _comparison(operator: str, path: str, wanted: str) -> Callable[[Any], bool]:
    if operator == "Contains":
        return lambda value: isinstance(value, str) and wanted in value
    if operator == "In":
        choices = frozenset(part.strip() for part in wanted.split(","))
        return lambda value: isinstance(value, str) and value in choices
    number = _number(path, wanted)
    if operator == "Equals":
        return lambda value: value == wanted if isinstance(value, str) else number is not None and value == number
    if number is None:
        raise invalid(f"The operator {operator} is not supported for the value {wanted!r} of {path}.")
    return {
        "GreaterThan": lambda value: isinstance(value, int | float) and value > number,
        "GreaterThanOrEqualTo": lambda value: isinstance(value, int | float) and value >= number,
        "LessThan": lambda value: isinstance(value, int | float) and value < number,
        "LessThanOrEqualTo": lambda value: isinstance(value, int | float) and value <= number,
    }[operator]


def _number(path: str, text: str) -> float | None:
    """The value of a filter on a numeric, Boolean or timestamp property; None if it is text."""
    if path.startswith(("Tags.", "HyperParameters.")):  # Text, whatever their names sound like.
        return None
    leaf = path.rpartition(".")[2]
    if leaf.endswith("Time") or leaf == "Timestamp":
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise invalid(f"Invalid timestamp {text!r} for {path}; use YYYY-mm-dd'T'HH:MM:SS.") from None
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    if text.lower() in ("true", "false"):
        return float(text.lower() == "true")
    try:
        return float(text)
    except ValueError:
        return None


def _values(row: Row, path: str) -> Iterator[Any]:
    """The values at a dotted path; lists are looked through, and Tags and Metrics are looked up by name."""
    head, _, rest = path.partition(".")
    if head == "Metrics":
        entries = row.get("FinalMetricDataList") or ()
        return (entry["Value"] for entry in entries if entry["MetricName"] == rest)
    if head == "Tags" and rest not in ("Key", "Value"):
        return (tag["Value"] for tag in row.get("Tags") or () if tag["Key"] == rest)
    if head in NOT_SEARCHED:
        return iter(())
    return _walk(row, path)


def _walk(value: Any, path: str) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, path)
    elif isinstance(value, Mapping):
        # A key of a map, such as a hyperparameter, may hold dots itself.
        head, _, rest = path.partition(".")
        if path in value:
            yield from _flat(value[path])
        elif rest and head in value:
            yield from _walk(value[head], rest)


def _flat(value: Any) -> Iterator[Any]:
    """Scalars at the end of a path; a list counts as each of its items, a structure as existing."""
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value
