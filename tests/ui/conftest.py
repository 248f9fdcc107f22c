"""A simulated account at a fixed time for the tests of the screen."""

from collections.abc import AsyncIterator

import pytest

from tests.strategies import NOW
from tui.polling.budget import ALLOWANCES, Allowance
from tui.simulator import Account, ManualClock, Simulator


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A budget that no test waits for."""
    for operation in ALLOWANCES:
        monkeypatch.setitem(ALLOWANCES, operation, Allowance(1000.0, 1000))  # type: ignore[arg-type]


@pytest.fixture
def clock() -> ManualClock:
    """The service's clock."""
    return ManualClock(NOW)


@pytest.fixture
async def sim(clock: ManualClock) -> AsyncIterator[Simulator]:
    """An empty account behind the real wire."""
    async with Simulator(Account(clock)) as running:
        yield running
