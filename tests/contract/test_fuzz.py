"""Spoiled answers, each is read, or it is a failure in words. `python -m tests.fuzz` is a long one."""

from tests.fuzz.__main__ import account
from tests.fuzz.asking import fuzz, spoiling

ANSWERS = 1_000


async def test_a_spoiled_answer_is_read_or_refused() -> None:
    async with spoiling(*account()) as spoiler:
        tally = await fuzz(spoiler, "short", until=lambda number: number >= ANSWERS)
    assert tally.broken == []
    assert tally.unexpected == {}
    assert tally.total == ANSWERS
    assert len({name.partition(" ")[0] for name in tally.outcomes}) == 7
    assert {"read", "unreadable answer", "throttled"} <= {name.partition(" ")[2] for name in tally.outcomes}
