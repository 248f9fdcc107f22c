"""What a pane says while there is no description to show."""

from tui.app.lines import Row, row, wrap
from tui.app.panes.family import family_words
from tui.app.view import JobView
from tui.domain.failure import Failure


def waiting_rows(view: JobView, width: int) -> list[Row]:
    """Return why there is nothing yet, in words."""
    if view.family:
        text = family_words(view.family)
    elif not view.name:
        text = "No job under the cursor."
    elif view.failure:
        return failure_rows(view.failure, width)
    elif view.paused:
        text = "Paused: p asks about this job."
    else:
        text = "Asking DescribeTrainingJob…"
    return [row((line, "dim")) for line in wrap(text, width)]


def failure_rows(failure: Failure, width: int) -> list[Row]:
    """Return why something is not there: in one word and its action, what to do, then what the service said."""
    rows = [row((line, "warning")) for line in wrap(f"{failure.reason[:1].upper()}{failure.reason[1:]}.", width)]
    rows += [row((line, "strong")) for line in wrap(f"→ {failure.hint}", width)] if failure.hint else []
    return rows + [row((line, "dim")) for line in wrap(failure.message, width)]
