"""The process that `ahead` starts: one Search with plain botocore, whose page goes to stdout, or nothing does.

It needs no event loop and asks once, so it does without aiobotocore and aiohttp, which take as long to import as all
the rest. Why it failed nobody asks: the ordinary call will find the same reason, and tell it.
"""

import json
import os
import pickle
import signal
import sys
from typing import Any, Final, NoReturn

from botocore.session import Session

from tui.aws.ahead import PATIENCE_SECONDS
from tui.aws.members import lenient_timestamp
from tui.aws.models import client_options, register_models
from tui.aws.sagemaker import first_page
from tui.aws.search import SearchReader
from tui.polling.ports import JobPage

_DOORS: Final = ("_client_creator", "_popen")
"""Where a credential provider of the SDK calls a service, or starts a program."""


class _NotTwiceError(Exception):
    """Getting these credentials has an effect, and the ordinary way will have it anyway."""


def ask(profile: str | None, region: str | None, endpoint_url: str | None) -> JobPage:
    """Return the first page as the ordinary call would; raises whatever goes wrong."""
    from botocore.config import Config

    session = Session(profile=profile)
    register_models(session)
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=lenient_timestamp)
    session.register("before-parse.sagemaker.Search", SearchReader())
    # The chain stays whole: without a provider it would find somebody else's credentials.
    for provider in session.get_component("credential_provider").providers:
        for door in _DOORS:
            if hasattr(provider, door):
                setattr(provider, door, _refuse)
    options = Config(**client_options())
    return first_page(session.create_client("sagemaker", region, endpoint_url=endpoint_url, config=options))


def main() -> None:
    """Write the page, end without a word of why not, and never outlive who asked by much."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "alarm"):
        signal.alarm(PATIENCE_SECONDS)
    page = pickle.dumps(ask(*json.loads(sys.argv[2])))
    sys.stdout.buffer.write(page)
    sys.stdout.flush()
    # Nobody waits for what is left to tidy up.
    os._exit(0)


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise _NotTwiceError
