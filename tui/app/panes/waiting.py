"""What a pane says while there is no description to show."""

from tui.app.lines import Row, row, wrap
from tui.app.panes.family import family_words
from tui.app.view import JobView


def waiting_rows(view: JobView, width: int) -> list[Row]:
    """Return why there is nothing yet, in words."""
    if view.family:
        text = family_words(view.family)
    elif not view.name:
        text = "No job under the cursor."
    elif view.failure:
        text = f"{view.failure.kind.capitalize()}: {view.failure.message}"
    elif view.paused:
        text = "Paused: p asks about this job."
    else:
        text = "Asking DescribeTrainingJob…"
    return [row((line, "dim")) for line in wrap(text, width)]
