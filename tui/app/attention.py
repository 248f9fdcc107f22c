"""Whether someone looks at the screen, and when something last moved: what the pace of the focused job follows."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tui.domain.job import JobSnapshot
from tui.polling.clock import elapsed

_JUMP_SECONDS = 30.0
"""Between two ticks of the screen: nothing of ours takes that long."""


@dataclass(slots=True)
class Attention:
    """Keys and changes stir it; without the terminal's focus nobody is there."""

    time: Callable[[], float] = elapsed
    away: bool = False
    """Whether the terminal said that it lost its focus. One that says nothing is looked at."""
    _stirred_at: float = field(init=False)
    _ticked_at: float = field(init=False)
    _snapshot: JobSnapshot | None = None

    def __post_init__(self) -> None:
        self._stirred_at = self._ticked_at = self.time()

    @property
    def quiet_seconds(self) -> float:
        """How long there was neither a key nor a change."""
        return self.time() - self._stirred_at

    def stir(self) -> float:
        """Note a key, and return how long it had been quiet."""
        quiet = self.quiet_seconds
        self._stirred_at = self.time()
        return quiet

    def slept(self) -> bool:
        """Note a tick, and return whether the last one is so long ago that the machine, or we, must have slept."""
        before, self._ticked_at = self._ticked_at, self.time()
        return self._ticked_at - before > _JUMP_SECONDS

    def see(self, snapshot: JobSnapshot) -> None:
        """Note a description of the focused job: another one than the last is a change."""
        if snapshot is not self._snapshot:
            self._snapshot = snapshot
            self.stir()
