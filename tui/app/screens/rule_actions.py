"""What enter does on a rule: the log of the service's own, the evidence of a local one."""

import re

from tui.app.panes.metrics import MetricsPane
from tui.app.panes.rules import LOCAL
from tui.app.screens.live import Live


class RuleActions(Live):
    """The part of the watch screen that is about rules."""

    def open_rule(self) -> bool:
        """Go to what the rule under the cursor was found on; return False anywhere else."""
        row = self.target().cursor_row
        if self.current != "rules" or row is None:
            return False
        if row.key.startswith(LOCAL):
            self._show_evidence(row.key.removeprefix(LOCAL))
            return True
        from tui.domain.rules import rules

        found = next((rule for rule in rules(self._raw()) if rule.source == row.source), None)
        if found is None:
            return False
        if found.evaluation_job:
            self.logs.title_job = found.evaluation_job
            self.watch_rule(found.evaluation_job)
            self.turn_to("logs")
        else:
            self.say("The service names no evaluating job for this rule.")
        return True

    def close_rule_log(self) -> bool:
        """Go back from a rule's log to the job's own; return False where that is shown."""
        if not self.logs.title_job:
            return False
        self.workers.cancel_group(self, "rule")
        self.logs.title_job = ""
        self.publish()
        return True

    def _raw(self) -> dict[str, object]:
        return dict(self.view.snapshot.raw) if self.view.snapshot else {}

    def _show_evidence(self, rule: str) -> None:
        finding = next((finding for finding in self.view.findings if finding.rule == rule), None)
        link = finding.link if finding else None
        if link is not None and link.at_ms is not None:
            self.turn_to("logs")
            lines = self.logs.body.lines
            self.logs.body.go_to(lines.index_at(link.at_ms), centred=True)
        elif link is not None and link.metric:
            self.turn_to("metrics")
            self.zoomed = True
            self.query_one(MetricsPane).search(re.compile(re.escape(link.metric)))
        else:
            self.say("There is nothing to go to for this rule.")
