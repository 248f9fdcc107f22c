"""Holds everyone back while there are no credentials: one question, asked for all, tells when there are some."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import random
from time import monotonic
from typing import Final

from tui.domain.failure import Failure
from tui.polling import pace

LOOK_SECONDS: Final = 1.0
"""Between two looks at the files that credentials come from, while there are none."""
_FIRST_SECONDS: Final = 1.0
"""New ones are often there before the old ones end: the first question comes soon."""
_HELD_SECONDS: Final = 60.0
"""Credentials that were good for less are no new beginning."""


class Gate:
    """Open while credentials are good. The first call that fails for want of them closes it."""

    def __init__(
        self,
        *,
        time: Callable[[], float] = monotonic,
        chance: Callable[[], float] = random,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self.failure: Failure | None = None
        """Why it is closed; None while it is open."""
        self.changed: Callable[[], object] = lambda: None
        """Called whenever it closes or opens, or another reason is known."""
        self._time = time
        self._chance = chance
        self._look_seconds = look_seconds
        self._news = asyncio.Event()
        self._kick = asyncio.Event()
        self._tries = 0
        self._opened_at = -_HELD_SECONDS

    def close(self, failure: Failure) -> None:
        """Hold everyone back; `failure` is one that a login mends."""
        if failure == self.failure:
            return
        if self.failure is None and self._time() - self._opened_at >= _HELD_SECONDS:
            self._tries = 0
        self._turn(failure)

    def open(self) -> None:
        """Let everyone go on."""
        if self.failure is None:
            return
        self._opened_at = self._time()
        self._kick.clear()
        self._turn(None)

    def kick(self) -> None:
        """Ask at once, if it is closed; once more, if a question is under way."""
        if self.failure is not None:
            self._kick.set()

    async def change(self) -> None:
        """Wait until it closes or opens, or another reason is known."""
        await self._news.wait()

    async def guard(
        self, ask: Callable[[], Awaitable[Failure | None]], sources: Callable[[], Awaitable[object]]
    ) -> None:
        """Ask while it is closed, at a steady pace and at once when `sources` changed; until cancelled.

        `ask` returns how the question failed. Whatever a login does not mend opens: the others will find out too.
        """
        while True:
            while self.failure is None:
                await self.change()
            await self._pause(sources)
            self._kick.clear()
            failure = await ask()
            if failure is not None and failure.needs_login:
                self.close(failure)
            else:
                self.open()

    def _turn(self, failure: Failure | None) -> None:
        self.failure = failure
        self._news.set()
        self._news = asyncio.Event()
        self.changed()

    async def _pause(self, sources: Callable[[], Awaitable[object]]) -> None:
        assert self.failure is not None
        wait = pace.after_failure(self.failure, self._tries, self._chance()) if self._tries else _FIRST_SECONDS
        self._tries += 1
        until = self._time() + wait
        before = await sources()
        while (left := until - self._time()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, self._look_seconds)):
                    await self._kick.wait()
                return
            if await sources() != before:
                return
