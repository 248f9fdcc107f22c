"""The first page of the list, asked for by a process of its own while this one draws its first frame.

Textual and the SDK take about as long to import, and one after the other in one process, whose threads share a lock.
Nothing is imported here before it is needed, least of all the SDK; what the other process does is in `firstpage`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tui.polling.ports import JobPage

PATIENCE_SECONDS: Final = 10
"""After which it has ended, and the ordinary way is gone."""
_CODE: Final = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from tui.aws.firstpage import main; main()"
"""Modules are found where ours were, not in the working directory."""


class FirstPage:
    """A page under way. It may come to nothing, for whatever reason: then the ordinary call tells why."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @classmethod
    def start(cls, profile: str | None, region: str | None, endpoint_url: str | None) -> FirstPage | None:
        """Begin; None where no process can be started, or where it would only delay the first frame."""
        if (os.cpu_count() or 1) < 2:
            return None
        arguments = [json.dumps(value) for value in (sys.path, [profile, region, endpoint_url])]
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", _CODE, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            return None
        return cls(process)

    async def take(self) -> JobPage | None:
        """Wait for the page; None if there is none."""
        import asyncio
        import pickle

        pipe: IO[bytes] | None = self._process.stdout
        assert pipe
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                written = await reader.read()
            page: JobPage = pickle.loads(written)
        except (TimeoutError, EOFError, ValueError, LookupError, AttributeError, ImportError, pickle.UnpicklingError):
            return None
        finally:
            transport.close()
            self.close()
        return page

    def close(self) -> None:
        """End it, whether it has brought anything or not."""
        assert self._process.stdout
        self._process.stdout.close()
        self._process.kill()
        self._process.wait()
