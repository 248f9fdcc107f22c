"""Whether someone looks."""

from tests.ui.support import raw_job, snapshot_of
from tui.app.attention import Attention


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_keys_and_changes_stir_it_and_the_same_description_does_not() -> None:
    time = Time()
    attention = Attention(time)
    snapshot = snapshot_of(raw_job())
    attention.see(snapshot)
    time.now += 60
    attention.see(snapshot)
    assert attention.quiet_seconds == 60
    attention.see(snapshot_of(raw_job(SecondaryStatus="Uploading")))
    assert attention.quiet_seconds == 0
    time.now += 5
    assert (attention.stir(), attention.quiet_seconds) == (5, 0)
