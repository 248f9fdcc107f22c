"""The service's own description of every member of DescribeTrainingJob, out of the installed SDK's model."""

import re
from collections.abc import Mapping
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from botocore.model import Shape

_PARAGRAPHS: Final = frozenset(("p", "ul", "ol", "dl", "note", "important", "pre", "div", "dt", "dd", "br"))
_BOUNDS: Final = {"min": "at least", "max": "at most"}
_SIZED: Final = frozenset(("string", "list", "map", "blob"))


@cache
def member_documentation() -> Mapping[str, str]:
    """Return plain text by pattern, as in `tui.domain.catalogue`; containers too (`InputDataConfig[*]`)."""
    from botocore.loaders import create_loader
    from botocore.model import ServiceModel

    model = ServiceModel(create_loader().load_service_model("sagemaker", "service-2"), "sagemaker")
    found: dict[str, str] = {}
    _describe(model.operation_model("DescribeTrainingJob").output_shape, "", found, frozenset())
    return found


def plain_text(html: str) -> str:
    """Return HTML as paragraphs of plain text, the entries of a list behind a dash."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[str] = [""]
        self._bullet = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "li":
            self._blocks.append("")
            self._bullet = "- "
        elif tag in _PARAGRAPHS:
            self._blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "li" or tag in _PARAGRAPHS:
            self._blocks.append("")

    def handle_data(self, data: str) -> None:
        if not data.strip() and not self._blocks[-1]:
            return
        self._blocks[-1] += self._bullet + data
        self._bullet = ""

    def text(self) -> str:
        """Return what was read: entries of a list on adjacent lines, paragraphs apart."""
        lines: list[str] = []
        for block in self._blocks:
            line = re.sub(r"\s+", " ", block).strip()
            if not line:
                continue
            if lines and not (line.startswith("- ") and lines[-1].startswith("- ")):
                lines.append("")
            lines.append(line)
        return "\n".join(lines)


def _describe(shape: "Shape", pattern: str, found: dict[str, str], above: frozenset[str]) -> None:
    if pattern:
        parts = (plain_text(shape.documentation), _values(shape), _kind(shape))
        found[pattern] = "\n\n".join(part for part in parts if part)
    if shape.name in above:  # a shape may hold itself
        return
    for step, inner in _inner(shape, pattern):
        _describe(inner, step, found, above | {shape.name})


def _inner(shape: Any, pattern: str) -> list[tuple[str, Any]]:
    match shape.type_name:
        case "structure":
            above = f"{pattern}." if pattern else ""
            return [(above + name, member) for name, member in shape.members.items()]
        case "list":
            return [(f"{pattern}[*]", shape.member)]
        case "map":
            return [(f"{pattern}{{*}}", shape.value)]
        case _:
            return []


def _values(shape: Any) -> str:
    values = shape.metadata.get("enum", ())
    return f"Values: {', '.join(values)}" if values else ""


def _kind(shape: Any) -> str:
    what = " long" if shape.type_name in _SIZED else ""
    bounds = [f"{word} {shape.metadata[name]}" for name, word in _BOUNDS.items() if name in shape.metadata]
    return f"Type: {shape.type_name}" + (f", {' and '.join(bounds)}{what}" if bounds else "")
