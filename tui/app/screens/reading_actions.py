"""What the keys open to read: help, identity, failures. Their screen is imported when there is something to read."""

from tui.app.lines import Row
from tui.app.screens.watching import Watching
from tui.domain.units import utc


class ReadingActions(Watching):
    """The part of the watch screen that is about what opens on top to be read."""

    def action_identity(self) -> None:
        """Show who asks, where, and how much."""
        from tui.app.screens.reading import ReadingScreen

        self.app.push_screen(ReadingScreen("Identity", self._identity_rows))

    def _identity_rows(self) -> list[Row]:
        from tui.app.screens.reading import identity_rows

        services = self.services
        facts = [("region", services.account.region if services else "")]
        if services:
            facts += [
                ("profile", services.profile or "the SDK's default chain"),
                ("endpoint", services.endpoint_url or "AWS"),
                ("calls", f"{services.budget.calls:,}, {services.budget.throttles:,} of them throttled"),
            ]
        state = self.credentials
        if state.source:
            ends = f", until {utc(state.expires)}" if state.expires else ""
            facts.append(("credentials", f"from {state.source}{ends}"))
        return identity_rows(self.model.identity, facts, self._reading_cells)

    def action_failures(self) -> None:
        """Show what went wrong with calls lately."""
        from tui.app.screens.reading import ReadingScreen, failure_rows

        rows = failure_rows(tuple(self.model.incidents), self._reading_cells)
        self.app.push_screen(ReadingScreen("Failed calls, newest first", rows))

    def action_help(self) -> None:
        """Show all keys."""
        from tui.app.screens.reading import ReadingScreen, help_rows

        self.app.push_screen(ReadingScreen("Keys", help_rows(self._reading_cells)))

    @property
    def _reading_cells(self) -> int:
        return max(20, min(self.size.width - 8, 92))
