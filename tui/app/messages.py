"""What happens: results carry whom they are about, so that a late one is dropped and not shown elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui.polling.feed import JobList
    from tui.polling.poller import Poll
    from tui.polling.ports import Described


@dataclass
class JobPolled(Message, bubble=False):
    """DescribeTrainingJob of the focused job was answered, or failed."""

    poll: Poll[Described]
    """Its key is the job's name."""

    def can_replace(self, message: Message) -> bool:
        """The latest about the same job wins."""
        return isinstance(message, JobPolled) and message.poll.key == self.poll.key


@dataclass
class JobsPolled(Message, bubble=False):
    """The list of jobs went one step on, or failed to."""

    poll: Poll[JobList]

    def can_replace(self, message: Message) -> bool:
        """The latest wins: every list is whole."""
        return isinstance(message, JobsPolled)
