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


def test_a_gap_between_two_ticks_is_a_sleep() -> None:
    now = [1000.0]
    attention = Attention(lambda: now[0])
    for seconds, slept in ((1, False), (29, False), (3600, True), (1, False)):
        now[0] += seconds
        assert attention.slept() is slept
