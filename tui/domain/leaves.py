"""A whole response as flat leaves, each with its place in the catalogue; nothing of the response is lost."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from tui.domain import members, units
from tui.domain.catalogue import CATALOGUE, MEMBERS, Format, Room, Spec

_NOT_OF_THE_JOB: Final = "ResponseMetadata"
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DAY: Final = 86_400
_OPTION: Final = re.compile(r"--?[A-Za-z][\w.-]*")
_COMMAND_LINES: Final = frozenset(
    {"AlgorithmSpecification.ContainerEntrypoint", "AlgorithmSpecification.ContainerArguments"}
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar of the response, or one list or map that is empty."""

    path: str
    """Where it is: `InputDataConfig[0].ChannelName`, `HyperParameters.lr`, `HyperParameters["batch size"]`."""
    pattern: str
    """The same for all entries: `InputDataConfig[*].ChannelName`, `HyperParameters{*}`."""
    key: str
    """The name that its value goes by: the member, the key of a map, or the option before an argument."""
    value: object
    spec: Spec | None
    """None where it is not in the catalogue."""
    known: bool
    """Whether the installed SDK knows the member."""
    group: str = ""
    """What it is listed under: an entry of a list or a top-level structure; empty for a top-level scalar."""
    label: str = ""
    """Its name in the group: `S3Uri`, `Subnets[0]`, the key of a hyperparameter."""

    @property
    def room(self) -> Room | None:
        """Where it is shown; None for an uncatalogued one."""
        return self.spec.room if self.spec else None


def leaves(raw: Mapping[str, object], unknown: frozenset[str] = frozenset()) -> tuple[Leaf, ...]:
    """Return every leaf of a response: catalogued members in the order of the model, then the rest.

    Args:
        raw: the response.
        unknown: patterns of the members that the installed SDK does not know; all below them is unknown too.
    """
    found = []
    waiting = [_Node("", "", "", {key: raw[key] for key in raw if key != _NOT_OF_THE_JOB}, "", "")]
    while waiting:
        node = waiting.pop()
        below = list(_children(node))
        waiting.extend(reversed(below))
        if not below and node.path:
            spec = CATALOGUE.get(node.pattern) or _CONTAINERS.get(node.pattern)
            known = not _is_below(node.pattern, unknown)
            found.append(Leaf(node.path, node.pattern, node.key, node.value, spec, known, node.group, node.label))
    return tuple(found)


def in_room(found: Iterable[Leaf], room: Room) -> tuple[Leaf, ...]:
    """Return the leaves that a room shows."""
    return tuple(leaf for leaf in found if leaf.room is room)


def child_path(path: str, key: str) -> str:
    """Return the path of a member, or of a value of a map, below `path`."""
    if _IDENTIFIER.fullmatch(key):
        return f"{path}.{key}" if path else key
    return f"{path}[{json.dumps(key, ensure_ascii=False)}]"


def value_text(leaf: Leaf, now: datetime) -> str:
    """Write a value as its format says; one of another type than the format expects as it is. Never raises.

    A moment of the last day gets its age at `now`, quantised so that a screen does not repaint every second.
    """
    value = leaf.value
    if isinstance(value, datetime):
        return _time_text(value, now)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    if isinstance(value, int | float):
        try:
            return _number_text(value, leaf.spec.format if leaf.spec else Format.TEXT)
        except (OverflowError, ValueError):
            return repr(value)
    return str(value)


def json_value(value: object) -> object:
    """Return a tree that strict JSON can hold: ISO-8601 UTC moments, `NaN` and the infinities as strings."""
    if isinstance(value, Mapping):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    if isinstance(value, datetime):
        moment = members.moment({"": value}, "")
        return moment.isoformat().replace("+00:00", "Z") if moment else str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


class _Node(NamedTuple):
    path: str
    pattern: str
    key: str
    value: object
    group: str
    label: str

    @property
    def opens_group(self) -> bool:
        return self.pattern.endswith("[*]") or "." not in self.pattern


