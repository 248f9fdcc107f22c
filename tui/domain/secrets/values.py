"""What to show of a value that goes by a name: a member of a description, an entry of a map."""

from tui.domain.secrets.names import MASK, is_worth_hiding, looks_random, names_secret
from tui.domain.secrets.texts import masked_text


def looks_secret(key: str, value: object) -> bool:
    """Return whether a value, or a part of it, must not be shown; `key` is the name it goes by."""
    return concealed(key, value) is not None


def concealed(key: str, value: object) -> str | None:
    """Return what to show in place of a value that is secret, in whole or in part; None where nothing is."""
    if not isinstance(value, str):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return MASK if number and names_secret(key) and is_worth_hiding(key, str(value)) else None
    text = _unquoted(value)
    if (names_secret(key) and is_worth_hiding(key, text)) or looks_random(key, text):
        return MASK
    hidden = masked_text(value)
    return None if hidden == value else hidden


def _unquoted(value: str) -> str:
    """Return the text in a JSON-quoted string, as the SageMaker SDK writes hyperparameters."""
    return value.strip().strip("\\\"'").strip()
