"""Rules over the curves of training: loss and throughput."""

import math
import re
from collections.abc import Iterator
from typing import Final

from tui.domain.autopsy.lines import pieces
from tui.domain.health import robust
from tui.domain.health.model import Finding, Link, Severity, Thresholds, Vitals, fine, issue, waits
from tui.domain.series import Point, Series, Source
from tui.domain.units import number, utc

_LOSS: Final = re.compile(
    r"loss(?![a-z])|(?<![a-z])(?:nll|perplexity|ppl|cross_?entropy|rmse|mse|mae|mape|logloss|deviance|error)(?![a-z])",
    re.IGNORECASE,
)
_NOT_FALLING: Final = re.compile(
    r"(?<![a-z])(?:policy|actor|critic|vf|value|kl|adv|generator|discriminator|gen|disc|[gd]|entropy)(?![a-z])",
    re.IGNORECASE,
)
_VALIDATION: Final = re.compile(r"(?<![a-z])(?:val|valid|validation|eval|test|dev|holdout)(?![a-z])", re.IGNORECASE)
_THROUGHPUT: Final = re.compile(
    r"(?:samples?|images?|tokens?|steps?|it|iters?|records?|examples?)[_ ]?(?:/|per)[_ ]?s(?:ec|econd)?(?![a-z])"
    r"|throughput|(?<![a-z])speed(?![a-z])|(?<![a-z])(?:tps|fps)(?![a-z])",
    re.IGNORECASE,
)
_LOSS_IN_LOG: Final = re.compile(
    r"\b\w{0,30}loss\b['\"]?\s{0,3}[:=]\s{0,3}(?:tensor\()?['\"]?([-+]?(?:nan|inf(?:inity)?)\b)", re.IGNORECASE
)


def is_loss(name: str) -> bool:
    """Return whether a metric of that name is one that training lowers."""
    return bool(_LOSS.search(name))


def is_validation(name: str) -> bool:
    """Return whether a metric of that name is measured on data that training does not see."""
    return bool(_VALIDATION.search(name))


def _losses(vitals: Vitals, *, validation: bool) -> Iterator[Series]:
    """Yield the loss curves that ought to fall, one per name: the source with the most points."""
    best: dict[str, Series] = {}
    for curve in vitals.series:
        wanted = curve.source not in (Source.INSTANCE, Source.FINAL) and is_loss(curve.name)
        if not wanted or is_validation(curve.name) is not validation or _NOT_FALLING.search(curve.name):
            continue
        known = best.get(curve.name)
        if known is None or len(curve.points) > len(known.points):
            best[curve.name] = curve
    yield from best.values()


