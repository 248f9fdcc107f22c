"""What `sagetop doctor` found, as a table for people and as a document for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from textwrap import wrap
from typing import Final

from tui.domain import units
from tui.domain.denial import Denial
from tui.domain.failure import Failure, FailureKind
from tui.domain.permissions import BY_ACTION, PERMISSIONS, Permission, healing, policy, policy_text

VERSION: Final = 1
_SKEW_SECONDS: Final = 5.0
"""The Date header has whole seconds, and the answer takes its time."""


class State(StrEnum):
    """How a try ended."""

    OK = "ok"
    DENIED = "denied"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    NOT_OFFERED = "not offered"
    """By this region or endpoint: no policy gives it, and nothing is wrong."""
    NOT_TRIED = "not tried"


_STATES: Final = {
    FailureKind.DENIED: State.DENIED,
    FailureKind.UNREACHABLE: State.UNREACHABLE,
    FailureKind.TIMEOUT: State.UNREACHABLE,
    FailureKind.UNSUPPORTED: State.NOT_OFFERED,
    FailureKind.NOT_FOUND: State.OK,
}
"""What is not there was looked for, and so was allowed."""


@dataclass(frozen=True, slots=True)
class Check:
    """One permission, and how the try of it ended."""

    permission: Permission
    state: State
    seconds: float | None = None
    """How long the answer took."""
    said: str = ""
    """What the service or the network said, or why it was not tried."""
    denial: Denial | None = None

    @classmethod
    def of(cls, permission: Permission, failure: Failure | None, seconds: float) -> "Check":
        """Return how a try ended: with an answer, or with a failure."""
        if failure is None:
            return cls(permission, State.OK, seconds)
        state = _STATES.get(failure.kind, State.FAILED)
        if state is State.OK:
            return cls(permission, state, seconds)
        said = failure.message if state is State.DENIED else f"{failure.kind}: {failure.message}"
        hint = failure.hint if not (failure.denial and failure.denial.statement_heals) else ""
        return cls(permission, state, seconds, f"{said} ({hint})" if hint else said, failure.denial)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the doctor looked at."""

    versions: tuple[tuple[str, str], ...]
    profile: str
    endpoint: str
    region: str
    credentials: str
    """Where they came from, in words; never a value. Why there are none, where there are none."""
    found: bool
    """Whether there are credentials."""
    expires: datetime | None
    account: str
    arn: str
    clock_offset_seconds: float | None
    """What the host's clock is behind the service's; None where nothing answered."""
    checks: tuple[Check, ...]
    now: datetime

    @property
    def missing(self) -> tuple[Check, ...]:
        """The tries without which something is lost."""
        fine = {check.permission.action for check in self.checks if check.state is State.OK}
        return tuple(
            check
            for check in self.checks
            if check.state not in (State.OK, State.NOT_OFFERED)
            and not check.permission.writes
            and check.permission.spare_for not in fine
        )

    @property
    def ok(self) -> bool:
        """Whether sagetop is allowed all that it needs."""
        return not self.missing

    @property
    def wanted(self) -> tuple[str, ...]:
        """The actions that a policy would have to give."""
        return healing(check.denial for check in self.missing if check.denial)

    @property
    def denials(self) -> tuple[Denial, ...]:
        """What was refused that is not in the table: the policy takes its resource from there."""
        found = (check.denial for check in self.missing if check.denial)
        return tuple(entry for entry in found if entry.action not in BY_ACTION)


def not_tried(permission: Permission) -> Check:
    """Return the check of what is never tried, since it would change the account."""
    return Check(permission, State.NOT_TRIED, said="never tried: it would stop a job; only --write needs it")


