"""The last good value, and why there is no newer one."""

from tui.domain.failure import Failure, FailureKind
from tui.polling.poller import Poll
from tui.polling.store import LastGood

FAILURE = Failure(FailureKind.UNREACHABLE, "Search", "no route")


def poll(seq: int, value: str | None = None, key: str = "job", at: float = 100.0) -> Poll[str]:
    return Poll(key, seq, at, value, None if value is not None else FAILURE)


def test_a_failure_does_not_replace_the_value() -> None:
    store = LastGood[str]("job")
    assert store.apply(poll(1, "good", at=100))
    assert store.apply(poll(2, at=110))
    assert (store.value, store.at, store.failure) == ("good", 100, FAILURE)


def test_a_value_ends_the_failure() -> None:
    store = LastGood[str]("job")
    store.apply(poll(1))
    store.apply(poll(2, ""))
    assert (store.value, store.failure) == ("", None)


def test_what_is_about_another_subject_or_older_changes_nothing() -> None:
    store = LastGood[str]("job")
    store.apply(poll(5, "new"))
    assert not store.apply(poll(6, "foreign", key="other"))
    assert not store.apply(poll(4, "old"))
    assert not store.apply(poll(5, "same"))
    assert (store.value, store.seq) == ("new", 5)


def test_the_age_is_that_of_the_value_and_never_negative() -> None:
    store = LastGood[str]("job")
    assert store.age_seconds(5) is None
    store.apply(poll(1, "v", at=100))
    store.apply(poll(2, at=200))
    assert store.age_seconds(130) == 30
    assert store.age_seconds(90) == 0
