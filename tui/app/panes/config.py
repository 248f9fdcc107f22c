"""7 Config and 8 Data: every member of their rooms, in the opened job."""

from collections.abc import Sequence
from typing import ClassVar

from tui.app.lines import BLANK, Row
from tui.app.panes.members import hidden, member_rows
from tui.app.view import JobView
from tui.app.widgets.pane import Pane
from tui.domain.catalogue import Room
from tui.domain.units import count


class ConfigPane(Pane):
    """Hyperparameters, environment, algorithm, entry point, experiment."""

    NUMBER: ClassVar[int] = 7
    NAME: ClassVar[str] = "Config"

    def rows_of(self, view: JobView, width: int) -> Sequence[Row]:
        """Return the members of the overview (identity, parents) and of the configuration."""
        if view.snapshot is None:
            return member_rows(view, Room.CONFIG, width)
        return [*member_rows(view, Room.OVERVIEW, width), BLANK, *member_rows(view, Room.CONFIG, width)]

    def summary_of(self, view: JobView) -> str:
        """Return how many values are masked."""
        masked = hidden(view)
        if not masked:
            return view.name
        return f"{count(masked, 'value')} {'revealed' if view.revealed else 'masked'} · x"


class DataPane(Pane):
    """Channels, outputs, checkpoints, artifacts."""

    NUMBER: ClassVar[int] = 8
    NAME: ClassVar[str] = "Data"

    def rows_of(self, view: JobView, width: int) -> Sequence[Row]:
        """Return the members of the data."""
        return member_rows(view, Room.DATA, width)
