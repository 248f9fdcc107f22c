"""What list and header are told: frozen values, made of what the screen knows."""

from dataclasses import replace
from datetime import datetime

from tui.app.model import Model
from tui.app.panes.jobs import JobsView
from tui.app.services import Services
from tui.app.view import COARSE_SECONDS, JobView
from tui.app.widgets.bars import Freshness
from tui.domain.failure import FailureKind
from tui.domain.jobs import nearest_names


def jobs_view(model: Model, now: datetime, *, ascii_only: bool) -> JobsView:
    """Return the list as it is to be shown."""
    found = model.jobs.value
    return JobsView(
        jobs=model.visible_jobs(),
        known=len(found.jobs) if found else 0,
        total=found.total if found else None,
        loading=found is None or not found.complete,
        order=model.order,
        filter=model.filter.text,
        problems_only=model.filter.problems_only,
        marks=frozenset(model.marks),
        changed=model.changed_jobs(),
        failure=model.jobs.failure,
        fallback=found.fallback if found else None,
        now=now,
        stale=model.jobs.failure is not None,
        ascii=ascii_only,
    )


def with_names(view: JobView, model: Model) -> JobView:
    """Return the view of a job that does not exist with the names that are nearest to its own."""
    if view.failure is None or view.failure.kind is not FailureKind.NOT_FOUND or view.snapshot:
        return view
    known = [job.name for job in model.jobs.value.jobs] if model.jobs.value else []
    near = nearest_names(view.name, known)
    hint = f"nearest: {', '.join(near)}; esc for the list" if near else "esc for the list"
    return replace(view, failure=replace(view.failure, message=f"no training job {view.name} here", hint=hint))


def freshness(model: Model, services: Services | None, dollars_per_hour: float) -> Freshness:
    """Return what the header says; the age in steps that mean something."""
    identity = model.identity.value
    age = model.age_seconds()
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
    )
