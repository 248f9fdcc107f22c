"""`python -m benchmarks [--quick] [ROW...]`: measure, print a table row by row, keep the raw figures.

`python -m benchmarks plot table` makes growth.svg and the table of README.md of them.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import (
    calls_per_minute,
    change_to_glass,
    chart_repaint,
    copies,
    first_frame,
    first_page,
    growth_jobs,
    growth_log_rate,
    idle,
    log_burst,
    plot,
    row_change,
    soak,
    table,
    thousand_jobs,
)
from benchmarks.row import Row

ROWS: dict[str, Callable[[bool], Iterator[Row]]] = {
    "first_frame": first_frame.rows,
    "first_page": first_page.rows,
    "idle": idle.rows,
    "row_change": row_change.rows,
    "log_burst": log_burst.rows,
    "chart_repaint": chart_repaint.rows,
    "growth_jobs": growth_jobs.rows,
    "growth_log_rate": growth_log_rate.rows,
    "copies": copies.rows,
    "soak": soak.rows,
    "change_to_glass": change_to_glass.rows,
    "thousand_jobs": thousand_jobs.rows,
    "calls_per_minute": calls_per_minute.rows,
}
PATIENT = ("change_to_glass", "thousand_jobs", "calls_per_minute")
"""Rows that mostly wait, and count calls or seconds: measured at the same time, after all others."""
WRITTEN = ("plot", "table")
RESULTS = Path(__file__).parent / "out" / "results.json"
_CELLS = (44, 27, 24, 46, 7)


def main() -> None:
    """Run the rows; a budget that is missed is told, and is no failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"which of {', '.join(ROWS)}; all without")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions: a first impression")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.rows if name not in (*ROWS, *WRITTEN)]
    if unknown:
        parser.error(f"no row {unknown[0]!r}; there are {', '.join(ROWS)}, and {' and '.join(WRITTEN)} to write")
    names = [name for name in ROWS if name in arguments.rows] if arguments.rows else list(ROWS)
    if names:
        _measure(names, arguments.quick)
    if "plot" in arguments.rows:
        print(plot.write(_kept()))
    if "table" in arguments.rows:
        print(table.write(_kept(), list(ROWS)))


def _measure(names: list[str], quick: bool) -> None:
    print(" · ".join(str(part) for part in _machine().values()), end="\n\n")
    _print("what", "measured", "budget", "measured beside", "ratio")
    _print(*("-" * cells for cells in _CELLS))
    began = time.monotonic()
    for name in names:
        if name not in PATIENT:
            _keep(name, quick, *_run(name, quick))
    patient = [name for name in names if name in PATIENT]
    with ThreadPoolExecutor(len(PATIENT)) as pool:
        for name, (machine, found) in zip(patient, pool.map(lambda name: _run(name, quick), patient), strict=True):
            _keep(name, quick, machine, found)
    print(f"\n{time.monotonic() - began:.0f} s")


def _run(name: str, quick: bool) -> tuple[dict[str, str], list[Row]]:
    """Measure a row; a program that does not do what is to be measured is told, and is no failure of the others."""
    machine = _machine()
    found = []
    try:
        for row in ROWS[name](quick):
            mark = "" if row.within is None else ("ok  " if row.within else "OVER ")
            ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
            _print(row.what, row.measured, mark + row.budget, row.beside, ratio)
            found.append(row)
    except RuntimeError as error:
        _print(name, "not measured", "", str(error), "")
        return machine, []
    return machine, found


def _keep(name: str, quick: bool, machine: dict[str, str], found: list[Row]) -> None:
    if not found:
        return
    kept = _kept()
    kept[name] = {"at": _now(), "quick": quick, "machine": machine, "rows": [asdict(row) for row in found]}
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
