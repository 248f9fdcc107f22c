"""Whether the event loop keeps up: what keeps it from its turn keeps the keyboard waiting."""

import asyncio
import logging
from typing import Final

_SECONDS: Final = 1.0
_LATE_SECONDS: Final = 0.25
_log: Final = logging.getLogger(__name__)


async def watch_turns() -> None:
    """Log each turn that comes late, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _SECONDS
        await asyncio.sleep(_SECONDS)
        late = loop.time() - due
        if late >= _LATE_SECONDS:
            _log.info("slow turn: the event loop was %.1f s late", late)
