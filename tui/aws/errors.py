"""Turns whatever an AWS call raises into a `Failure`: what happened, in words, and what to do next."""

import asyncio
import math
import re
import shlex
import ssl
from typing import Final

import aiohttp
from botocore import exceptions as sdk
from botocore.parsers import ResponseParserError

from tui.domain.denial import Denial, denial
from tui.domain.failure import Failure, FailureKind
from tui.domain.permissions import action_of
from tui.domain.secrets import masked_text
from tui.domain.text import one_line, safe_text

_EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
_WRONG_CLOCK: Final = frozenset({"RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"})
_CLOCK_WORDS: Final = ("signature expired", "signature not yet current")
_UNSUPPORTED: Final = frozenset({"UnknownOperationException", "UnknownOperation", "InvalidAction"})
_REJECTED: Final = frozenset(
    {
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "AuthFailure",
    }
)
_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"})
_NOT_SUBSCRIBED: Final = frozenset({"OptInRequired", "SubscriptionRequiredException"})
_THROTTLED: Final = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "SlowDown",
        "PriorRequestNotComplete",
    }
)
_NOT_FOUND: Final = frozenset({"ResourceNotFound", "ResourceNotFoundException"})
_NOT_FOUND_WORDS: Final = ("not found", "could not find")
_LONGEST_MESSAGE: Final = 1000
_ID: Final = re.compile(r"[\w.:-]{1,64}")
_LONGEST_RETRY_AFTER: Final = 300.0
_INVALID: Final = frozenset(
    {"ValidationException", "ValidationError", "InvalidParameterValue", "InvalidParameterException"}
)

_WRONG_CODE: Final = "multifactorauthentication failed"
_CODE_HINT: Final = "get a session first, and export its AWS_SESSION_TOKEN"
_STILL_EXPIRED: Final = "refreshed credentials are still expired"
"""How the SDK words that whoever renews credentials gave old ones."""
_NO_CREDENTIALS: Final = (
    sdk.NoCredentialsError,
    sdk.PartialCredentialsError,
    sdk.CredentialRetrievalError,
    sdk.ProfileNotFound,
    sdk.NoAuthTokenError,
    sdk.InvalidConfigError,
    sdk.ConfigParseError,
    sdk.ConfigNotFound,
    sdk.UnknownCredentialError,
    sdk.MetadataRetrievalError,
)
_TIMEOUT: Final = (sdk.ConnectTimeoutError, sdk.ReadTimeoutError, TimeoutError, asyncio.TimeoutError)
_FILE: Final = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)
_FILE_HINT: Final = "a file that the settings name cannot be read: check AWS_CA_BUNDLE and the profile"
_SETTINGS: Final = (
    sdk.InvalidRegionError,
    sdk.UnknownRegionError,
    sdk.BaseEndpointResolverError,
    sdk.EndpointProviderError,
    sdk.InvalidEndpointConfigurationError,
    sdk.InvalidProxiesConfigError,
    sdk.InvalidDefaultsMode,
    sdk.InvalidRetryConfigurationError,
    sdk.InvalidIMDSEndpointError,
    sdk.InvalidIMDSEndpointModeError,
    ValueError,
)
_UNREACHABLE: Final = (
    sdk.EndpointConnectionError,
    sdk.ConnectionError,
    sdk.HTTPClientError,
    aiohttp.ClientError,
    OSError,
)


def classify(error: Exception, operation: str, profile: str | None) -> Failure:
    """Return what an exception of an AWS call means. `profile` is the one asked for, for the hints."""
    named = f" --profile {shlex.quote(one_line(safe_text(profile)))}" if profile else ""
    if isinstance(error, sdk.ClientError):
        return _of_the_service(error, operation, named)
    kind, hint = _of_the_client(error, named)
    return Failure(kind, operation, _message(error), hint)


def _of_the_client(error: Exception, named: str) -> tuple[FailureKind, str]:
    login = f"aws sso login{named}"
    if isinstance(error, sdk.HTTPClientError) and isinstance(error.kwargs.get("error"), _FILE):
        return FailureKind.INVALID, _FILE_HINT
    match error:
        case sdk.SSOError() | sdk.TokenRetrievalError():
            return FailureKind.EXPIRED, f"run: {login}"
        case sdk.LoginError():
            return FailureKind.EXPIRED, f"run: aws login{named}"
        case sdk.NoRegionError():
            return FailureKind.NO_REGION, "start with --region us-east-1, or: export AWS_REGION=us-east-1"
        case sdk.ProfileNotFound():
            return FailureKind.NO_CREDENTIALS, "see: aws configure list-profiles"
        case RuntimeError() if _STILL_EXPIRED in str(error):
            return FailureKind.EXPIRED, f"run: {login}, or renew them as you got them"
        case MfaNeededError() | sdk.RefreshWithMFAUnsupportedError():
            return FailureKind.NO_CREDENTIALS, _CODE_HINT
    if isinstance(error, _NO_CREDENTIALS):
        return FailureKind.NO_CREDENTIALS, f"run: aws configure{named}, or {login}"
    if isinstance(error, _TIMEOUT):
        return FailureKind.TIMEOUT, "slow network or proxy; trying again"
    if isinstance(error, ResponseParserError | UnreadableAnswerError):
        return FailureKind.GARBLED, "is a proxy answering in place of AWS?"
    if isinstance(error, sdk.SSLError | aiohttp.ClientSSLError | ssl.SSLError):
        return FailureKind.UNREACHABLE, "certificate not trusted: set AWS_CA_BUNDLE to your proxy's CA"
    if isinstance(error, sdk.ParamValidationError):
        return FailureKind.INVALID, ""
    if isinstance(error, _FILE):
        return FailureKind.INVALID, _FILE_HINT
    if isinstance(error, _UNREACHABLE):
        return FailureKind.UNREACHABLE, "check network, VPN, HTTPS_PROXY and --region; trying again"
    if isinstance(error, _SETTINGS):
        return FailureKind.INVALID, "check --region, --endpoint-url and the profile"
    return FailureKind.SERVER, "unexpected; please report it"