def _children(node: _Node) -> Iterator[_Node]:
    if isinstance(node.value, Mapping):
        yield from _entries(node, node.value) if _is_map(node.pattern) else _members(node, node.value)
    elif isinstance(node.value, list | tuple):
        option = ""
        for index, item in enumerate(node.value):
            at = f"[{index}]"
            key = option or node.key
            yield _Node(node.path + at, node.pattern + "[*]", key, item, node.group, node.label + at)
            # `--token`, `abc`: what an argument is, the one before it says.
            command = node.pattern in _COMMAND_LINES and isinstance(item, str)
            option = str(item).lstrip("-") if command and _OPTION.fullmatch(str(item)) else ""


def _members(node: _Node, value: Mapping[str, object]) -> Iterator[_Node]:
    group, prefix = (node.path, "") if node.opens_group else (node.group, node.label)
    above = f"{node.pattern}." if node.pattern else ""
    named = [(str(key), f"{above}{key}", item) for key, item in value.items()]
    named.sort(key=lambda entry: _ORDER.get(entry[1], len(_ORDER)))
    for key, pattern, item in named:
        spec = CATALOGUE.get(pattern) or _CONTAINERS.get(pattern)
        label = spec.label if spec else child_path(prefix, key)
        yield _Node(child_path(node.path, key), pattern, key, item, group, label)


def _entries(node: _Node, value: Mapping[str, object]) -> Iterator[_Node]:
    group, prefix = (node.path, "") if node.opens_group else (node.group, node.label + ".")
    for key, item in ((str(key), item) for key, item in value.items()):
        shown = key if key and key == key.strip() and "\n" not in key else json.dumps(key, ensure_ascii=False)
        yield _Node(child_path(node.path, key), node.pattern + "{*}", key, item, group, prefix + shown)


def _is_map(pattern: str) -> bool:
    return pattern + "{*}" in CATALOGUE


def _is_below(pattern: str, unknown: frozenset[str]) -> bool:
    return any(pattern == above or (pattern.startswith(above) and pattern[len(above)] in ".[{") for above in unknown)


def _time_text(value: datetime, now: datetime) -> str:
    moment = members.moment({"": value}, "")
    if moment is None:
        return str(value)
    age = (now - moment).total_seconds()
    return f"{units.utc(moment)} ({units.coarse(age)} ago)" if 0 <= age < _DAY else units.utc(moment)


def _number_text(value: float, wanted: Format) -> str:
    match wanted:
        case Format.SECONDS:
            span = units.limit(value)
            return str(value) if span == units.UNTOLD else f"{value} ({span})"
        case Format.COUNT if isinstance(value, int):
            return f"{value:,}"
        case Format.GIGABYTES:
            return f"{value} GB"
        case Format.MILLISECONDS:
            return f"{value} ms"
        case Format.NUMBER:
            return units.number(value)
        case _:
            return str(value)


def _above(pattern: str) -> list[str]:
    return [pattern[: step.start()] for step in re.finditer(r"\.|\[\*\]|\{\*\}", pattern)]


def _containers() -> dict[str, Spec]:
    found: dict[str, Spec] = {}
    for pattern, spec in CATALOGUE.items():
        for above in _above(pattern):
            label = above.removesuffix("[*]").rpartition(".")[2]
            found.setdefault(above, Spec(MEMBERS.get(above, spec.room), label, sensitive=True))
    return found


_CONTAINERS: Final = _containers()
"""Where an empty or misshapen list, map or structure is shown: beside its leaves."""

_IN_ORDER: Final = dict.fromkeys(step for pattern in CATALOGUE for step in (*_above(pattern), pattern))
_ORDER: Final = {pattern: position for position, pattern in enumerate(_IN_ORDER)}
"""The model's order of every member, structures included."""
