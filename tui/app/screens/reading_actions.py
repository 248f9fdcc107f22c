"""What the keys open to read: help, who asks, what went wrong, what is not allowed.

Their screen is imported when there is something to read.
"""

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
        from tui.domain.secrets import masked_text

        services = self.services
        facts = [("region", services.account.region if services else "")]
        if services:
            facts += [
                ("profile", services.profile or "the SDK's default chain"),
                ("endpoint", masked_text(services.endpoint_url) or "AWS"),
                ("calls", f"{services.budget.calls:,}, {services.budget.throttles:,} of them throttled"),
            ]
        state = self.credentials
        if state.source:
            ends = f", until {utc(state.expires)}" if state.expires else ""
            facts.append(("credentials", f"from {state.source}{ends}"))
        why = self.model.blocked or self.model.identity_failure
        return identity_rows(self.model.identity, why, facts, self.reading_cells)

    def action_failures(self) -> None:
        """Show what went wrong with calls lately."""
        from tui.app.screens.reading import ReadingScreen, failure_rows

        rows = failure_rows(tuple(self.model.incidents), self.reading_cells)
        self.app.push_screen(ReadingScreen("Failed calls, newest first", rows))

    def action_permissions(self) -> None:
        """Show what is not allowed, and the smallest policy that would give it, for copying."""
        from tui.app.copying import Copy
        from tui.app.screens.reading import ReadingScreen, permission_rows
        from tui.domain.permissions import READING, healing, policy_text

        refusals = self.services.refusals if self.services else None
        current = refusals.current() if refusals else ()
        denials = refusals.denials() if refusals else ()
        identity = self.model.identity
        where = (identity.account if identity else "", self.services.account.region if self.services else "")
        wanted = healing(denials) if denials else READING
        policy = policy_text(wanted, *where, denials) if wanted else ""
        ago = refusals.time() if refusals else 0.0
        rows = permission_rows(current, policy, where, self.model.clock.now(), ago, self.reading_cells)
        copy = Copy("policy", policy) if policy else None
        self.app.push_screen(ReadingScreen("Permissions", rows, copy), self.copy_chosen)

    def action_help(self) -> None:
        """Show all keys."""
        from tui.app.screens.reading import ReadingScreen, help_rows

        self.app.push_screen(ReadingScreen("Keys", help_rows(self.reading_cells, self.options.write)))
