"""What several pollers publish, taken one by one by a command that must not outlive any of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

Outcome = TypeVar("Outcome")


class Outcomes(Generic[Outcome]):
    """A queue that also knows who fills it."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Outcome] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, outcome: Outcome) -> None:
        """Publish one."""
        self._queue.put_nowait(outcome)

    @asynccontextmanager
    async def of(self, *runs: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
        """Run those who publish; at the end they are cancelled."""
        self._tasks = {asyncio.create_task(run) for run in runs}
        try:
            yield
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def next(self, seconds: float | None = None) -> Outcome | None:
        """Return the next one, None if there was none in time; a bug in one who publishes is raised here."""
        if not self._queue.empty():
            return self._queue.get_nowait()
        getting = asyncio.create_task(self._queue.get())
        try:
            waiting: set[asyncio.Task[Any]] = {getting, *self._tasks}
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if getting.done():
                return getting.result()
            for task in self._tasks:
                if task.done():
                    task.result()
            return None
        finally:
            getting.cancel()
