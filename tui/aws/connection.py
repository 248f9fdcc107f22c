"""One connection to one account and region: the whole credential chain, clients made when first needed.

Nothing here is kept when credentials fail: the next call reads environment, files and caches afresh, so that a login
in another window is picked up without a restart. The SDK itself is imported by the first call, in a thread.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shlex
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.domain.text import one_line, safe_text
from tui.polling.budget import Budget
from tui.polling.ports import CredentialState, Login
from tui.polling.refusals import Refusals

_STALE: Final = frozenset({FailureKind.NO_CREDENTIALS, FailureKind.EXPIRED, FailureKind.NO_REGION})
READS: Final = frozenset(
    {
        "DescribeTrainingJob",
        "ListTrainingJobs",
        "Search",
        "BatchGetMetrics",
        "FilterLogEvents",
        "GetMetricData",
        "GetCallerIdentity",
    }
)
"""What a connection calls that was not opened for writing: none of these changes anything."""

_OPEN_SECONDS: Final = 60.0
"""Until there is a client: a credential process may take its time."""
_CALL_SECONDS: Final = 25.0
"""Of one call, however it dribbles; the SDK's own limits are for each piece that comes."""

Answer = TypeVar("Answer")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """Which account, region and endpoint, as the command line says; what is None the SDK's own chain finds."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    credentials: tuple[str, str] | None = None
    """Access key and secret for a simulated account; a real one goes through the chain."""
    login_key: str = ""
    """The key that logs in, where there is a screen; hints name it."""


class Connection:
    """Makes calls: within the budget, once each, every error as a `ServiceError`."""

    def __init__(self, target: Target, budget: Budget, *, write: bool = False) -> None:
        self.target = target
        self._write = write
        self.budget = budget
        self.refusals = Refusals()
        """What this connection is not allowed at present."""
        self.region = one_line(safe_text(target.region or ""))
        """The region in use, to be shown; empty until it is known."""
        self.each_session: Callable[[Any], object] = lambda _: None
        """Called with every session that is opened: who wants to may listen to its events."""
        self.roles: dict[str, Any] = {}
        """What the SDK got for roles: an MFA code is asked for once and not for each service."""
        self._clients = _Clients(self)
        self._code = ""
        self._wants_code = False

    async def call(
        self, service: str, operation: str, parameters: Mapping[str, object], read: Callable[[Any, Any], Answer]
    ) -> Answer:
        """Call an operation (`DescribeTrainingJob`) and return `read(response, client)`.

        Raises:
            ServiceError: anything at all went wrong.
        """
        if not self._write and operation not in READS:
            refusal = f"{operation} is not one of the operations that only read"
            raise ServiceError(Failure(FailureKind.DENIED, operation, refusal, "start with --write"))
        clients = self._clients
        clients.users += 1
        breaker = self.budget.breaker
        refused = breaker.refusal(operation)
        try:
            if refused:
                raise ServiceError(refused)
            async with asyncio.timeout(_OPEN_SECONDS):
                client = await clients.get(service)
            await self.budget.take(operation)
            async with asyncio.timeout(_CALL_SECONDS):
                answer = await _ask(client, operation, parameters, read)
        except ServiceError:
            raise
        except asyncio.CancelledError:
            breaker.abandoned(operation)
            raise
        except Exception as error:
            failure = self._meaning(error, operation)
            _note(failure, error)
            breaker.failed(operation, failure)
            if failure.kind is FailureKind.THROTTLED:
                self.budget.throttled(operation)
            self.refusals.refused(failure, parameters)
            if failure.kind in _STALE and clients is self._clients:
                await self.renew()
            raise ServiceError(await self._advised(failure, error)) from None
        finally:
            clients.users -= 1
            if not clients.users and clients is not self._clients:
                await clients.close()
        self.budget.succeeded(operation)
        self.refusals.answered(operation, parameters)
        breaker.answered(operation)
        return answer

    async def close(self) -> None:
        """Close every client, which ends the calls in flight with a failure; a later call opens them afresh."""
        clients, self._clients = self._clients, _Clients(self)
        await clients.close()

    async def open_session(self) -> Any:
        """Return a new session of the SDK, and learn the region from it."""

        def work() -> Any:
            from tui.aws import session as sdk

            opened = sdk.open_session(self.target)
            sdk.tame_providers(opened, self.target, self.roles, self.answer)
            return opened, one_line(safe_text(self.target.region or opened.get_config_variable("region") or ""))

        session, self.region = await asyncio.to_thread(work)
        self.each_session(session)
        return session

    async def renew(self, code: str = "") -> None:
        """Read the chain afresh with the next call; `code` answers the next question for an MFA code."""
        self._code = code
        self.roles.clear()
        # Calls in flight end with the clients they began with.
        before, self._clients = self._clients, _Clients(self)
        if not before.users:
            await before.close()

    def answer(self) -> str:
        """Return the MFA code that was given, once; empty if there is none."""
        code, self._code = self._code, ""
        return code

    async def credentials(self) -> CredentialState:
        """Where the present credentials come from, and until when they hold."""
        session = self._clients.session
        if session is None or self.target.credentials:
            return CredentialState()
        from tui.aws.login import state_of

        return await asyncio.to_thread(state_of, session)

    async def login(self) -> Login:
        """What someone does to have credentials again."""
        if self.target.credentials:
            return Login(words="the simulated account's credentials are its own")
        from tui.aws.login import login_of

        return await asyncio.to_thread(login_of, self.target.profile, self._wants_code)

    async def sources(self) -> object:
        """A stamp of the files that credentials come from."""
        from tui.aws.login import sources_of

        return await asyncio.to_thread(sources_of, self.target.profile)

    async def classify(self, error: Exception, operation: str) -> Failure:
        """Return what an exception of the SDK means, and what to do about it."""
        return await self._advised(self._meaning(error, operation), error)

    def _meaning(self, error: Exception, operation: str) -> Failure:
        profile = self.target.profile or os.environ.get("AWS_DEFAULT_PROFILE") or os.environ.get("AWS_PROFILE")
        from tui.aws.errors import classify

        return classify(error, operation, profile)

    async def _advised(self, failure: Failure, error: Exception) -> Failure:
        """Say of missing credentials how to log in."""
        if not failure.needs_login or self.target.credentials:
            return failure
        from tui.aws.errors import wants_code

        self._wants_code = wants_code(error)
        if failure.kind is not FailureKind.EXPIRED and not self._wants_code:
            return failure
        return replace(failure, hint=_hint(await self.login(), self.target.login_key) or failure.hint)


def _hint(login: Login, key: str) -> str:
    if login.device:
        return f"{key} asks for it" if key else ""
    if login.command:
        command = one_line(safe_text(shlex.join(login.command)))
        return f"{key}: {command}" if key else f"run: {command}"
    return login.words


class _Clients:
    """The clients of one session, which live as long as its credentials do."""

    def __init__(self, connection: Connection) -> None:
        self.users = 0
        """Calls under way."""
        self._connection = connection
        self.session: Any = None
        self._open: dict[str, Any] = {}
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()

    async def get(self, service: str) -> Any:
        async with self._opening:
            if service not in self._open:
                if self.session is None:
                    self.session = await self._connection.open_session()
                from tui.aws import session as sdk

                target = self._connection.target
                await _elsewhere(lambda: sdk.warm_up(self.session, target, service))
                client = sdk.create_client(self.session, target, service)
                self._open[service] = await self._stack.enter_async_context(client)
            return self._open[service]

    async def close(self) -> None:
        self._open.clear()
        await self._stack.aclose()


async def _ask(
    client: Any, operation: str, parameters: Mapping[str, object], read: Callable[[Any, Any], Answer]
) -> Answer:
    from botocore.exceptions import BotoCoreError

    from tui.aws.errors import UnreadableAnswerError
    from tui.aws.session import method_name

    try:
        return read(await getattr(client, method_name(operation))(**parameters), client)
    except (BotoCoreError, UnreadableAnswerError, OSError):
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, ArithmeticError) as error:
        # Valid JSON of another shape: the SDK's parser trips over it, or we do.
        raise unreadable(operation) from error


def _note(failure: Failure, error: Exception) -> None:
    """Log a failed call: nothing of what was asked or said but codes and ids."""
    from tui.aws.errors import ids_of

    told = " ".join(f"{name}={text}" for name, text in ids_of(error).items())
    _log.info("%s: %s: %s %s", failure.operation, failure.kind, type(error).__name__, told)


async def _elsewhere(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine on a loop of its own in a thread; cancelling this cancels it."""
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = []

    async def main() -> None:
        task = asyncio.ensure_future(work())
        running.append((asyncio.get_running_loop(), task))
        await task

    thread = asyncio.ensure_future(asyncio.to_thread(lambda: asyncio.run(main())))
    try:
        await asyncio.shield(thread)
    except asyncio.CancelledError:
        for loop, task in running:
            if not loop.is_closed():
                loop.call_soon_threadsafe(task.cancel)
        thread.cancel()
        raise


def unreadable(operation: str) -> Exception:
    """Return the error for an answer that is not what the operation answers."""
    from tui.aws.errors import UnreadableAnswerError

    return UnreadableAnswerError(f"the answer to {operation} is not SageMaker's JSON")
