"""How long to wait before asking again: pure functions, so that they can be tested without waiting."""

from datetime import datetime, timedelta
from typing import Final

from tui.domain import members, rules
from tui.domain.failure import Failure, FailureKind
from tui.domain.job import JobSnapshot

FOCUSED_SECONDS: Final = 2.5
"""The focused job while it runs and someone looks. With the list below and its walks: 0.5 calls a second in all."""
QUIET_SECONDS: Final = 5.0
"""The same after minutes without a key or a change."""
AWAY_SECONDS: Final = 10.0
"""The same while the terminal is not looked at, or for long nothing happened."""
SETTLING_SECONDS: Final = 10.0
"""A job that is over, while its rules or its warm pool still change."""
LIST_SECONDS: Final = 13.0
QUIET_AFTER: Final = 180.0
_VERY_QUIET_AFTER: Final = 900.0
_SETTLED_BEFORE: Final = timedelta(minutes=1)
"""Final metrics, artifacts and the warm pool may appear a moment after the end."""
_SETTLED_AFTER: Final = timedelta(minutes=15)
_LONGEST_WARM_SECONDS: Final = 21_600
_FIRST_RETRY_SECONDS: Final = 2.0
_LONGEST_RETRY_SECONDS: Final = 60.0
_LONGEST_PASSING_SECONDS: Final = 30.0
"""The same after a failure that may be over at any moment: whoever looks by then should not wait for it."""
LOOKED_AT_SECONDS: Final = 5.0
"""The wait after a failure that may be over is no longer than this once a key is pressed."""
_SOMEONE_SECONDS: Final = 5.0
"""While credentials or a region are missing: the user who logs in waits for the screen to notice."""
_NOBODY_SECONDS: Final = 20.0
"""The same once nobody did for two minutes: a credential process may be no small thing to start."""
_NOBODY_AFTER: Final = 24
_SOMEONE: Final = frozenset({FailureKind.NO_CREDENTIALS, FailureKind.EXPIRED, FailureKind.NO_REGION})
_BILLED: Final = ("BillableTimeInSeconds", "BillableTokenCount")
_LIVE_WARM_POOL: Final = frozenset({"Available", "InUse"})


def jittered(seconds: float, chance: float) -> float:
    """Spread a period over ±10 %, so that several screens do not march in step; `chance` is 0 to 1."""
    return seconds * (0.9 + 0.2 * chance)


def after_failure(failure: Failure, failures: int, chance: float) -> float:
    """Return the wait after the `failures`-th failure in a row: exponential, capped, full jitter.

    Retry-After is honoured; missing credentials are looked for again at a steady pace.
    """
    if failure.kind in _SOMEONE:
        return jittered(_SOMEONE_SECONDS if failures <= _NOBODY_AFTER else _NOBODY_SECONDS, chance)
    longest = _LONGEST_PASSING_SECONDS if failure.passing else _LONGEST_RETRY_SECONDS
    ceiling = min(longest, _FIRST_RETRY_SECONDS * 2.0 ** min(failures, 10))
    return max(failure.retry_after_seconds or 0.0, 0.5 + (ceiling - 0.5) * chance)


def of_job(snapshot: JobSnapshot, now: datetime, quiet_seconds: float = 0.0, away: bool = False) -> float | None:
    """Return the period for a focused job, or None once nothing of it can change any more.

    `quiet_seconds` is how long there was neither a key nor a change; `away` that the terminal lost its focus.
    """
    if snapshot.terminal:
        return None if settled(snapshot, now) else SETTLING_SECONDS
    if away or quiet_seconds >= _VERY_QUIET_AFTER:
        return AWAY_SECONDS
    return QUIET_SECONDS if quiet_seconds >= QUIET_AFTER else FOCUSED_SECONDS


def settled(snapshot: JobSnapshot, now: datetime) -> bool:
    """Return whether a job is over and its late members too: rules, warm pool, billable time, final metrics.

    What has not settled 15 minutes after the last change never will; a warm pool has its keep-alive period on top.
    """
    if not snapshot.terminal:
        return False
    last = max((at for at in (snapshot.times.ended, snapshot.times.modified) if at), default=None)
    if last is None:
        return True
    limit = _SETTLED_AFTER
    warm = members.text(snapshot.raw, "WarmPoolStatus", "Status") in _LIVE_WARM_POOL
    if warm:
        kept = members.integer(snapshot.raw, "ResourceConfig", "KeepAlivePeriodInSeconds") or _LONGEST_WARM_SECONDS
        limit += timedelta(seconds=min(max(kept, 0), _LONGEST_WARM_SECONDS))
    if now - last > limit:
        return True
    if warm or now - last < _SETTLED_BEFORE or rules.live(snapshot.raw):
        return False
    trained = snapshot.times.started is not None
    return not trained or any(members.number(snapshot.raw, member) is not None for member in _BILLED)