def loss_nan(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """LossNaN: a value of a loss is NaN or infinite.

    Critical while the last value is; a warning where finite values followed. Looks at the last 100 points of each
    loss-like curve of any source, else at `loss: nan` in the log. Absent in a job that is over and has neither.
    """
    rule = "LossNaN"
    seen = 0
    worst: Finding | None = None
    for curve in vitals.series:
        if curve.source is Source.INSTANCE or not is_loss(curve.name) or not curve.points:
            continue
        seen += 1
        recent = curve.points[-limits.nan_recent_points :]
        bad = [point for point in recent if not math.isfinite(point.y)]
        if not bad:
            continue
        last = recent[-1]
        since = next((i for i in range(len(recent) - 1, 0, -1) if math.isfinite(recent[i - 1].y)), 0)
        first = bad[0] if math.isfinite(last.y) else recent[since]
        at = None if curve.by_step else robust.when(first.x)
        link = Link(curve.name, curve.host)
        if not math.isfinite(last.y):
            place = f"step {number(first.x)}" if curve.by_step else utc(at)
            evidence = f"{curve.name} is {number(last.y)} since {place}"
            return issue(rule, evidence, at, link, Severity.CRITICAL)
        evidence = f"{curve.name}: {len(bad)} of {len(recent)} values not finite, now {number(last.y)}"
        worst = worst or issue(rule, evidence, at, link)
    if worst is not None:
        return worst
    spoken = _spoken_nan(vitals, limits)
    if spoken is not None:
        return spoken
    if seen:
        return fine(rule, f"finite in {seen} loss {'curve' if seen == 1 else 'curves'}")
    return None if vitals.snapshot.terminal else waits(rule, "a loss-like metric")


def _spoken_nan(vitals: Vitals, limits: Thresholds) -> Finding | None:
    for line in vitals.log[-limits.log_lines :]:
        lowered = line.text.lower()
        if "loss" not in lowered or ("nan" not in lowered and "inf" not in lowered):
            continue
        for _, piece in pieces(line.text):
            found = _LOSS_IN_LOG.search(piece)
            if found:
                at = robust.when(line.at / 1000)
                evidence = f"{line.host}: {piece.strip()[:200]}"
                return issue("LossNaN", evidence, at, Link(host=line.host, at_ms=line.at), Severity.CRITICAL)
    return None


def loss_diverging(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """LossDiverging: the median of each of the last two tenths of the training loss > 1.5 x that of its best tenth.

    And the last is in the upper quarter of all values. A tenth is at least 5 points. For a loss whose best is not
    positive the rise is held against its fall: last - best > 1.5 x (first - best). Adversarial and policy losses need
    not fall and are left out.
    """
    return _worst("LossDiverging", [_diverging(curve, limits) for curve in _losses(vitals, validation=False)], vitals)


def _diverging(curve: Series, limits: Thresholds) -> Finding:
    rule = "LossDiverging"
    points = robust.finite(curve.points)
    needed = max(limits.loss_points, 10)
    if len(points) < needed:
        return waits(rule, f"{needed} values of {curve.name} ({len(points)} now)")
    size = max(5, len(points) // 10)
    values = [point.y for point in points]
    blocks = [robust.middle(values[end - size : end]) for end in range(len(values), size - 1, -size)][::-1]
    recent, first, best = blocks[-1], blocks[0], min(blocks)
    evidence = f"{curve.name} {number(recent)}, best {number(best)}"
    by_ratio = best > 0 and min(blocks[-2:]) > limits.diverging_ratio * best
    by_spread = best <= 0 and first > best and min(blocks[-2:]) - best > limits.diverging_ratio * (first - best)
    if (by_ratio or by_spread) and recent >= robust.quantile(values, 0.75):
        at = None if curve.by_step else robust.when(points[-size].x)
        return issue(rule, evidence, at, Link(curve.name, curve.host), Severity.CRITICAL)
    return fine(rule, evidence)


def loss_plateau(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """LossPlateau: over the last 60 training losses, the second half's median is less than 0.5 % below the first's.

    Nor more than 0.5 % above, and the spread says the same: the gain is under three quarters of the scaled median
    absolute deviation, so that a slow but steady fall is none. Absent in a job that is over: what converged is flat.
    """
    if vitals.snapshot.terminal:
        return None
    return _worst("LossPlateau", [_plateau(curve, limits) for curve in _losses(vitals, validation=False)], vitals)


def _plateau(curve: Series, limits: Thresholds) -> Finding:
    rule = "LossPlateau"
    points = robust.finite(curve.points)
    if len(points) < limits.plateau_points:
        return waits(rule, f"{limits.plateau_points} values of {curve.name} ({len(points)} now)")
    recent = [point.y for point in points[-limits.plateau_points :]]
    half = max(1, len(recent) // 2)
    before, after = robust.middle(recent[:half]), robust.middle(recent[half:])
    gain = before - after
    share = 100 * gain / abs(before) if before else (0.0 if gain == 0 else math.inf)
    noise = robust.deviation(recent)
    evidence = f"{curve.name} {number(after)}: {share:.2g} % better than the {half} values before"
    if abs(share) < limits.plateau_gain_percent and abs(gain) <= 0.75 * noise:
        at = None if curve.by_step else robust.when(points[-limits.plateau_points].x)
        return issue(rule, evidence, at, Link(curve.name, curve.host))
    return fine(rule, evidence)


def train_validation_gap(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """TrainValidationGap: validation loss is 10 % above its best, has been for 3 values, and training loss fell on.

    The training loss is compared over the same stretch of x (time or step): its median after the best validation
    value is below that before. Absent where no validation loss was ever seen.
    """
    rule = "TrainValidationGap"
    validation = list(_losses(vitals, validation=True))
    if not validation:
        return None
    training = list(_losses(vitals, validation=False))
    if not training:
        return None if vitals.snapshot.terminal else waits(rule, "a training loss")
    return _worst(rule, [_gap(curve, training, limits) for curve in validation], vitals)


def _gap(validation: Series, training: list[Series], limits: Thresholds) -> Finding:
    rule = "TrainValidationGap"
    points = robust.finite(validation.points)
    if len(points) < limits.gap_points:
        return waits(rule, f"{limits.gap_points} values of {validation.name} ({len(points)} now)")
    best = min(points, key=lambda point: point.y)
    recent = robust.middle([point.y for point in points[-3:]])
    evidence = f"{validation.name} {number(recent)}, best {number(best.y)}"
    rise = 100 * (recent - best.y) / abs(best.y) if best.y else 0.0
    if rise < limits.gap_rise_percent or best in points[-3:]:
        return fine(rule, evidence)
    for curve in training:
        if curve.by_step is not validation.by_step:
            continue
        known = robust.finite(curve.points)
        after = [point.y for point in known if point.x > best.x]
        before = [point.y for point in known if point.x <= best.x][-max(1, len(after)) :]
        if len(known) >= limits.loss_points and after and before and robust.middle(after) < robust.middle(before):
            place = f" at step {number(best.x)}" if validation.by_step else ""
            at = None if validation.by_step else robust.when(best.x)
            told = f"{evidence}{place} ({rise:.0f} % above), while {curve.name} fell to {number(known[-1].y)}"
            return issue(rule, told, at, Link(validation.name, validation.host))
    return fine(rule, evidence)


def throughput_drop(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """ThroughputDrop: the median of the last 8 values is 40 % below that of those before, the first 5 left out.

    Absent in a job that is over and where no metric is named like a throughput (`samples/sec`, `tokens_per_second`).
    """
    rule = "ThroughputDrop"
    if vitals.snapshot.terminal:
        return None
    found = []
    for curve in throughputs(vitals):
        points = robust.finite(curve.points)
        if len(points) < limits.throughput_points:
            found.append(waits(rule, f"{limits.throughput_points} values of {curve.name} ({len(points)} now)"))
            continue
        found.append(_drop(curve, points, limits))
    return _worst(rule, found, vitals) if found else None


def throughputs(vitals: Vitals) -> Iterator[Series]:
    """Yield the curves that are named like a throughput."""
    for curve in vitals.series:
        if curve.source not in (Source.INSTANCE, Source.FINAL) and _THROUGHPUT.search(curve.name):
            yield curve


def _drop(curve: Series, points: list[Point], limits: Thresholds) -> Finding:
    recent = [point.y for point in points[-limits.throughput_recent_points :]]
    usual = robust.middle([point.y for point in points[5 : -limits.throughput_recent_points]] or recent)
    now = robust.middle(recent)
    evidence = f"{curve.name} {number(now)}, usually {number(usual)}"
    if usual > 0 and now < usual * (1 - limits.throughput_drop_percent / 100):
        at = None if curve.by_step else robust.when(points[-limits.throughput_recent_points].x)
        return issue("ThroughputDrop", evidence, at, Link(curve.name, curve.host))
    return fine("ThroughputDrop", evidence)


def _worst(rule: str, found: list[Finding], vitals: Vitals) -> Finding | None:
    """Return the first issue, else the first verdict, else what is waited for; nothing for a job that is over."""
    for status in ("IssuesFound", "NoIssuesFound"):
        for finding in found:
            if finding.status == status:
                return finding
    if vitals.snapshot.terminal:
        return None
    return found[0] if found else waits(rule, "a loss-like metric")
