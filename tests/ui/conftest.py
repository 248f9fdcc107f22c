"""A simulated account at a fixed time for the tests of the screen."""

from collections.abc import AsyncIterator

import pytest

from tests.strategies import NOW
from tui.simulator import Account, ManualClock, Simulator


@pytest.fixture
def clock() -> ManualClock:
    """The service's clock."""
    return ManualClock(NOW)


@pytest.fixture
async def sim(clock: ManualClock) -> AsyncIterator[Simulator]:
    """An empty account behind the real wire."""
    async with Simulator(Account(clock)) as running:
        yield running
