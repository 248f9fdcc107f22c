"""`python -m benchmarks plot`: the growth rows of results.json as one SVG, `benchmarks/growth.svg`."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "growth.svg"
_WIDTH, _HEIGHT = 300, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 16, 34, 38
_COLORS = ("#2f81f7", "#d29922", "#2da44e", "#a371f7")
"""Readable on white and on black."""
_INK = "#808891"


@dataclass(frozen=True, slots=True)
class Curve:
    """One measured thing."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves over what grows; both axes are logarithmic."""

    title: str
    across: str
    curves: tuple[Curve, ...]


def ticks(low: float, high: float) -> list[float]:
    """Return round values from at most `low` to at least `high`: powers of ten, with 2 and 5 where that is few."""
    low, high = min(low, high), max(low, high)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    if last == first:
        last += 1
    if last - first > 2:
        return [10.0**power for power in range(first, last + 1)]
    found = [step * 10.0**power for power in range(first, last + 1) for step in (1, 2, 5)]
    start = max((place for place, value in enumerate(found) if value <= low * 1.0001), default=0)
    end = min((place for place, value in enumerate(found) if value >= high * 0.9999), default=len(found) - 1)
    return found[start : max(end, start + 1) + 1]


def words(value: float) -> str:
    """Write a number of an axis: `0.5`, `200`, `10k`, `2M`."""
    for unit, sign in ((1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g}{sign}"
    return f"{value:g}"


def svg(charts: Sequence[Chart], note: str) -> str:
    """Return charts as one picture, three to a row."""
    across = min(3, len(charts)) or 1
    down = math.ceil(len(charts) / across)
    width, height = across * _WIDTH, down * _HEIGHT + 22
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="system-ui, sans-serif" font-size="11">'
    ]
    for place, chart in enumerate(charts):
        x, y = place % across * _WIDTH, place // across * _HEIGHT
        parts.append(f'<g transform="translate({x} {y})">{"".join(_chart(chart))}</g>')
    parts.append(_text(_LEFT, height - 8, note))
    return "\n".join([*parts, "</svg>"]) + "\n"


def charts(results: dict[str, Any]) -> list[Chart]:
    """Return what there is of growth in the results."""
    jobs = _details(results, "growth_jobs", "jobs")
    hosts = _details(results, "calls_per_minute", "hosts")
    rates = _details(results, "growth_log_rate", "lines_per_second")

    def curve(name: str, of: list[dict[str, Any]], x: str, y: str | Callable[[dict[str, Any]], float]) -> Curve:
        values = [(float(entry[x]), float(y(entry) if callable(y) else entry[y])) for entry in of]
        return Curve(name, tuple(point for point in values if min(point) > 0))

    found = [
        Chart(
            "Time, ms",
            "jobs",
            (
                curve("first page", jobs, "jobs", lambda entry: 1000 * entry["first_page_s"]),
                curve("filter key, p95", jobs, "jobs", "filter_p95_ms"),
            ),
        ),
        Chart("Memory, MiB", "jobs", (curve("resident", jobs, "jobs", "resident_mib"),)),
        Chart(
            "Idle",
            "jobs",
            (
                curve("% of a core", jobs, "jobs", "cpu_percent"),
                curve("B/s", jobs, "jobs", "bytes_per_second"),
                curve("calls/s", jobs, "jobs", "calls_per_second"),
            ),
        ),
        Chart(
            "One job in a minute: calls, metrics asked for",
            "hosts",
            (
                curve("log calls", hosts, "hosts", lambda entry: entry["calls"].get("FilterLogEvents", 0)),
                curve("metrics", hosts, "hosts", "metrics"),
                curve("% of a core", hosts, "hosts", "cpu_percent"),
            ),
        ),
        Chart(
            "Log, full screen",
            "lines/s",
            (
                curve("% of a core", rates, "lines_per_second", "cpu_percent"),
                curve("kB/s", rates, "lines_per_second", lambda entry: entry["bytes_per_second"] / 1000),
            ),
        ),
        Chart(
            "Log, key → paint, and memory",
            "lines/s",
            (
                curve("p95, ms", rates, "lines_per_second", "key_p95_ms"),
                curve("resident, MiB", rates, "lines_per_second", "resident_mib"),
            ),
        ),
    ]
    return [chart for chart in found if any(len(one.points) > 1 for one in chart.curves)]


def write(results: dict[str, Any]) -> Path:
    """Write the picture."""
    loads = [entry["machine"]["load"] for name, entry in results.items() if name in _SOURCES]
    note = f"logarithmic axes · {loads[0]} to {loads[-1]} when measured" if loads else "logarithmic axes"
    FILE.write_text(svg(charts(results), note))
    return FILE


_SOURCES = ("growth_jobs", "calls_per_minute", "growth_log_rate")


def _details(results: dict[str, Any], name: str, key: str) -> list[dict[str, Any]]:
    rows = results.get(name, {}).get("rows", ())
    return [row["details"] for row in rows if key in row["details"]]


def _chart(chart: Chart) -> Iterable[str]:
    points = [point for curve in chart.curves for point in curve.points]
    xs, ys = ticks(*_bounds(x for x, _ in points)), ticks(*_bounds(y for _, y in points))
    right, floor = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM

    def across(value: float) -> float:
        return _LEFT + (right - _LEFT) * _place(value, xs)

    def up(value: float) -> float:
        return floor - (floor - _TOP) * _place(value, ys)

    yield _text(_LEFT, 13, chart.title, weight="600")
    for tick in xs:
        yield _text(across(tick), floor + 14, words(tick), anchor="middle")
    yield _text((_LEFT + right) / 2, floor + 27, chart.across, anchor="middle")
    for tick in ys:
        y = up(tick)
        yield f'<path d="M{_LEFT} {y:.1f}H{right}" stroke="{_INK}" stroke-opacity=".3"/>'
        yield _text(_LEFT - 6, y + 4, words(tick), anchor="end")
    begin = float(_LEFT)
    for curve, color in zip(chart.curves, _COLORS, strict=False):
        places = [(across(x), up(y)) for x, y in curve.points]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2"/>'
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in places)
        yield _text(begin, 27, curve.name, color=color)
        begin += 14 + 6.2 * len(curve.name)


def _bounds(values: Iterable[float]) -> tuple[float, float]:
    found = list(values)
    return min(found), max(found)


def _place(value: float, ticks: Sequence[float]) -> float:
    low, high = math.log10(ticks[0]), math.log10(ticks[-1])
    return (math.log10(value) - low) / (high - low)


def _text(x: float, y: float, text: str, *, anchor: str = "start", color: str = _INK, weight: str = "400") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{color}" text-anchor="{anchor}" font-weight="{weight}">'
        f"{escape(text)}</text>"
    )
