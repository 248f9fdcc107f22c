"""Sessions of the SDK, opened and warmed up where nothing waits for them: in a thread, with an event loop of its own.

Importing the SDK, reading the model of a service and walking the credential chain take a second all together, which
the screen would feel.
"""

import asyncio
import gzip
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore import xform_name
from botocore.exceptions import BotoCoreError
from botocore.loaders import JSONFileLoader

from tui.aws.connection import Target
from tui.aws.errors import MfaNeededError
from tui.aws.logs import LogReader
from tui.aws.members import keep_body, lenient_timestamp
from tui.aws.models import client_options, register_models
from tui.aws.search import SearchReader

logging.getLogger("aiobotocore").addHandler(logging.NullHandler())
"""What it warns of, with a traceback, is told as a failure; unhandled it would be written over the screen."""


class _Files(JSONFileLoader):  # type: ignore[misc]
    """Reads the SDK's data files a little at a time.

    The C decoder keeps the interpreter to itself for the tenth of a second that a model takes, thread or not; a hook
    in Python lets the others have their turn between two objects.
    """

    def load_file(self, file_path: str) -> Any:
        plain, packed = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            text = plain.read_bytes()
        elif packed.is_file():
            text = gzip.decompress(packed.read_bytes())
        else:
            return None
        return json.loads(text, object_pairs_hook=_ordered)


def _ordered(pairs: Sequence[tuple[str, Any]]) -> OrderedDict[str, Any]:
    return OrderedDict(pairs)


def open_session(target: Target) -> Any:
    """Return a session that reads environment and files afresh."""
    session = AioSession(profile=target.profile)
    if target.region:
        # Who assumes a role asks STS, in the same region.
        session.set_config_variable("region", target.region)
    register_models(session, _Files)
    session.register("response-received.sagemaker.DescribeTrainingJob", keep_body)
    session.register("before-parse.sagemaker.Search", SearchReader())
    session.register("before-parse.cloudwatch-logs.FilterLogEvents", LogReader())
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=lenient_timestamp)
    session.set_default_client_config(AioConfig(**client_options()))
    return session


async def warm_up(session: Any, target: Target, service: str) -> None:
    """Do beforehand what a client of `service` would do on the screen's event loop: models, names, credentials."""
    session.warm_up_loader_caches(service)
    model = session.get_component("data_loader").load_service_model(service, "service-2")
    for operation in model["operations"]:
        xform_name(operation)
    if target.credentials is None:
        credentials = await session.get_credentials()
        if credentials is not None:
            await credentials.get_frozen_credentials()


def create_client(session: Any, target: Target, service: str) -> Any:
    """Return the context manager of a client."""
    access_key, secret_key = target.credentials or (None, None)
    return session.create_client(
        service,
        region_name=target.region,
        endpoint_url=target.endpoint_url,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
    )


def method_name(operation: str) -> str:
    """Return a client's method for an operation: `describe_training_job`."""
    return str(xform_name(operation))


class _Process:
    """A credential process that does not outlive whoever waited for it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def returncode(self) -> int | None:
        return self._process.returncode

    async def communicate(self) -> tuple[bytes, bytes]:
        try:
            return await self._process.communicate()
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            raise


def tame_providers(session: Any, target: Target, roles: dict[str, Any], answer: Callable[[], str]) -> None:
    """Let no credential provider prompt on the screen, nor leave a process behind.

    A profile that wants an MFA code is given `answer`, once, and fails with a word without: the SDK would block the
    screen. What it then got stays in `roles`.
    """
    if target.credentials is not None:
        return

    def prompt(_: str) -> str:
        if code := answer():
            return code
        raise MfaNeededError("the profile wants an MFA code")

    async def start(*arguments: Any, **options: Any) -> _Process:
        return _Process(await asyncio.create_subprocess_exec(*arguments, **options))

    try:
        chain = session.get_component("credential_provider")
        assuming = chain.get_provider("assume-role")
        assuming._prompter, assuming.cache = prompt, roles
        chain.get_provider("custom-process")._popen = start
    except (BotoCoreError, ValueError):
        return
