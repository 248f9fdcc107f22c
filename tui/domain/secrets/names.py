"""Which names say that what goes by them is a secret, and which of such values are worth hiding."""

import math
import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import Final

from tui.domain.late import late

MASK: Final = "********"
"""What stands for a secret: always the same, so that not even its length is told."""
_LONGEST_NAME: Final = 200


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORDS: Final = late(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_SECRET_WORDS: Final = _set(
    "secret secrets password passwords passwd passphrase passcode pwd apikey credential credentials creds auth "
    "authorization bearer privatekey accesskey secretkey accesstoken authtoken apitoken"
)
_SECRET_KEYS: Final = _set("api access private secret account auth signing ssh license session wandb")
"""What makes a `key` secret when it stands before it: `api_key`, not `sort_key`."""
_SECRET_PASSES: Final = _set("db database user admin root mysql postgres redis smtp ftp ldap proxy rabbitmq")
"""What makes a `pass` secret: `db_pass`, not `first_pass`."""
_LANGUAGE: Final = _set(
    "eos bos pad unk mask cls sep sot eot bot special image img video audio start end stop next prev first last "
    "vocab chat input output prompt completion think max min num n total avg mean new additional decoder encoder "
    "forced per target source system user assistant"
)
"""What makes a `token` a piece of language when it stands beside it."""
_ABOUT: Final = _set(
    "arn name path file filename dir directory uri url endpoint type mode method provider scheme enabled length len "
    "limit count size region format version ids ttl expiry timeout dropout level classification dim embedding "
    "embeddings budget policy weight weights loss accuracy rate ratio merging pruning shift mixing time seconds"
)
"""Last words that make a name one *about* a secret: `secret_arn`, `token_type`."""
_HASHES: Final = _set("commit sha sha1 sha256 md5 revision rev hash digest checksum etag git fingerprint")
"""Words of names whose values look random and are not secret."""

_PLAIN: Final = frozenset(("", "true", "false", "none", "null", "yes", "no", "on", "off", "{}", "[]", "undefined"))
_MASKED: Final = late(r"\*+|[<\[]?(?:redacted|masked|hidden)[>\]]?", re.IGNORECASE)
_REFERENCE: Final = late(
    r"(?:arn:[a-z-]+:|s3://|file://|(?:\.{0,2}/)(?:[\w.-]+/)*+[\w.-]*$|\$\{?\w+\}?$"
    r"|(?:self|args|os|config|cfg|settings|kwargs|[a-z]{1,20}_args)\.[a-z_])"
)
"""What says where a secret is, or is a piece of a program."""
_AMOUNT: Final = late(r"[-+]?[0-9.,]+(?:[eE][-+]?[0-9]+)?(?:[a-zA-Zµ%]{1,3}(?:/s)?)?")

_RANDOM: Final = late(r"[A-Za-z0-9_+/=.-]{24,}")
_AWS_SECRET: Final = late(r"[A-Za-z0-9/+]{40}")
_SEPARATORS: Final = late(r"[-_./+=]")


def names_secret(name: str) -> bool:
    """Return whether what goes by a name is secret: `HF_TOKEN`, `db-password`, `--api-key`; not `pad_token`."""
    return _names_secret(name[-_LONGEST_NAME:])


@lru_cache(maxsize=4096)
def _names_secret(name: str) -> bool:
    words = _words(name)
    pairs = list(pairwise(words))
    if ("access", "key") in pairs or ("amz", "signature") in pairs:
        return True
    if not words or words[-1] in _ABOUT:
        return False
    if not _SECRET_WORDS.isdisjoint(words):
        return True
    if any(second == "key" and first in _SECRET_KEYS for first, second in pairs):
        return True
    if words[-1] == "pass" and words[-2:-1] and words[-2] in _SECRET_PASSES:
        return True
    return "token" in words and words[-1] not in ("id", "type") and _LANGUAGE.isdisjoint(words)


def is_worth_hiding(name: str, text: str) -> bool:
    """Return whether the value that goes by a secret name may be one, and is no word, path or placeholder."""
    if text.lower() in _PLAIN or _MASKED.fullmatch(text) or _REFERENCE.match(text):
        return False
    return not (_AMOUNT.fullmatch(text) and "token" in _words(name))


def looks_random(name: str, text: str) -> bool:
    """Return whether a whole value looks like a key, and its name does not say that it is a hash."""
    words = _words(name)
    if not _RANDOM.fullmatch(text) or not _HASHES.isdisjoint(words) or _ABOUT & {*words[-1:]}:
        return False
    if "/" in text and "." in text:  # the path of a file
        return False
    if is_aws_secret(text):
        return True
    return any(_is_random(segment, 0.25) for segment in _SEPARATORS.split(text))


def is_aws_secret(text: str) -> bool:
    """Return whether a text has the shape of an AWS secret access key."""
    # It may hold `/` and `+`; elsewhere they part the segments of a path or a name.
    return _AWS_SECRET.fullmatch(text) is not None and _is_random(re.sub(r"[/+]", "", text), 0.2)


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(name)]


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
