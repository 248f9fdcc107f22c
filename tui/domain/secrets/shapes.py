"""What secrets look like in free text, and the words beside them that give them away.

A log is full of hashes, digests, UUIDs and ARNs: here a long random string alone gives nothing away. What does is a
shape that only secrets have, or a word beside it that says so.
"""

import re
from typing import Final

from tui.domain.secrets.names import MASK, is_aws_secret, is_worth_hiding, looks_random, names_secret

_PASSES: Final = 8
"""What a mask leaves of a text may be secret beside it; a second look nearly always settles that."""

_BLOCK: Final = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)"
)
_BLOCK_END: Final = re.compile(r"-----END [A-Z ]{0,40}PRIVATE KEY-----")
_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\n\r\\ "
_ROW_OF_KEY: Final = re.compile(
    r"(?:(?<=[\s>:|])|(?<![\s\S]))(?=[^A-Z\s]{0,63}[A-Z])(?=[^a-z\s]{0,63}[a-z])(?=[^0-9\s]{0,63}[0-9])"
    r"[A-Za-z0-9+/]{64}(?:[A-Za-z0-9+/]{6})?$",
    re.MULTILINE,
)
"""A row of a private key, which CloudWatch may deliver alone: OpenSSL breaks rows at 64, OpenSSH at 70."""

_KNOWN: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"
    r"|hf_[A-Za-z0-9]{16,}+|gh[pousr]_[A-Za-z0-9]{16,}+|github_pat_\w{16,}+|glpat-[\w-]{16,}+"
    r"|sk-(?:(?:proj|ant|or|svcacct|admin|lf)-[\w-]{16,}+|[A-Za-z0-9]{16,}+)"
    r"|[sr]k_(?:live|test)_\w{16,}+|xox[a-z]-[\w-]{10,}+|nvapi-[\w-]{16,}+|dapi[0-9a-f]{32}"
    r"|AIza[\w-]{30,}+|ya29\.[\w-]{16,}+|npm_[A-Za-z0-9]{30,}+|pypi-[\w-]{30,}+|r8_\w{30,}+|wandb_v1_\w{16,}+"
    r"|eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+)?"
    r"|(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|b3BlbnNzaC1rZXktdjE)[\w+/=%-]{16,}+"
    r")"
)
"""Secrets that say so themselves, anywhere in a text; the last ones are sessions of STS and keys of OpenSSH."""
_ACCESS_KEY: Final = re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])")
_FORTY: Final = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")

_LOGIN: Final = re.compile(r"(?<=://)([^\s/@:\"']{0,128}+):([^\s/\"']{1,256})@")
_BARE_LOGIN: Final = re.compile(r"(?<=://)[\w-]{20,256}+@")
_SIGNED: Final = re.compile(
    r"(?i:(?<=[?&]sig=)|(?<=[?&]signature=)|(?<=\bSignature=)(?=[0-9a-f]{64}))[\w.~%+/=-]{16,}+"
)
_HEADER: Final = re.compile(
    r"(?i:(?<![\w-])authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:bearer|basic|token|digest|apikey))\s{1,3}"
    r"(?P<value>[\w.~+/=-]++)"
)
_BEARER: Final = re.compile(r"(?i:\b(?:bearer|basic))\s{1,3}(?P<value>(?=[\w.~+/-]{0,200}?[0-9=])[\w.~+/=-]{12,}+)")
"""Basic training and a bearer of news have no digit in them."""

