"""The loopback endpoint: HTTP in, the wire protocols of SageMaker and STS out, with faults on request."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Mapping
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from aiohttp import web

from tui.simulator.account import Account
from tui.simulator.calls import Call, Calls
from tui.simulator.errors import ServiceError, serialization
from tui.simulator.faults import ERROR_KINDS, Fault, Faults
from tui.simulator.operations import CALLER_IDENTITY, caller_identity, fault_error, run, sts_error

_JSON = "application/x-amz-json-1.1"
_XML = "text/xml"
_STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
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
        is_sts = request.content_type == "application/x-www-form-urlencoded"
        operation, params, unreadable = _read_sts(body) if is_sts else _read_json(request, body)
        fault = self.faults.take(operation)
        if fault is not None and fault.kind in ERROR_KINDS:
            outcome: dict[str, Any] | ServiceError = fault_error(fault, self.account, operation, params)
        elif unreadable is not None:
            outcome = unreadable
        else:
            outcome = self._run(operation, params, is_sts=is_sts)
        if is_sts and isinstance(outcome, ServiceError):
            outcome = sts_error(outcome)
        told = outcome.code if isinstance(outcome, ServiceError) else "ok"
        if fault is not None and fault.kind not in ERROR_KINDS:
            told = fault.kind
        self.calls.add(Call(arrived_at, operation, params, told))
        response = self._xml(operation, outcome) if is_sts else self._json(outcome)
        if fault is None:
            return response
        if fault.retry_after is not None:
            response.headers["Retry-After"] = f"{fault.retry_after:g}"
        return response if fault.kind in ERROR_KINDS else await self._spoil(request, response, fault)

    def _run(self, operation: str, params: Mapping[str, Any], *, is_sts: bool) -> dict[str, Any] | ServiceError:
        try:
            if not is_sts:
                return run(self.account, operation, params)
            if operation == CALLER_IDENTITY:
                return dict(caller_identity(self.account))
            return ServiceError("InvalidAction", f"Could not find operation {operation} for version 2011-06-15")
        except ServiceError as error:
            return error

    def _headers(self) -> dict[str, str]:
        self._requests += 1
        return {
            "Date": format_datetime(self.account.clock.now(), usegmt=True),
            "x-amzn-RequestId": str(uuid.uuid5(_REQUEST_IDS, str(self._requests))),
            "Cache-Control": "no-cache, no-store, must-revalidate",
        }

    def _json(self, outcome: dict[str, Any] | ServiceError) -> web.Response:
        headers = self._headers()
        status = 200
        if isinstance(outcome, ServiceError):
            status = outcome.status
            headers["x-amzn-ErrorType"] = outcome.code
            outcome = {"__type": outcome.code, "message": outcome.message}
        body = json.dumps(outcome, separators=(",", ":")).encode()
        return web.Response(status=status, body=body, headers=headers, content_type=_JSON)

    def _xml(self, operation: str, outcome: dict[str, Any] | ServiceError) -> web.Response:
        headers = self._headers()
        request_id = headers["x-amzn-RequestId"]
        if isinstance(outcome, ServiceError):
            kind = "Sender" if outcome.status < 500 else "Receiver"
            code, message = escape(outcome.code), escape(outcome.message)
            text = (
                f'<ErrorResponse xmlns="{_STS_NAMESPACE}"><Error><Type>{kind}</Type><Code>{code}</Code>'
                f"<Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
            )
            return web.Response(status=outcome.status, body=text.encode(), headers=headers, content_type=_XML)
        members = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in outcome.items())
        text = (
            f'<{operation}Response xmlns="{_STS_NAMESPACE}"><{operation}Result>{members}</{operation}Result>'
            f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
        )
        return web.Response(body=text.encode(), headers=headers, content_type=_XML)

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


def _read_json(request: web.Request, body: bytes) -> tuple[str, dict[str, Any], ServiceError | None]:
    """The operation, its members, and what is wrong with the request if it can't be read."""
    service, _, operation = request.headers.get("X-Amz-Target", "").rpartition(".")
    if service != "SageMaker":
        operation = f"{service}.{operation}".strip(".")
    try:
        params = json.loads(body or b"{}")
    except ValueError:
        return operation, {}, serialization()
    return (operation, params, None) if isinstance(params, dict) else (operation, {}, serialization())


def _read_sts(body: bytes) -> tuple[str, dict[str, Any], ServiceError | None]:
    params = dict(parse_qsl(body.decode("utf-8", "replace")))
    return params.pop("Action", ""), params, None
