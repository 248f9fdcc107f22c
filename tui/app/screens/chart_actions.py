"""What the keys do with the charts. Their commands are in `tui.app.commands`, the charts in `tui.app.panes`."""

from textual.getters import query_one

from tui.app.panes.metrics import MetricsPane
from tui.app.screens.watching import Watching

_NO_JOB = "There is no job under the cursor yet."


class ChartActions(Watching):
    """The part of the watch screen that is about the charts."""

    metrics_pane = query_one(MetricsPane)
    _came_from = ""

    def action_metrics(self) -> None:
        """Give the metrics the screen, or go back to where the user was."""
        if self.current == "metrics" and self.zoomed:
            back, self._came_from = self._came_from, ""
            with self.app.batch_update():
                self.zoomed = False
                if back:
                    self.turn_to(back)
        elif not self.view.name:
            self.say(_NO_JOB)
        else:
            self._came_from = self.current if self.current != "metrics" else ""
            with self.app.batch_update():
                self.turn_to("metrics")
                self.zoomed = True

    def action_axis(self) -> None:
        """Draw over the step, or over time again."""
        if self._on_charts():
            by_step = self.metrics_pane.charts.toggle_axis()
            self._drawn(f"Charts by {'step, where somebody tells it' if by_step else 'time'}.")

    def action_log_scale(self) -> None:
        """Draw on a logarithmic scale, or on a linear one again."""
        if self._on_charts():
            log = self.metrics_pane.charts.toggle_log()
            self._drawn(f"{'Logarithmic' if log else 'Linear'} scale.")

    def action_smoothing(self) -> None:
        """Smooth the curves more, or not at all after the most."""
        if self._on_charts():
            weight = self.metrics_pane.charts.smoother()
            self._drawn(f"Smoothing {weight:g}." if weight else "No smoothing.")

    def pin_chart(self) -> bool:
        """Pin the chart under the cursor or let it go; return False when the keys are not the charts'."""
        if self.current != "metrics" or not self.metrics_pane.charting:
            return False
        self.metrics_pane.charts.pin()
        self.metrics_pane.refresh_rows()
        return True

    def step_crosshair(self, steps: int) -> bool:
        """Move the crosshair; return False when the keys are not the charts'."""
        if self.current != "metrics" or not self.metrics_pane.charting:
            return False
        self.metrics_pane.charts.step(steps)
        self.metrics_pane.refresh_rows()
        return True

    def _on_charts(self) -> bool:
        if not self.view.name:
            self.say(_NO_JOB)
            return False
        if self.current != "metrics" or not self.metrics_pane.detailed:
            self.action_metrics()
        return True

    def _drawn(self, told: str) -> None:
        self.metrics_pane.refresh_rows()
        if not self.metrics_pane.charting:
            self.say(told)
