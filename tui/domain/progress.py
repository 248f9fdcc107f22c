"""Progress bars in a log: tqdm, Lightning, pip, Keras 2 and 3, plain `step 120/1000`. Total, and linear in time."""

import re
from dataclasses import dataclass
from typing import Final

from tui.domain.late import late


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something is."""

    label: str
    """What is under way, as the bar says it: `Epoch 0`, `Downloading shards`; often empty."""
    step: float
    total: float | None
    rate_per_second: float | None
    eta_seconds: float | None
    passing: bool = False
    """Whether the line is nothing but a state that the next one replaces.

    A bar that is full stays, as it does in a terminal, and so does a plain `Epoch 3/10`: they are part of the story.
    """

    @property
    def share(self) -> float | None:
        """Return how much of the total is done, 0 to 1."""
        return min(1.0, max(0.0, self.step / self.total)) if self.total else None


_NUMBER: Final = r"\d{1,15}+(?:\.\d{1,9}+)?"
_TIME: Final = r"(?:\d{1,4} days?, )?\d{1,6}(?::\d\d){1,2}+|\?"
_TQDM: Final = late(
    rf"(?:\d{{1,3}}(?:\.\d{{1,3}})?%\|[^|\n]{{0,400}}\|\s{{0,4}}(?P<step>{_NUMBER})(?P<step_unit>[kKMGTP]?)"
    rf"/(?P<total>{_NUMBER}|\?)(?P<total_unit>[kKMGTP]?)"
    rf"|\b(?P<count>{_NUMBER})(?P<count_unit>[kKMGTP]?)[A-Za-z]{{1,20}}+)"
    rf"\s{{0,4}}\[(?:{_TIME})(?:<(?P<eta>{_TIME}))?"
    r"(?:,\s{1,4}(?P<rate>[\d.?]{1,15}+)\s?(?P<rate_unit>[^\s\],/]{0,20}/[^\s\],]{1,20}))?[^\]\n]{0,400}\]"
)
_KERAS: Final = late(
    r"(?P<step>\d{1,15}+)/(?P<total>\d{1,15}+|Unknown) "
    r"(?:\[[=>.]{1,200}\](?: - (?:ETA: (?P<eta>[\d:]{1,12}+)s?|[\d.]{1,9}+m?s\b))?"
    r"|[\u2501\u2500\u2578\u257a]{1,200}+ {1,2}(?P<took>[\d:]{1,12}+)s? "
    r"(?P<each>[\d.]{1,9}+)(?P<unit>[mu\u03bc]?s)/step)"
)
_KERAS_REST: Final = late(r"(?: - [\w.\- ]{1,60}: ?[^\s]{1,30})*+\s*")
_RICH: Final = late(
    r"[\u2501\u2500\u2578\u257a]{4,200}+\s{1,4}(?P<step>[\d.]{1,12}+)/(?P<total>[\d.]{1,12}+) (?P<unit>[kKMGT]?)i?B"
    r"(?: (?P<rate>[\d.?]{1,12}+) (?P<rate_unit>[kKMGT]?)i?B/s)?(?: eta (?P<eta>[\d:-]{1,12}))?"
)
_PLAIN: Final = late(
    r"\b(?P<label>epoch|step|iter(?:ation)?|batch|round)s?[ :\[#=(]{0,4}"
    r"(?P<step>\d{1,15}+)(?: ?/ ?| of )(?P<total>\d{1,15}+)",
    re.IGNORECASE,
)
_SLASH: Final = late(r"/(?<=[\dkMGTP ]/) ?[\dU?]")
_RANK: Final = late(r"^\s*+\[\d{1,6},[^\]]{1,60}\]<std\w{2,4}>:\s*+")
_BARS: Final = ("==", "[>", "[=", "...", "\u2501", "\u2500")
_LONGEST_LABEL: Final = 120
_PREFIX: Final = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}


def progress_of(text: str) -> Progress | None:
    """Return how far the last bar in a line is, or None where there is none."""
    if not (_SLASH.search(text) or " of " in text or "[0" in text or "[1" in text):
        return None
    if ("%|" in text or "[0" in text or "[1" in text) and (found := _last(_TQDM, text)):
        return _tqdm(text, found)
    if "/" in text and any(part in text for part in _BARS):
        if found := _last(_RICH, text):
            return _rich(text, found)
        if found := _last(_KERAS, text):
            return _keras(text, found)
    if found := _PLAIN.search(text):
        return Progress(found["label"], float(found["step"]), float(found["total"]), None, None)
    return None


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in pattern.finditer(text):  # noqa: B007
        pass
    return found


def _tqdm(text: str, found: re.Match[str]) -> Progress:
    label, front = _label(text[: found.start()])
    if found["count"] is not None:
        step, total = float(found["count"]) * _PREFIX[found["count_unit"]], None
    else:
        step = float(found["step"]) * _PREFIX[found["step_unit"]]
        total = None if found["total"] == "?" else float(found["total"]) * _PREFIX[found["total_unit"]]
    rate = _rate(found["rate"], found["rate_unit"])
    passing = front and not text[found.end() :].strip() and (total is None or step < total)
    return Progress(label, step, total, rate, _seconds(found["eta"]), passing)


def _keras(text: str, found: re.Match[str]) -> Progress:
    step = float(found["step"])
    total = None if found["total"] == "Unknown" else float(found["total"])
    label, front = _label(text[: found.start()])
    rest = _KERAS_REST.match(text, found.end())
    over = total is not None and step >= total
    passing = front and rest is not None and rest.end() == len(text) and not over
    rate, eta = None, _seconds(found["eta"])
    if found["each"] is not None:
        each = (_float(found["each"]) or 0.0) * {"s": 1.0, "ms": 1e-3}.get(found["unit"], 1e-6)
        rate = 1 / each if each > 0 else None
        eta = 0.0 if over else _seconds(found["took"])
    elif eta and total is not None:
        rate = (total - step) / eta
    return Progress(label, step, total, rate, eta, passing)


def _rich(text: str, found: re.Match[str]) -> Progress | None:
    step, total = _float(found["step"]), _float(found["total"])
    if step is None or total is None:
        return None
    scale = _PREFIX[found["unit"]]
    label, front = _label(text[: found.start()])
    rate = _float(found["rate"])
    rate = None if rate is None else rate * _PREFIX[found["rate_unit"]]
    passing = front and not text[found.end() :].strip() and step < total
    return Progress(label, step * scale, total * scale, rate, _seconds(found["eta"]), passing)


def _label(front: str) -> tuple[str, bool]:
    """Return what stands before a bar, and whether it is only a label."""
    label = front[-2 * _LONGEST_LABEL :] if len(front) > 2 * _LONGEST_LABEL else _RANK.sub("", front)
    label = label.strip().removesuffix(":").rstrip()
    return (label, True) if len(label) <= _LONGEST_LABEL else (label[-_LONGEST_LABEL:], False)


def _rate(number: str | None, unit: str | None) -> float | None:
    """Return a tqdm rate per second: `3.7it/s`, `15.55s/it`, `368MB/s`."""
    value = _float(number)
    if value is None or unit is None:
        return None
    above, _, below = unit.partition("/")
    if below == "s":
        return value * (_PREFIX.get(above[:1], 1.0) if above[1:] in ("it", "B", "b") else 1.0)
    if above == "s":
        return 1 / value if value > 0 else None
    return None


def _seconds(time: str | None) -> float | None:
    """Return the seconds of `37`, `1:02`, `1:02:03`, `2 days, 1:02:03`; None for `?` and `-:--:--`."""
    if time is None:
        return None
    days, comma, rest = time.rpartition(" day")
    parts = (rest.lstrip("s, ") if comma else time).split(":")
    if not all(part.isdigit() for part in parts):
        return None
    total = 0.0
    for part in parts:
        total = total * 60 + float(part)
    return total + (float(days) * 86_400 if comma else 0.0)


def _float(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None
