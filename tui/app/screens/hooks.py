"""What the watch screen asks of whatever is live around the focused job: nothing, until a subclass has something."""

from tui.app.joblist import JobsView
from tui.app.services import Services
from tui.app.view import JobView
from tui.domain.job import JobSnapshot


class Hooks:
    """Called by `tui.app.screens.polled` and `watching`, answered by `tui.app.screens.live`."""

    async def connected(self, services: Services) -> None:
        """Begin what else needs the services."""

    def focused_another(self) -> None:
        """Leave what was live around the job before."""

    def another_account(self) -> None:
        """Forget all that was of the account before."""

    def described(self, snapshot: JobSnapshot) -> None:
        """Take in a description of the focused job."""

    def around_job(self, view: JobView) -> JobView:
        """Add to the view of the focused job."""
        return view

    def around_jobs(self, view: JobsView) -> JobsView:
        """Add to the view of the list."""
        return view

    def say(self, text: str, *, warning: bool = False) -> None:
        """Tell the user something in passing."""

    def paused_or_resumed(self) -> None:
        """Pause or resume what is no poller."""

    def dollars_per_hour(self) -> float:
        """Return what the calls cost that are charged."""
        return 0.0

    def show_around(self) -> None:
        """Show what else there is of the focused job."""