_HINT: Final = re.compile("secret|pass|pwd|key|token|cred|auth|bearer|signature", re.IGNORECASE)
_NAME: Final = re.compile(
    r"(?<![\w.-])(?:(?i:api|access|secret|private|account|auth|license) (?i:access )?(?i:key|token)(?![\w.-])"
    r"|-{0,2}[A-Za-z][\w.-]*+)"
)
_REST: Final = re.compile(r"[^\s\"'\\,;&)}\]]*+")
_QUOTED: Final = re.compile(
    r"(?:\\{0,3}[\"'])?\s{0,3}[=:]\s{0,3}(?P<quote>\\{0,3}[\"'])(?P<value>(?:(?!(?<!\\)(?P=quote))[^\n]){1,4000})"
)
_LISTED: Final = re.compile(
    r"\\{0,3}[\"'],\s{0,3}(?P<quote>\\{0,3}[\"'])(?P<value>(?!-)(?:(?!(?<!\\)(?P=quote))[^\n]){1,4000})"
)
"""`["--token", "abc"]`"""
_ASSIGNED: Final = re.compile(r"=(?P<value>[^\s\"'\\,;&)}\]]{1,4000})")
_FOLLOWING: Final = re.compile(r"\s{1,3}[\"']?(?P<value>[^-\s\"'\\,;)}\]][^\s\"'\\,;)}\]]{0,4000})")
_STATED: Final = re.compile(
    r":\s{0,3}(?P<value>(?=[^\s0-9]{0,40}[0-9])[^\s\"'\\,;&)}\]]{8,4000}|(?<=\s)[^\s\"'\\,;&)}\]:]{6,100}$)",
    re.MULTILINE,
)
"""`password: abc12345`: a text says such things of other matters too, so only what has a digit, or ends a row."""
_BESIDE: Final = re.compile(
    r"[\"']?(?: (?:is|was|of|used))?\s{0,2}[=:]?\s{1,3}[\"'`(<]?(?P<value>[A-Za-z0-9_+/=.-]{20,400}+)"
)
"""`the API key 8f3c…`: only where it looks random too."""


def hidden(text: str) -> str:
    """Return a text with its secrets masked."""
    for _ in range(_PASSES):
        shown = _masked_once(text)
        if shown == text:
            break
        text = shown
    return text


def _masked_once(text: str) -> str:
    text = _ROW_OF_KEY.sub(MASK, text)
    if "-----" in text:
        text = _without_blocks(text)
    if _ACCESS_KEY.search(text):
        # Whoever prints one of the two prints the other beside it.
        text = _FORTY.sub(lambda found: MASK if is_aws_secret(found[0]) else found[0], text)
    text = _KNOWN.sub(MASK, text)
    if "://" in text:
        text = _LOGIN.sub(rf"\1:{MASK}@", text)
        text = _BARE_LOGIN.sub(f"{MASK}@", text)
    text = _SIGNED.sub(MASK, text)
    text = _HEADER.sub(_with_mask, text)
    text = _BEARER.sub(_with_mask, text)
    return _mask_named(text) if _HINT.search(text) else text


def _with_mask(found: re.Match[str]) -> str:
    start = found.start("value") - found.start()
    return found[0][:start] + MASK + found[0][start + len(found["value"]) :]


def _without_blocks(text: str) -> str:
    """Replace private keys, and what stands before the end of one whose beginning is not there."""
    parts, done = [], 0
    for found in _BLOCK_END.finditer(text := _BLOCK.sub(MASK, text)):
        before = text[done : found.start()]
        kept = before.rstrip(_BASE64)
        parts += [kept, MASK if before[len(kept) :].strip(" \n\r\\*") else before[len(kept) :], found[0]]
        done = found.end()
    return "".join((*parts, text[done:]))


def _mask_named(text: str) -> str:
    parts, done = [], 0
    for name in _NAME.finditer(text):
        if name.start() < done or not _HINT.search(name[0]) or not names_secret(name[0]):
            continue
        value = _value_of(name[0], text, name.end())
        if value is not None:
            parts += [text[done : value[0]], MASK]
            done = value[1]
    return "".join((*parts, text[done:]))


def _value_of(name: str, text: str, at: int) -> tuple[int, int] | None:
    """Return where the secret is whose name ends at `at`."""
    option = name.startswith("-")
    for form in (_QUOTED, _ASSIGNED, _STATED, *((_LISTED, _FOLLOWING) if option else ())):
        found = form.match(text, at)
        if found is None:
            continue
        if not is_worth_hiding(name, found["value"]):
            return None
        end = found.end("value")
        if form not in (_QUOTED, _LISTED):
            rest = _REST.match(text, end)
            end = rest.end() if rest else end
        return found.start("value"), end
    found = _BESIDE.match(text, at)
    if found and looks_random("", found["value"]) and is_worth_hiding(name, found["value"]):
        return found.span("value")
    return None
