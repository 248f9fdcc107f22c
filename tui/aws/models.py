"""What every session of the SDK has in common, whether it waits in an event loop or not."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import JSONFileLoader, Loader

from tui import __version__

_CONNECT_SECONDS: Final = 5
_READ_SECONDS: Final = 20


def client_options() -> dict[str, Any]:
    """Return what a client is configured with."""
    return {
        "connect_timeout": _CONNECT_SECONDS,
        "read_timeout": _READ_SECONDS,
        # The pollers pace themselves; a retry behind their back would spend the account's quota twice.
        "retries": {"total_max_attempts": 1, "mode": "standard"},
        "user_agent_extra": f"sagetop/{__version__}",
    }


class _Models(Loader):  # type: ignore[misc]
    """Names the services by their folders: botocore looks into all 400 of them, six times a session."""

    def list_available_services(self, type_name: str) -> list[str]:
        folders = (Path(path) for path in self.search_paths)
        return sorted({entry.name for folder in folders if folder.is_dir() for entry in folder.iterdir()})

    def list_api_versions(self, service_name: str, type_name: str) -> list[str]:
        try:
            return list(super().list_api_versions(service_name, type_name))
        except DataNotFoundError:
            # STS has no waiters; the SDK expects to hear that from the names of the services that have some.
            raise UnknownServiceError(service_name=service_name, known_service_names=type_name) from None


def register_models(session: Any, files: Callable[[], Any] = JSONFileLoader) -> None:
    """Let a session read the models through `files`, those in the user's own data path too."""
    session.register_component("data_loader", _loader(files, str(session.get_config_variable("data_path") or "")))


@cache
def _loader(files: Callable[[], Any], user_path: str) -> Any:
    """Return a loader whose cache outlives a session."""
    return _Models([folder for folder in user_path.split(os.pathsep) if folder], files())
