"""Free text, such as a line of a log or a reason, with only the secret parts of it replaced."""

from typing import Final

from tui.domain.late import late

_TRIGGERS: Final = late(
    "secret|pass|pwd|key|token|cred|auth|bearer|basic|signature|sig=|://|akia|asia|hf_|gh[pousr]_|github_pat_|glpat-"
    "|sk-|[sr]k_live_|[sr]k_test_|xox|nvapi-|dapi|aiza|ya29|npm_|r8_|pypi-|wandb_v|eyj|-----|iqojb3jpz2|fwogzxivyxd"
    "|b3blbnnzac1"
)
"""Without any of these, in lower case, a text holds nothing to mask but rows of a key: nearly every line of a log."""

_SHORTEST_ROW: Final = 64
_ENDS_LIKE_KEY: Final = late(r"[A-Za-z0-9+/]{64}")


def masked_text(text: str) -> str:
    """Return a text with only the secret parts replaced: passwords in URLs, `--token abc`, known kinds of tokens.

    Idempotent. A text without secrets is returned as it is.
    """
    if not _may_hold(text):
        return text
    # Its patterns take a hundredth of a second to compile, which the first frame does not need.
    from tui.domain.secrets.shapes import hidden

    return hidden(text)


def _may_hold(text: str) -> bool:
    """Return whether a text is worth a closer look; cheap, as it is asked of every line of a log."""
    if _TRIGGERS.search(text.lower()):
        return True
    return len(text) >= _SHORTEST_ROW and ("\n" in text or _ENDS_LIKE_KEY.match(text[-_SHORTEST_ROW:]) is not None)
