"""The loopback endpoint: HTTP in and out, the record of calls, and faults on request."""

from __future__ import annotations

import asyncio
import time
import uuid
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tui.simulator.account import Account
from tui.simulator.calls import Call, Calls
from tui.simulator.errors import ServiceError
from tui.simulator.faults import ERROR_KINDS, TRANSPORT_KINDS, Fault, Faults
from tui.simulator.operations import fault_error, query_error, run
from tui.simulator.wire import Asked, read_request, write_answer

_REQUEST_IDS = uuid.UUID("6f1d3f0e-5a63-4f0a-9f5c-7d1f6f1d3f0e")
_DRIBBLES = 10
_GARBAGE = b"\x1b[2J\x1b[31m\x00\xff\xfe{not json\x1b]0;gotcha\x07"
_WEB_PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Sign in to the network.</body></html>"


class Simulator:
    """An AWS endpoint on loopback for one account; use it as an async context manager."""

    def __init__(self, account: Account, host: str = "127.0.0.1", port: int = 0) -> None:
        self.account = account
        self.calls = Calls()
        """What clients asked."""
        self.faults = Faults()
        """What goes wrong for them."""
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None
        self._stopping = asyncio.Event()
        self._requests = 0

    @property
    def url(self) -> str:
        """The endpoint URL; before `start`, the port may still be 0."""
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        """Begins to listen; port 0 becomes a free one."""
        self._stopping.clear()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        # A client that goes away ends its request; otherwise a hanging one would hold up the stop.
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1.0, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stops listening, and lets go of every client that still waits."""
        self._stopping.set()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        arrived_at = time.monotonic()
        body = await request.read()
        asked = read_request(request.path, request.headers, body)
        fault = self.faults.take(asked.operation)
        outcome = self._run(asked, fault)
        if asked.protocol == "query" and isinstance(outcome, ServiceError):
            outcome = query_error(outcome)
        told = outcome.code if isinstance(outcome, ServiceError) else "ok"
        if fault is not None and fault.kind not in ERROR_KINDS:
            told = fault.kind
        self.calls.add(Call(arrived_at, asked.operation, asked.params, told))
        self._requests += 1
        request_id = str(uuid.uuid5(_REQUEST_IDS, str(self._requests)))
        answer = write_answer(asked, outcome, request_id)
        response = web.Response(
            status=answer.status, body=answer.body, headers=answer.headers, content_type=answer.content_type
        )
        response.headers["Date"] = format_datetime(self.account.clock.now(), usegmt=True)
        response.headers["Cache-Control"] = "no-cache, no-store, must-revalidate"
        if fault is None:
            return response
        if fault.retry_after is not None:
            response.headers["Retry-After"] = f"{fault.retry_after:g}"
        return await self._spoil(request, response, fault) if fault.kind in TRANSPORT_KINDS else response

    def _run(self, asked: Asked, fault: Fault | None) -> dict[str, Any] | ServiceError:
        try:
            if fault is not None and fault.kind in ERROR_KINDS:
                return fault_error(fault, self.account, asked.operation, asked.params, asked.service)
            if asked.problem is not None:
                return asked.problem
            return run(self.account, asked.operation, asked.params, asked.service, fault)
        except ServiceError as error:
            return error

    async def _spoil(self, request: web.Request, response: web.Response, fault: Fault) -> web.StreamResponse:
        body = response.body if isinstance(response.body, bytes) else b""
        match fault.kind:
            case "delay":
                await self._pause(fault.seconds)
                return response
            case "hang":
                await self._stopping.wait()
                return _hang_up(request, response)
            case "drop":
                return _hang_up(request, response)
            case "garbage":
                response.body = _GARBAGE
                return response
            case "wrong_content_type":
                response.body = _WEB_PAGE
                response.content_type = "text/html"
                return response
        stream = web.StreamResponse(headers={**response.headers, "Content-Length": str(len(body))})
        await stream.prepare(request)
        if fault.kind == "half_body":
            await stream.write(body[: len(body) // 2])
            if request.transport is not None:
                request.transport.close()
            return stream
        size = max(1, -(-len(body) // _DRIBBLES))
        for start in range(0, len(body), size):
            await self._pause(fault.seconds / _DRIBBLES)
            await stream.write(body[start : start + size])
        return stream

    async def _pause(self, seconds: float) -> None:
        """Real seconds, cut short by the stop."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


def _hang_up(request: web.Request, response: web.Response) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return response
