"""How far each host is, by the latest bar of its log."""

from collections.abc import Mapping
from datetime import datetime

from rich.cells import cell_len

from tui.app.lines import Row, Span, fit, fit_middle, row
from tui.domain.logbuffer import ProgressState
from tui.domain.secrets import masked_text
from tui.domain.units import coarse, duration

_OLD_SECONDS = 60
_HOST_CELLS = 14
_LABEL_CELLS = 24
_BAR_CELLS = 24
_SHORTEST_BAR = 6
_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"))


def progress_rows(
    states: Mapping[str, ProgressState], now: datetime, width: int, most: int, *, ascii_only: bool = False
) -> list[Row]:
    """Return a row for each host that is under way, `most` at most: host, bar, step and total, rate, ETA."""
    at_ms = now.timestamp() * 1000
    ages = {host: max(0.0, (at_ms - state.line.at) / 1000) for host, state in states.items()}
    going = [host for host, state in states.items() if state.progress.share != 1 or ages[host] < _OLD_SECONDS]
    going.sort(key=lambda host: (ages[host] >= _OLD_SECONDS, _natural(host)))
    shown, left = going[:most], going[most:]
    host_cells = min(_HOST_CELLS, max(map(cell_len, shown), default=0))
    rows = []
    for place, host in enumerate(shown):
        more = f"+{len(left)} more" if left and place == len(shown) - 1 else ""
        room = width - (len(more) + 2 if more else 0)
        spans = _spans(host, states[host], ages[host], room, host_cells, ascii_only)
        rows.append(row(*spans, (f"  {more}" if more else "", "dim")))
    return rows


def _spans(
    host: str, state: ProgressState, age: float, width: int, host_cells: int, ascii_only: bool
) -> tuple[Span, ...]:
    progress = state.progress
    old = age >= _OLD_SECONDS
    told = [_amount(progress.step) + (f"/{_amount(progress.total)}" if progress.total else "")]
    if old:
        told.append(f"{coarse(age)} ago")
    else:
        told += [_rate(progress.rate_per_second)] if progress.rate_per_second else []
        told += [f"eta {duration(progress.eta_seconds)}"] if progress.eta_seconds else []
    left = width - host_cells - 2
    numbers = "  ".join(told)
    while len(told) > 1 and cell_len(numbers) + _SHORTEST_BAR + 1 > left:
        told.pop(1 if old else -1)
        numbers = "  ".join(told)
    room = left - cell_len(numbers) - 2
    label = masked_text(progress.label)
    label = label if cell_len(label) + 2 + _SHORTEST_BAR <= room else ""
    label = fit_middle(label, min(_LABEL_CELLS, cell_len(label)))
    room -= cell_len(label) + (2 if label else 0)
    bar = _bar(progress.share, min(room, _BAR_CELLS), ascii_only)
    look = ("dim", "dim", "dim", "dim") if old else ("label", "value", "running", "strong")
    texts = (fit_middle(host, host_cells), label, bar, numbers)
    return tuple(
        Span(("  " if place else "") + text, style)
        for place, (text, style) in enumerate(zip(texts, look, strict=True))
        if text
    )


def _bar(share: float | None, cells: int, ascii_only: bool) -> str:
    if share is None or cells < _SHORTEST_BAR:
        return ""
    full, empty, half = ("=", "-", "=") if ascii_only else ("━", "┄", "╸")
    halves = round(share * cells * 2)
    return fit(full * (halves // 2) + half * (halves % 2) + empty * cells, cells + 1)[:cells]


def _amount(value: float | None) -> str:
    if value is None:
        return "?"
    for size, prefix in _PREFIXES:
        if value >= size:
            return f"{value / size:.3g}{prefix}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _rate(per_second: float) -> str:
    if per_second < 1:
        return f"{1 / per_second:,.3g} s each"
    return f"{_amount(per_second)}/s"


def _natural(host: str) -> tuple[int, str]:
    """Sort `algo-10` behind `algo-9`."""
    number = host.rpartition("-")[2]
    return (int(number) if number.isdecimal() and len(number) < 9 else 10**9, host)
