"""What Overview says while the cursor is on a parent: its children in a few lines."""

from typing import Final

from tui.app.lines import Row, Span, cells, fit, row, wrap
from tui.app.view import JobView
from tui.domain.families import Family
from tui.domain.jobs import reason_of
from tui.domain.units import coarse, count

_REASONS: Final = 4
_STARTED_BY: Final = {"tuning": "hyperparameter tuning job", "AutoML": "AutoML job", "labelling": "labelling job"}


def family_rows(family: Family, view: JobView, width: int) -> list[Row]:
    """Return name and kind of the parent, its children by status, their ages, and why some failed."""
    found = family.worst
    rows = [
        row(
            (f"{found.ascii if view.ascii else found.glyph} ", found.tone.value),
            (family.parent.name, "strong"),
            (f"  {_STARTED_BY.get(family.parent.kind, family.parent.kind)}", "dim"),
        )
    ]
    hidden = family.size - len(family.jobs)
    told: list[Span | tuple[str, str]] = [(f"{count(family.size, 'training job')}: ", "value")]
    for place, (look, word, number) in enumerate(family.counts):
        told += [(", " if place else "", "dim"), (f"{number} {word}", look.tone.value)]
    told.append((f", {hidden} behind the filter" if hidden else "", "dim"))
    line = row(*told)
    rows += [line] if cells([line]) <= width else [row((part, "value")) for part in wrap(line.plain, width)]
    created = [job.times.created for job in family.jobs if job.times.created]
    if created:
        newest, oldest = ((view.now - moment).total_seconds() for moment in (max(created), min(created)))
        ages = dict.fromkeys((coarse(newest), coarse(oldest)))
        rows.append(row(("created ", "label"), f"{' to '.join(ages)} ago"))
    reasons = [(job.name, reason_of(job)) for job in family.jobs if reason_of(job)]
    rows += [row((fit(f"{name}: {reason}", width), "bad")) for name, reason in reasons[:_REASONS]]
    rows.append(row((fit("enter folds and unfolds · space marks all · y copies the names", width), "dim")))
    return rows


def family_words(family: Family) -> str:
    """Return what a pane about one job says of many."""
    return f"A group of {count(family.size, 'job')}: each has its own."
