"""Which values must not be shown as they are, and what stands in their place.

People put tokens into hyperparameters, environment variables and container arguments. A name can give a secret
away (`api_key`), or its own shape (`hf_…`). Every pattern here is linear in the length of the text, because the text
is other people's.
"""

import math
import re
from collections import Counter
from itertools import pairwise
from typing import Final

MASK: Final = "********"
"""What stands for a secret: always the same, so that not even its length is told."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_SECRET_WORDS: Final = _set(
    "secret secrets password passwords passwd passphrase passcode pwd apikey credential credentials creds auth "
    "authorization bearer privatekey accesskey secretkey accesstoken authtoken apitoken"
)
_SECRET_KEYS: Final = _set("api access private secret account auth signing ssh license session wandb")
"""What makes a `key` secret when it stands before it: `api_key`, not `sort_key`."""
_LANGUAGE: Final = _set(
    "eos bos pad unk mask cls sep sot eot bot special image img video audio start end stop next prev first last "
    "vocab chat input output prompt completion think max min num n total avg mean new additional decoder encoder "
    "forced per target source system user assistant"
)
"""What makes a `token` a piece of language when it stands beside it."""
_ABOUT: Final = _set(
    "arn name path file filename dir directory uri url endpoint type mode method provider scheme enabled length len "
    "limit count size region format version ids ttl expiry timeout dropout level classification dim embedding "
    "embeddings budget policy weight weights loss accuracy rate ratio merging pruning shift mixing"
)
"""Last words that make a name one *about* a secret: `secret_arn`, `token_type`."""
_HASHES: Final = _set("commit sha sha1 sha256 md5 revision rev hash digest checksum etag git fingerprint")
"""Words of names whose values look random and are not secret."""

_PLAIN: Final = frozenset(
    ("", "true", "false", "none", "null", "yes", "no", "on", "off", "{}", "[]", "undefined", MASK)
)
_REFERENCE: Final = re.compile(r"(?:arn:[a-z-]+:|s3://|file://|(?:\.{0,2}/)(?:[\w.-]+/)*+[\w.-]*$|\$\{?\w+\}?$)")
_NUMBER: Final = re.compile(r"[-+]?[0-9.,]+(?:[eE][-+]?[0-9]+)?")

_RANDOM: Final = re.compile(r"[A-Za-z0-9_+/=.-]{24,}")
_AWS_SECRET: Final = re.compile(r"[A-Za-z0-9/+]{40}")
_SEPARATORS: Final = re.compile(r"[-_./+=]")

_KNOWN: Final = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)"
    r"|(?<![A-Za-z0-9])(?:"
    r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"
    r"|hf_[A-Za-z0-9]{16,}+|gh[pousr]_[A-Za-z0-9]{16,}+|github_pat_\w{16,}+|glpat-[\w-]{16,}+"
    r"|sk-[\w-]{16,}+|[sr]k_(?:live|test)_\w{16,}+|xox[a-z]-[\w-]{10,}+|nvapi-[\w-]{16,}+|dapi[0-9a-f]{32}"
    r"|AIza[\w-]{30,}+|ya29\.[\w-]{16,}+|npm_\w{30,}+|pypi-[\w-]{30,}+|r8_\w{30,}+|wandb_v1_\w{16,}+"
    r"|eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+)?"
    r")"
)
"""Secrets that say so themselves, anywhere in a text."""

_LOGIN: Final = re.compile(r"(?<=://)([^\s/@:\"']{0,128}+):([^\s/\"']{1,256})@")
_BARE_LOGIN: Final = re.compile(r"(?<=://)[\w-]{20,256}+@")
_BEARER: Final = re.compile(r"\b([Bb]earer|[Bb]asic)\s{1,3}([\w.~+/=-]{12,}+)")
_NAME: Final = re.compile(r"(?<![\w.-])-{0,2}[A-Za-z][\w.-]*+")
_QUOTED: Final = re.compile(r"(?:\\{0,3}[\"'])?\s{0,3}[=:]\s{0,3}\\{0,3}[\"'](?P<value>[^\"'\\]{1,4000})")
_ASSIGNED: Final = re.compile(r"=(?P<value>[^\s\"'\\,;&)}\]]{1,4000})")
_FOLLOWING: Final = re.compile(r"\s{1,3}[\"']?(?P<value>[^-\s\"'\\,;)}\]][^\s\"'\\,;)}\]]{0,4000})")
_STATED: Final = re.compile(r":\s{0,3}(?P<value>(?=[^\s0-9]{0,40}[0-9])[^\s\"'\\,;&)}\]]{8,4000})")
"""`password: abc12345`: a text says such things of other matters too, so only what has a digit in it."""


def looks_secret(key: str, value: object) -> bool:
    """Return whether a value, or a part of it, must not be shown; `key` is the name it goes by."""
    return concealed(key, value) is not None


def concealed(key: str, value: object) -> str | None:
    """Return what to show in place of a value that is secret, in whole or in part; None where nothing is."""
    if not isinstance(value, str):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return MASK if number and _names_secret(key) and _is_worth_hiding(key, str(value)) else None
    text = _unquoted(value)
    if (_names_secret(key) and _is_worth_hiding(key, text)) or _looks_random(key, text):
        return mask(value)
    hidden = masked(value)
    return None if hidden == value else hidden


def mask(_value: object) -> str:
    """Return what stands for a secret value, whatever it is."""
    return MASK


def masked(value: str) -> str:
    """Return a text with only the secret parts replaced: passwords in URLs, `--token abc`, known kinds of tokens."""
    value = _KNOWN.sub(MASK, value)
    value = _LOGIN.sub(rf"\1:{MASK}@", value)
    value = _BARE_LOGIN.sub(f"{MASK}@", value)
    value = _BEARER.sub(rf"\1 {MASK}", value)
    return _mask_assigned(value)


def _mask_assigned(value: str) -> str:
    parts, done = [], 0
    for name in _NAME.finditer(value):
        if name.start() < done or not _names_secret(name[0]):
            continue
        forms = [_QUOTED, _ASSIGNED, _STATED]
        if name[0].startswith("-"):
            forms.append(_FOLLOWING)
        found = next((match for form in forms if (match := form.match(value, name.end()))), None)
        if found and _is_worth_hiding(name[0], found["value"]):
            parts += [value[done : found.start("value")], MASK]
            done = found.end("value")
    return "".join((*parts, value[done:]))


def _words(key: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(key)]


def _names_secret(key: str) -> bool:
    words = _words(key)
    pairs = list(pairwise(words))
    if ("access", "key") in pairs or ("amz", "signature") in pairs:
        return True
    if not words or words[-1] in _ABOUT:
        return False
    if not _SECRET_WORDS.isdisjoint(words):
        return True
    if any(second == "key" and first in _SECRET_KEYS for first, second in pairs):
        return True
    return "token" in words and words[-1] not in ("id", "type") and _LANGUAGE.isdisjoint(words)


def _is_worth_hiding(key: str, text: str) -> bool:
    if text.lower() in _PLAIN or _REFERENCE.match(text):
        return False
    return not (_NUMBER.fullmatch(text) and "token" in _words(key))


def _unquoted(value: str) -> str:
    """Return the text in a JSON-quoted string, as the SageMaker SDK writes hyperparameters."""
    return value.strip().strip("\\\"'").strip()


def _looks_random(key: str, text: str) -> bool:
    words = _words(key)
    if not _RANDOM.fullmatch(text) or not _HASHES.isdisjoint(words) or _ABOUT & {*words[-1:]}:
        return False
    if "/" in text and "." in text:  # the path of a file
        return False
    # An AWS secret key may hold `/` and `+`; elsewhere they part the segments of a path or a name.
    if _AWS_SECRET.fullmatch(text) and _is_random(re.sub(r"[/+]", "", text), 0.2):
        return True
    return any(_is_random(segment, 0.25) for segment in _SEPARATORS.split(text))


def _is_random(segment: str, least_changes: float) -> bool:
    if len(segment) < 20 or segment.isdigit() or segment.isalpha():
        return False
    kinds = [0 if char.isdigit() else 1 if char.isupper() else 2 for char in segment]
    # `BertLarge` changes kind once per word, not twice: a capital belongs to what follows it.
    changes = sum(first != second and (first, second) != (1, 2) for first, second in pairwise(kinds))
    if len(set(kinds)) == 2 and len(segment) < 32:
        return False
    return changes >= least_changes * len(segment) and _entropy(segment) >= 3


def _entropy(text: str) -> float:
    """Return the bits per character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
