"""What panes and header are told beside what the model says: frozen values."""

from dataclasses import replace

from tui.app.model import Model
from tui.app.services import Services
from tui.app.view import COARSE_SECONDS, JobView
from tui.app.widgets.bars import Freshness
from tui.domain.failure import FailureKind
from tui.domain.units import countdown
from tui.polling.ports import CredentialState

_SOON_SECONDS = 600
"""Credentials that hold for less are worth a warning."""
_GONE = "the job was deleted; below is what it was when it was last seen"


def with_names(view: JobView, model: Model) -> JobView:
    """Return the view of a job that is not there: deleted meanwhile, or with the names nearest to its own."""
    if view.failure is None or view.failure.kind is not FailureKind.NOT_FOUND:
        return view
    if view.snapshot:
        return replace(view, failure=replace(view.failure, message=_GONE, hint="esc for the list"))
    near = model.near(view.name)
    hint = f"nearest: {', '.join(near)}; esc for the list" if near else "esc for the list"
    return replace(view, failure=replace(view.failure, message=f"no training job {view.name} here", hint=hint))


def freshness(
    model: Model, services: Services | None, dollars_per_hour: float, credentials: CredentialState
) -> Freshness:
    """Return what the header says; the age in steps that mean something."""
    identity = model.identity
    age = model.age_seconds()
    left = (credentials.expires - model.clock.now()).total_seconds() if credentials.expires else None
    return Freshness(
        account=identity.account if identity else "",
        role=identity.role if identity else "",
        region=services.account.region if services else "",
        profile=services.profile if services else "",
        age_seconds=None if age is None else age // COARSE_SECONDS * COARSE_SECONDS,
        calls_per_second=services.budget.calls_per_second() if services else 0.0,
        throttles=services.budget.throttles if services else 0,
        slowed=services.budget.slowed() if services else False,
        dollars_per_hour=dollars_per_hour,
        failure=model.trouble(),
        refused=len(services.refusals.current()) if services else 0,
        credentials="" if left is None else countdown(left),
        credentials_end=left is not None and left < _SOON_SECONDS,
    )