def ids_of(error: Exception) -> dict[str, str]:
    """Return code, HTTP status and request id of an answer, where it has them: words without blanks, never prose."""
    if not isinstance(error, sdk.ClientError):
        return {}
    answer = error.response.get("ResponseMetadata", {})
    found = {
        "code": error.response.get("Error", {}).get("Code"),
        "status": answer.get("HTTPStatusCode"),
        "request": answer.get("RequestId"),
    }
    return {name: str(text) for name, text in found.items() if text is not None and _ID.fullmatch(str(text))}


class UnreadableAnswerError(Exception):
    """The answer has the right status and none of the members it must have."""


class MfaNeededError(Exception):
    """The profile wants an MFA code, and nobody has given one yet."""


def wants_code(error: Exception) -> bool:
    """Return whether all that is missing is the code of an MFA device, or it was a wrong one."""
    wrong = isinstance(error, sdk.ClientError) and _WRONG_CODE in str(error).lower()
    return wrong or isinstance(error, MfaNeededError | sdk.RefreshWithMFAUnsupportedError)


def _of_the_service(error: sdk.ClientError, operation: str, named: str) -> Failure:
    code = safe_text(str(error.response.get("Error", {}).get("Code", "")))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    said = safe_text(str(error.response.get("Error", {}).get("Message", ""))) or code
    kind, hint = FailureKind.SERVER, "trying again"
    refused: Denial | None = None
    if code in _WRONG_CLOCK or any(words in said.lower() for words in _CLOCK_WORDS):
        kind, hint = FailureKind.INVALID, "this host's clock is wrong: AWS allows five minutes; set it"
    elif wants_code(error):
        kind, hint = FailureKind.NO_CREDENTIALS, _CODE_HINT
    elif code in _EXPIRED:
        kind, hint = FailureKind.EXPIRED, f"run: aws sso login{named}, or renew them as you got them"
    elif code in _REJECTED:
        kind, hint = (
            FailureKind.NO_CREDENTIALS,
            "the credentials are not accepted: check with aws sts get-caller-identity",
        )
    elif code in _UNSUPPORTED:
        kind, hint = FailureKind.UNSUPPORTED, f"this endpoint does not offer {operation}"
    elif code.isdigit() and status < 500 and status != 429:
        # botocore makes the status the code when there is no readable error in the body.
        kind, hint = FailureKind.GARBLED, "is a proxy answering in place of AWS?"
    elif code in _NOT_SUBSCRIBED:
        kind, hint = (
            FailureKind.DENIED,
            "the account has not been signed up for this service or region: no policy helps",
        )
    elif code in _DENIED or status == 403:
        refused = denial(action_of(operation), one_line(said))
        kind, hint = FailureKind.DENIED, refused.cure
    elif code in _THROTTLED or status == 429:
        kind, hint = FailureKind.THROTTLED, "the account's quota is in use; slowing down"
    elif code in _NOT_FOUND or (code in _INVALID and any(words in said.lower() for words in _NOT_FOUND_WORDS)):
        kind, hint = FailureKind.NOT_FOUND, ""
    elif code in _INVALID:
        kind, hint = FailureKind.INVALID, ""
    message = masked_text(one_line(said))[:_LONGEST_MESSAGE]
    return Failure(kind, operation, message, hint, _retry_after(error), refused)


def _retry_after(error: sdk.ClientError) -> float | None:
    """Return the seconds of a Retry-After header; a date, which HTTP allows too, is not used."""
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        seconds = float(headers["retry-after"])
    except (KeyError, TypeError, ValueError):
        return None
    return min(_LONGEST_RETRY_AFTER, max(0.0, seconds)) if math.isfinite(seconds) else None


def _message(error: Exception) -> str:
    text = masked_text(one_line(safe_text(str(error))))
    return text[:_LONGEST_MESSAGE] if text else type(error).__name__