def doctor_text(report: Report, width: int = 100) -> str:
    """Return the report as lines: what is so, what is allowed, and the policy for what is not."""
    facts = [
        ("versions", ", ".join(f"{name} {version}" for name, version in report.versions)),
        ("profile", report.profile or "the SDK's default chain"),
        ("region", report.region or "none: --region or AWS_REGION"),
        ("endpoint", report.endpoint or "AWS"),
        ("credentials", report.credentials + _until(report)),
        ("identity", f"{report.account} {report.arn}".strip() or "not known"),
        ("clock", _clock(report.clock_offset_seconds)),
    ]
    lines = [line for label, text in facts for line in _hanging(f"{label:<12}", text, width)]
    lines.append("")
    cells = max(len(check.permission.action) for check in report.checks)
    missing = set(report.missing)
    for check in report.checks:
        took = "" if check.seconds is None else f"{check.seconds * 1000:,.0f} ms"
        head = f"{check.state:<12}{check.permission.action:<{cells}}{took:>10}  {check.permission.purpose}"
        lines.append(head.rstrip())
        said = [check.said] if check.said else []
        said += [f"lost: {check.permission.lost}"] if check in missing else []
        if check.state is State.DENIED and check not in missing:
            said.append(f"nothing is lost: {check.permission.spare_for} is allowed")
        lines += [line for text in said for line in _hanging(" " * 12, text, width)]
    lines.append("")
    if report.wanted:
        lines += ["The smallest policy for what is missing:", "", _policy_text(report)]
    elif report.ok:
        lines.append("Nothing is missing.")
    else:
        lines.append("Something is missing that no policy statement gives: see above.")
    lines += ["", "This cost 1 metric of GetMetricData: $0.00001."] if _asked_for_metrics(report) else []
    return "\n".join(lines) + "\n"


def doctor_json(report: Report) -> dict[str, object]:
    """Return the report as the document `doctor` of docs/json.md."""
    missing = set(report.missing)
    return {
        "version": VERSION,
        "kind": "doctor",
        "generated_at": units.utc(report.now),
        "ok": report.ok,
        "versions": dict(report.versions),
        "profile": report.profile or None,
        "region": report.region or None,
        "endpoint_url": report.endpoint or None,
        "credentials": {
            "found": report.found,
            "source": report.credentials,
            "expires_at": units.utc(report.expires) or None,
        },
        "account": report.account or None,
        "arn": report.arn or None,
        "clock_offset_seconds": report.clock_offset_seconds,
        "checks": [
            {
                "action": check.permission.action,
                "state": str(check.state),
                "seconds": None if check.seconds is None else round(check.seconds, 3),
                "said": check.said or None,
                "purpose": check.permission.purpose,
                "panes": list(check.permission.panes),
                "lost": check.permission.lost if check in missing else None,
                "missing_action": check.denial.action if check.denial else None,
                "explicit_deny": check.denial.explicit if check.denial else None,
            }
            for check in report.checks
        ],
        "policy": policy(report.wanted, report.account, report.region, report.denials) if report.wanted else None,
    }


def _policy_text(report: Report) -> str:
    return policy_text(report.wanted, report.account, report.region, report.denials)


def _asked_for_metrics(report: Report) -> bool:
    asked = BY_ACTION["cloudwatch:GetMetricData"]
    return any(check.permission is asked and check.state is State.OK for check in report.checks)


def _until(report: Report) -> str:
    if report.expires is None:
        return ""
    left = (report.expires - report.now).total_seconds()
    return f", expire in {units.duration(left)}" if left > 0 else ", expired"


def _clock(offset: float | None) -> str:
    if offset is None:
        return "not known: nothing answered"
    if abs(offset) <= _SKEW_SECONDS:
        return "agrees with the service's"
    way = "behind" if offset > 0 else "ahead of"
    fatal = "; AWS allows five minutes: set it" if abs(offset) >= 300 else ""
    return f"this host's is {units.duration(abs(offset))} {way} the service's{fatal}"


def _hanging(label: str, text: str, width: int) -> list[str]:
    lines = wrap(text, max(20, width - len(label)), break_on_hyphens=False) or [""]
    return [f"{label if place == 0 else ' ' * len(label)}{line}".rstrip() for place, line in enumerate(lines)]


def in_order(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Return checks in the order of the table, whatever answered first."""
    order = {permission.action: place for place, permission in enumerate(PERMISSIONS)}
    return tuple(sorted(checks, key=lambda check: order[check.permission.action]))
