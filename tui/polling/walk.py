"""A walk through the jobs of an account, newest first, a page at a time."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from tui.domain import status
from tui.domain.filtering import Condition
from tui.domain.jobs import JobSummary
from tui.polling.ports import JobPage


class Walk:
    """Where a walk stands, and what it has met. It ends at its page budget, or with the oldest job."""

    def __init__(
        self,
        pages: int,
        busy_pages: int = 0,
        *,
        known: Iterable[str] = (),
        conditions: Sequence[Condition] = (),
        created_after: datetime | None = None,
        created_before: datetime | None = None,
    ) -> None:
        """`busy_pages` is the budget while the last page still had a job that is not over."""
        self.known = frozenset(known)
        """The jobs known when it began: those that it passes without meeting them are gone."""
        self.conditions = tuple(conditions)
        self.created_after = created_after
        self.created_before = created_before
        self.most_pages = pages
        self.busy_pages = max(pages, busy_pages)
        self.restart()

    def restart(self) -> None:
        """Begin anew: the token has grown too old, or is another operation's."""
        self.token: str | None = None
        self.pages = 0
        self.seen: set[str] = set()
        self.oldest: datetime | None = None
        """Creation time of the oldest job met."""
        self.total: int | None = None
        self.ended = False

    def take(self, page: JobPage) -> None:
        """Note a page."""
        self.pages += 1
        self.token = page.next_token
        self.total = page.total
        self.seen.update(key_of(job) for job in page.jobs)
        created = [job.times.created for job in page.jobs if job.times.created]
        self.oldest = min([*created, *([self.oldest] if self.oldest else [])], default=None)
        busy = any(not status.is_terminal(job.status) for job in page.jobs)
        self.ended = self.token is None or self.pages >= (self.busy_pages if busy else self.most_pages)

    def go_on(self, pages: int) -> None:
        """Walk further."""
        self.most_pages = self.pages + pages
        self.busy_pages = max(self.busy_pages, self.most_pages)
        self.ended = self.token is None

    @property
    def truncated(self) -> bool:
        """Whether it stopped before the oldest job."""
        return self.token is not None

    def passed(self, job: JobSummary) -> bool:
        """Return whether it would have met the job if that were still there."""
        bound = self.oldest if self.truncated else self.created_after
        if bound is None:
            return not self.truncated
        return bool(job.times.created and job.times.created > bound)


def key_of(job: JobSummary) -> str:
    """Return what a job is known by: the ARN has the name in lower case, two jobs may differ in case only."""
    return job.name or job.arn
