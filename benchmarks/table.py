"""`python -m benchmarks table`: results.json as the table of README.md, between its markers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- table: python -m benchmarks table -->", "<!-- end of table -->"
_HEAD = ("what", "measured", "budget", "measured beside", "ratio", "load")


def table(results: dict[str, Any], order: Sequence[str]) -> str:
    """Return the machine and all rows, in an order of names, as Markdown."""
    names = [name for name in order if name in results]
    lines = []
    for machine in dict.fromkeys(_machine(results[name]) for name in names):
        lines += [machine, ""]
    lines += [_line(_HEAD), _line(["---"] * len(_HEAD))]
    for name in names:
        entry = results[name]
        load = entry["machine"]["load"].removeprefix("load ") + (", quick" if entry["quick"] else "")
        lines += [_line((*_cells(row), load)) for row in entry["rows"]]
    return "\n".join(lines)


def replaced(text: str, found: str) -> str:
    """Return a text with what stands between the markers replaced.

    Raises:
        ValueError: there are no markers.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"there is no {BEGIN} … {END}")
    return f"{before}{begin}\n\n{found}\n\n{end}{after}"


def write(results: dict[str, Any], order: Sequence[str]) -> Path:
    """Put the table into the README."""
    FILE.write_text(replaced(FILE.read_text(), table(results, order)))
    return FILE


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    mark = {None: "", True: "ok ", False: "**over** "}[row["within"]]
    ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}" if row["ratio"] >= 0.01 else f"{row['ratio']:.4f}"
    return row["what"], row["measured"], f"{mark}{row['budget']}".strip(), row["beside"], ratio


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("->", "→")


def _machine(entry: dict[str, Any]) -> str:
    return ", ".join(value for name, value in entry["machine"].items() if name != "load") + "."
