"""`python -m benchmarks [--quick] [ROW...]`: measure, print a table row by row, keep the raw figures."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import calls_per_minute, change_to_glass, chart_repaint, first_frame, first_page, idle, log_burst
from benchmarks.row import Row

ROWS: dict[str, Callable[[bool], Iterator[Row]]] = {
    "first_frame": first_frame.rows,
    "first_page": first_page.rows,
    "change_to_glass": change_to_glass.rows,
    "idle": idle.rows,
    "log_burst": log_burst.rows,
    "chart_repaint": chart_repaint.rows,
    "calls_per_minute": calls_per_minute.rows,
}
RESULTS = Path(__file__).parent / "out" / "results.json"
_CELLS = (44, 27, 24, 46, 7)


def main() -> None:
    """Run the rows; a budget that is missed is told, and is no failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"which of {', '.join(ROWS)}; all without")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions: a first impression")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.rows if name not in ROWS]
    if unknown:
        parser.error(f"no row {unknown[0]!r}; there are {', '.join(ROWS)}")
    machine = _machine()
    print(" · ".join(str(part) for part in machine.values()), end="\n\n")
    _print("what", "measured", "budget", "measured beside", "ratio")
    _print(*("-" * cells for cells in _CELLS))
    kept = _kept()
    for name in arguments.rows or ROWS:
        try:
            found = []
            for row in ROWS[name](arguments.quick):
                mark = "" if row.within is None else ("ok  " if row.within else "OVER ")
                ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
                _print(row.what, row.measured, mark + row.budget, row.beside, ratio)
                found.append(asdict(row))
        except RuntimeError as error:
            _print(name, "not measured", "", str(error), "")
            continue
        kept[name] = {"at": _now(), "quick": arguments.quick, "machine": machine, "rows": found}
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def _print(*cells: str) -> None:
    print(" | ".join(text.ljust(width) for text, width in zip(cells, _CELLS, strict=True)).rstrip(), flush=True)


def _kept() -> dict[str, Any]:
    """What earlier runs of other rows found."""
    try:
        found = json.loads(RESULTS.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _machine() -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": f"{os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"Python {platform.python_version()}",
        "textual": f"Textual {version('textual')}",
        "load": f"load {os.getloadavg()[0]:.1f}",
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


if __name__ == "__main__":
    sys.exit(main())
