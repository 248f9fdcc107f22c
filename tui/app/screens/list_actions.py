"""What the keys do in the list. Their commands are in `tui.app.commands`, the list is in `tui.app.panes.jobs`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work

from tui.app.columns import DEFAULT, known
from tui.app.joblist import JobsView
from tui.app.roster import MORE, Order, is_job
from tui.app.screens.columns import ColumnsScreen
from tui.app.screens.live import Live
from tui.app.services import OpenServices, Options, Remembered
from tui.app.view import JobView
from tui.app.widgets.lines import Lines
from tui.app.widgets.prompt import Completer
from tui.domain.families import Family
from tui.domain.filtering import Filter, completions, pushed
from tui.domain.ordering import SORTS
from tui.domain.units import count

if TYPE_CHECKING:
    from tui.app.copying import Copy

_REMEMBER_SECONDS = 3.0
"""How long a change of the list waits to be written: who tries out sorts does not write each."""


class ListActions(Live):
    """The part of the watch screen that is about the list."""

    def __init__(self, open_services: OpenServices, options: Options) -> None:
        super().__init__(open_services, options)
        left = options.remembered
        self.model.columns = known(left.columns) or DEFAULT
        self.model.grouped = left.grouped
        self.model.order = Order(left.sort if left.sort in SORTS else "created", left.reverse)
        try:
            self.model.filter = Filter.parse(left.filter, left.problems_only)
        except ValueError:
            # What it could read once it cannot now: better all jobs than none.
            self.model.filter = Filter.parse("", left.problems_only)
        self._remembered = self.left
        self._remembering = False

    @property
    def left(self) -> Remembered:
        """How the list is now, to be found so the next time."""
        model = self.model
        return Remembered(
            filter=model.filter.text,
            problems_only=model.filter.problems_only,
            sort=model.order.column,
            reverse=model.order.reverse,
            columns=model.columns if model.columns != DEFAULT else (),
            grouped=model.grouped,
        )

    def around_jobs(self, view: JobsView) -> JobsView:
        """Return the view of the list with what else is known; remember what the user changed about it."""
        if self.options.remember and not self._remembering and self.left != self._remembered:
            self._remembering = True
            self.set_timer(_REMEMBER_SECONDS, self._remember)
        return super().around_jobs(view)

    @work(group="remember", exit_on_error=False, description="remember how the list is left")
    async def _remember(self) -> None:
        self._remembering = False
        self._remembered = self.left
        if self.options.remember:
            await asyncio.to_thread(self.options.remember, self._remembered)

    # Families, and the last row

    @property
    def family(self) -> Family | None:
        """The family whose parent is under the cursor of the list."""
        key = self.jobs.body.cursor_key
        return None if is_job(key) else self.model.shown().families.get(key)

    def around_job(self, view: JobView) -> JobView:
        """Return the view of the focused job with what else is known; on a parent, that of the family."""
        family = None if view.name or self.opened else self.family
        return super().around_job(replace(view, family=family) if family else view)

    def open_row(self) -> bool:
        """Fold or unfold a family, or load older jobs; return False on a job."""
        if self.current != "jobs":
            return False
        if self.jobs.body.cursor_key == MORE:
            self.action_more()
            return True
        return self.fold_family()

    def fold_family(self, folded: bool | None = None) -> bool:
        """Fold or unfold the family under the cursor, None: the other way; return False if there is nothing to."""
        family = self.family if self.current == "jobs" else None
        if family is None:
            return False
        unfolded = family.parent in self.model.shown().unfolded
        if folded is unfolded or folded is None:
            self.model.fold(family.parent, unfolded)
            self.publish()
            return True
        return False

    def action_group(self) -> None:
        """Show children under what started them, or all jobs one by one."""
        self.model.grouped = not self.model.grouped
        self.publish()
        self.say("Grouped by what started them." if self.model.grouped else "Not grouped.")

    def action_more(self) -> None:
        """Load older jobs: those that Search finds for the filter, where it can, else the next 500."""
        found = self.model.jobs.value
        matching = found.matching if found else None
        if matching and matching.more and self.model.filter:
            self.find(matching.conditions)
        else:
            self.load_older()

    def search_history(self) -> None:
        """Have Search find older jobs that pass the filter, as far as it can decide that itself."""
        found = self.model.jobs.value
        wanted = pushed(self.model.filter, self.model.clock.now()) if found and found.more else None
        self.find(wanted or ())

    # Which jobs, in which order

    def action_clear(self) -> None:
        """Drop filter, marks and search."""
        self.model.filter = Filter()
        self.search_history()
        self.model.marks.clear()
        self.search(None)
        self.logs.body.reset()
        self.publish()

    def action_problems(self) -> None:
        """Show problems only, or all again."""
        self.model.filter = replace(self.model.filter, problems_only=not self.model.filter.problems_only)
        self.publish()

    def action_sort_right(self) -> None:
        """Sort by the next column."""
        self._sort(self.model.order.moved(1, self.model.columns))

    def action_sort_left(self) -> None:
        """Sort by the previous column."""
        self._sort(self.model.order.moved(-1, self.model.columns))

    def action_reverse(self) -> None:
        """Reverse the order."""
        self._sort(self.model.order.reversed())

    def _sort(self, order: Order) -> None:
        self.model.order = order
        self.publish()

    def action_columns(self) -> None:
        """Choose the columns of the list."""
        before = self.model.columns
        self.app.push_screen(
            ColumnsScreen(before, self._show_columns), lambda chosen: self._show_columns(chosen or before)
        )

    def _show_columns(self, columns: tuple[str, ...]) -> None:
        self.model.columns = columns
        self.publish()

    def mark_row(self) -> None:
        """Mark the job under the cursor, or all children of the parent there, or unmark them, and go on."""
        family = self.family
        names = set(family.names) if family else {self.jobs.body.cursor_key}
        if not all(map(is_job, names)):
            return
        self.model.marks ^= names if not family or names <= self.model.marks else names - self.model.marks
        self.publish()
        self.jobs.body.move_by(1)

    def completer(self) -> Completer:
        """Return what completes the filter."""
        jobs = tuple(self.model.roster.jobs.values())
        return lambda text, cursor: completions(text, cursor, jobs)

    @on(Lines.Opened, "#candidates")
    def _take_clicked(self) -> None:
        self.prompt.take_chosen()
        self.prompt.input.focus()

    # Through the jobs

    def action_previous_job(self) -> None:
        """Turn to the job above."""
        self._step_job(-1)

    def action_next_job(self) -> None:
        """Turn to the job below."""
        self._step_job(1)

    def _step_job(self, steps: int) -> None:
        name = self.jobs.view.shown.next_job(self.view.name, steps)
        if name:
            self.jobs.body.move_to(name)
            self.focus_job(name)

    def list_copies(self) -> list[Copy]:
        """Return what can be copied of the list: the names under a parent."""
        from tui.app.copying import Copy

        family = self.family if self.current == "jobs" else None
        if family is None:
            return []
        return [
            Copy(f"{count(len(family.jobs), 'name')} of the group", "\n".join(family.names)),
            Copy(f"{family.parent.kind} job name", family.parent.name),
        ]
