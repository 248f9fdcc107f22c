"""Where credentials come from, until when they hold, and what someone does to have them again. Calls nobody.

Read from the session and from the files of the chain; no value of a credential leaves this module.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import BotoCoreError
from botocore.session import Session
from botocore.utils import JSONFileCache, SSOTokenLoader

from tui.domain.text import one_line, safe_text
from tui.polling.ports import CredentialState, Login

_SOURCES: Final = {
    "env": "the environment",
    "assume-role": "an assumed role",
    "assume-role-with-web-identity": "a web identity",
    "sso": "IAM Identity Center",
    "login": "aws login",
    "shared-credentials-file": "the credentials file",
    "config-file": "the config file",
    "custom-process": "a credential process",
    "iam-role": "the instance's role",
    "container-role": "the container's role",
}
"""By the SDK's name of the provider."""
_TOKEN_FILES: Final = ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
_CACHES: Final = ("~/.aws/sso/cache", "~/.aws/login/cache")
_MOST_FILES: Final = 200
_RENEWABLE: Final = ("refreshToken", "clientId", "clientSecret", "registrationExpiresAt")
"""What a token of IAM Identity Center needs so that the SDK can renew it."""

Profile = Mapping[str, Any]


def login_of(profile: str | None, wants_code: bool = False) -> Login:
    """Return what to do for credentials of a profile, None the one of the environment.

    `wants_code` says that all is there but the code of an MFA device.
    """
    session = Session(profile=profile)
    chain = _chain(session)
    device = next((str(entry["mfa_serial"]) for _, entry in chain if entry.get("mfa_serial")), "")
    if wants_code:
        return Login(device=device or "the MFA device")
    if profile is None and os.environ.get("AWS_ACCESS_KEY_ID"):
        return Login(words="they come from the environment: export new ones, and start again")
    for name, entry in chain:
        program = "sso" if _sso(entry) else "login" if entry.get("login_session") else ""
        if program:
            named = ("--profile", name) if session.profile or name != "default" else ()
            return Login(("aws", *(("sso", "login") if program == "sso" else ("login",)), *named))
    for name, entry in chain:
        named_safely = one_line(safe_text(name))
        if entry.get("credential_process"):
            return Login(words=f"renew what the credential_process of profile {named_safely} needs")
        if entry.get("web_identity_token_file"):
            return Login(words=f"renew the web identity token of profile {named_safely}")
        if entry.get("aws_access_key_id"):
            return Login(words=f"renew them as you got them: profile {named_safely} of the credentials file")
    return Login(words="renew them as you got them")


def state_of(session: Any) -> CredentialState:
    """Return the state of the credentials that a session uses."""
    found = session._credentials
    if found is None:
        return CredentialState()
    expires = getattr(found, "_expiry_time", None)
    if found.method in ("sso", "assume-role"):
        expires = _login_ends(_chain(session), expires)
    source = _SOURCES.get(found.method, str(found.method))
    return CredentialState(source, expires.astimezone(UTC) if expires else None)


def sources_of(profile: str | None) -> tuple[tuple[str, int, int], ...]:
    """Return a stamp of the files that the chain reads: another stamp, another look."""
    found = []
    for path in _files(Session(profile=profile)):
        with suppress(OSError):
            seen = path.stat()
            found.append((str(path), seen.st_mtime_ns, seen.st_size))
    return tuple(found)


def _files(session: Any) -> Iterator[Path]:
    for variable in ("config_file", "credentials_file"):
        yield Path(session.get_config_variable(variable)).expanduser()
    for _, entry in _chain(session):
        if entry.get("web_identity_token_file"):
            yield Path(entry["web_identity_token_file"]).expanduser()
    for name in _TOKEN_FILES:
        if os.environ.get(name):
            yield Path(os.environ[name])
    for cache in _CACHES:
        with suppress(OSError):
            yield from sorted(Path(cache).expanduser().glob("*.json"))[:_MOST_FILES]


def _chain(session: Any) -> list[tuple[str, Profile]]:
    """Return the profile and those that it takes its credentials from, in this order."""
    try:
        profiles = session.full_config.get("profiles", {})
    except BotoCoreError:
        return []
    name = session.profile or "default"
    found: dict[str, Profile] = {}
    while name in profiles and name not in found:
        found[name] = profiles[name]
        if not _sso(found[name]):
            name = found[name].get("source_profile", name)
    return list(found.items())


def _sso(entry: Profile) -> bool:
    return bool(entry.get("sso_start_url") or entry.get("sso_session"))


def _login_ends(chain: list[tuple[str, Profile]], expires: datetime | None) -> datetime | None:
    """Return when someone has to log in again: not when a role's credentials end, which the token renews."""
    entry = next((entry for _, entry in chain if _sso(entry)), None)
    if entry is None:
        return expires
    loader = SSOTokenLoader(JSONFileCache(str(Path(_CACHES[0]).expanduser())))
    try:
        token = loader(entry.get("sso_start_url", ""), entry.get("sso_session"))
        ends = _moment(token["expiresAt"])
        renewable = all(token.get(key) for key in _RENEWABLE)
        if renewable and _moment(token["registrationExpiresAt"]) > datetime.now(UTC):
            return None
        return max(ends, expires) if expires else ends
    except (BotoCoreError, OSError, ValueError, LookupError, TypeError, AttributeError):
        return expires


def _moment(told: str) -> datetime:
    # Older versions of the AWS CLI write the zone's name.
    moment = datetime.fromisoformat(told.replace("UTC", "Z"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
