"""A simulated account in a thread of its own, for sagetop as a process of its own."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.strategies import NOW
from tui.simulator import Account, FixedJob, ManualClock, Simulator


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[..., Simulator]]:
    """Serves jobs: `serve(raw, …).url`; all ends with the module."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    running: list[Simulator] = []

    def start(*raws: dict[str, object]) -> Simulator:
        account = Account(ManualClock(NOW))
        for raw in raws:
            account.put(FixedJob(raw))

        async def begin() -> Simulator:
            simulator = Simulator(account)
            await simulator.start()
            return simulator

        running.append(asyncio.run_coroutine_threadsafe(begin(), loop).result(10))
        return running[-1]

    yield start
    for simulator in running:
        asyncio.run_coroutine_threadsafe(simulator.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
