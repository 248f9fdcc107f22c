"""What `--ascii` leaves of a text: ASCII only, cell for cell, so that no column moves."""

from typing import Final

from rich.cells import get_character_cell_size

ASCII: Final = "-ascii"
"""The class that the app has where only ASCII is drawn."""

_ALIKE: Final = {
    "…": "~",
    "·": "-",
    "×": "x",
    "–": "-",
    "→": ">",
    "←": "<",
    "⏎": "|",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
}
_BOXES: Final = dict.fromkeys("─━│┃╭╮╰╯┌┐└┘├┤┬┴┼═║", "|") | dict.fromkeys("─━═", "-")
_TABLE: Final = {**_BOXES, **_ALIKE}


def to_ascii(text: str) -> str:
    """Return a text of as many cells in which everything that is not ASCII is something like it, or `?`."""
    if text.isascii():
        return text
    return "".join(char if char.isascii() else _TABLE.get(char, "?") * get_character_cell_size(char) for char in text)
