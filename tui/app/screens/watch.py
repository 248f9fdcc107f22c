"""The watch screen: what the commands of `tui.app.commands` do.

What may change the account is in `tui.app.screens.stop_actions`; nothing else does.
"""

from __future__ import annotations

import os
import re
import sys
from typing import ClassVar, Final

from textual import on
from textual.binding import BindingType

from tui.app.commands import bindings
from tui.app.layout import PANES, ROOMS, neighbour
from tui.app.screens.chart_actions import ChartActions
from tui.app.screens.list_actions import ListActions
from tui.app.screens.log_actions import LogActions
from tui.app.screens.login_actions import LoginActions
from tui.app.screens.reading_actions import ReadingActions
from tui.app.screens.rule_actions import RuleActions
from tui.app.screens.stop_actions import StopActions
from tui.app.terminal import take_mouse
from tui.app.widgets.lines import Lines
from tui.app.widgets.prompt import Prompt
from tui.domain.filtering import Filter
from tui.domain.units import count

_STRETCHES: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
"""What + and - go through: factors on every period."""
_NO_JOB: Final = "There is no job under the cursor yet."


class WatchScreen(StopActions, ChartActions, LogActions, LoginActions, ReadingActions, RuleActions, ListActions):
    """Every job, and everything about the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]

    _own_mouse = True
    """Whether sagetop gets the mouse, or the terminal for selecting text."""

    # Moving

    def action_down(self) -> None:
        """Move down."""
        self.target().move_by(1)

    def action_up(self) -> None:
        """Move up."""
        self.target().move_by(-1)

    def action_top(self) -> None:
        """Move to the first row."""
        self.target().move_top()

    def action_bottom(self) -> None:
        """Move to the last row."""
        self.target().move_bottom()

    def action_half_down(self) -> None:
        """Move half a page down."""
        self.target().move_by(max(1, self.target().page // 2))

    def action_half_up(self) -> None:
        """Move half a page up."""
        self.target().move_by(-max(1, self.target().page // 2))

    def action_page_down(self) -> None:
        """Move a page down."""
        self.target().move_by(self.target().page)

    def action_page_up(self) -> None:
        """Move a page up."""
        self.target().move_by(-self.target().page)

    def action_next_pane(self) -> None:
        """Go to the next pane."""
        self.turn_to(neighbour(self.arrangement, self.current, 1, self.opened))

    def action_previous_pane(self) -> None:
        """Go to the previous pane."""
        self.turn_to(neighbour(self.arrangement, self.current, -1, self.opened))

    def action_right(self) -> None:
        """Unfold a group or in Everything; move the crosshair in charts; else go to the next pane."""
        if self.step_crosshair(1) or self.fold_family(folded=False):
            return
        if self.current == "everything":
            self.everything.fold(self.everything.body.cursor_key, folded=False)
        else:
            self.action_next_pane()

    def action_left(self) -> None:
        """Fold a group or in Everything; move the crosshair in charts; else go to the previous pane."""
        if self.step_crosshair(-1) or self.fold_family(folded=True):
            return
        if self.current == "everything":
            self.everything.fold(self.everything.body.cursor_key, folded=True)
        else:
            self.action_previous_pane()

    def action_pane(self, number: int) -> None:
        """Go to a pane by its number; those that only an opened job has open it. In the full-screen log, jump."""
        if self._jump(number):
            return
        pane = PANES[number - 1]
        if pane != "jobs" and not self.view.name:
            self.say(_NO_JOB)
            return
        if pane == "jobs":
            self.opened = False
        elif pane in ROOMS:
            self.opened = True
        self.turn_to(pane)

    # Jobs

    def action_open(self) -> None:
        """Open the job full screen; fold a group or in Everything; on a rule go to its log or its evidence."""
        if self.open_rule() or self.open_row():
            return
        if self.current == "everything":
            self.everything.fold(self.everything.body.cursor_key)
        elif not self.view.name:
            self.say(_NO_JOB)
        elif not self.opened:
            self.opened = True
            self.turn_to(self.beside if self.current == "jobs" else self.current)

    def action_filter(self) -> None:
        """Open the prompt: the filter of the list, or a search in another pane."""
        if self.current == "jobs":
            self.prompt.ask("filter", self.model.filter.text, self.completer())
        else:
            self.prompt.ask("search", "")

    def action_mark(self) -> None:
        """Mark the job under the cursor or all of a group, or unmark, and go on; in the log follow, or stay."""
        if self.pin_chart():
            return
        if self.current == "logs":
            self.action_follow()
        if self.current == "jobs":
            self.mark_row()

    @on(Lines.Opened, "#jobs-list")
    def _open_clicked(self) -> None:
        self.action_open()

    # One job

    def action_zoom(self) -> None:
        """Give the pane the screen, or the others back their places."""
        self.zoomed = not self.zoomed

    def action_logs(self) -> None:
        """Go to the logs."""
        self.turn_to("logs")

    def action_describe(self) -> None:
        """Open everything that is known of the job."""
        self.action_pane(PANES.index("everything") + 1)

    def action_browse(self) -> None:
        """Open the console page where there is a browser, else copy its address."""
        import webbrowser

        from tui.app.copying import Copy, console_url

        address = console_url(self.view)
        if not address:
            self.say(_NO_JOB)
        elif sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
            webbrowser.open(address)
            self.say("Opened in the browser.")
        else:
            self.copy(Copy("console address", address))

    def action_copy(self) -> None:
        """Ask what to copy."""
        from tui.app.copying import copies
        from tui.app.screens.menu import MenuScreen

        found = copies(self.view, self.target().cursor_row, frozenset(self.model.marks))
        entries = self.log_copies() + self.list_copies() + found
        if not entries:
            self.say(_NO_JOB)
            return

        def chosen(place: int | None) -> None:
            if place is not None:
                self.copy(entries[place])

        self.app.push_screen(MenuScreen("Copy", "copies", [(each.label, each.text) for each in entries]), chosen)

    # Config, Data, Everything

    def action_next_match(self) -> None:
        """Go to the next match."""
        self._go_to_match(1)

    def action_previous_match(self) -> None:
        """Go to the previous match."""
        self._go_to_match(-1)

    def _go_to_match(self, steps: int) -> None:
        if not self.target().searching:
            self.say("Nothing is searched for: / searches.")
        elif not self.target().next_match(steps):
            self.say("No match.")

    def action_json(self) -> None:
        """Show Everything as JSON, or as a tree again; in the log that of a line."""
        if self._toggle_json():
            return
        if self.current != "everything":
            self.action_describe()
        self.everything.as_json = not self.everything.as_json

    def action_reveal(self) -> None:
        """Show values that look secret, or mask them again."""
        self.model.revealed = not self.model.revealed
        self.publish()

    # Screen

    def action_refresh(self) -> None:
        """Ask the service now."""
        self.ask_now()

    def action_pause(self) -> None:
        """Stop asking, or go on."""
        self.paused = not self.paused
        for poller in self.pollers:
            if self.paused:
                poller.pause()
            else:
                poller.resume()
        self.paused_or_resumed()
        self.publish()

    def action_faster(self) -> None:
        """Ask more often."""
        self._stretch(-1)

    def action_slower(self) -> None:
        """Ask less often."""
        self._stretch(1)

    def _stretch(self, steps: int) -> None:
        here = _STRETCHES.index(self.stretch)
        self.stretch = _STRETCHES[max(0, min(len(_STRETCHES) - 1, here + steps))]
        for poller in self.pollers:
            poller.stretch = self.stretch * self.bandwidth.stretch
            poller.kick()
        self.say(f"Asking {'as usual' if self.stretch == 1 else f'every {self.stretch:g} × the usual time'}.")

    def action_mouse(self) -> None:
        """Give the mouse to the terminal, or take it back."""
        self._own_mouse = not self._own_mouse
        take_mouse(self.app, self._own_mouse)
        self.say("The mouse is sagetop's." if self._own_mouse else "The mouse is the terminal's: M takes it back.")

    def action_palette(self) -> None:
        """Find a command by name."""
        self.app.action_command_palette()

    def action_back(self) -> None:
        """Close one layer: search, filter, zoom, opened job."""
        if self._close_log_layer() or self.close_rule_log():
            return
        if self.target().searching:
            self.search(None)
        elif self.zoomed:
            self.zoomed = False
        elif self.opened:
            self.action_pane(1)
        elif self.current != "jobs":
            self.turn_to("jobs")
        elif self.model.filter:
            self.model.filter = Filter()
            self.search_history()
            self.publish()

    def action_quit(self) -> None:
        """Go back from an opened job; from the list, quit. Nothing at the service changes."""
        if self.zoomed or self.opened:
            self.action_back()
        else:
            self.app.exit()

    def action_quit_now(self) -> None:
        """Quit at once."""
        self.app.exit(return_code=130)

    # The prompt

    @on(Prompt.Typed)
    def _typed(self, message: Prompt.Typed) -> None:
        """Filter or search while it is typed; what cannot be read keeps the last good result."""
        try:
            if self.current == "jobs":
                self.model.filter = Filter.parse(message.text, self.model.filter.problems_only)
                self.publish()
                self.prompt.warn(count(len(self.jobs.view.shown.jobs), "job"))
            else:
                found = self.search(re.compile(message.text, re.IGNORECASE) if message.text else None)
                self.prompt.warn(count(found, "row") if message.text else "")
        except ValueError as error:
            self.prompt.warn(str(error))
        except re.error as error:
            self.prompt.warn(error.msg)

    @on(Prompt.Closed)
    def _leave_prompt(self, message: Prompt.Closed) -> None:
        if self.current == "jobs":
            if not message.accepted:
                self.model.filter = Filter.parse("", self.model.filter.problems_only)
                self.publish()
            self.search_history()
        elif self.current != "jobs":
            if not message.accepted:
                self.search(None)
            elif self.target().searching:
                self.target().next_match(1)
        self.target().focus()
