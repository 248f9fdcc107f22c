"""How a cell of the glass is coloured, and what switches the terminal from one colouring to the next."""

from functools import lru_cache
from typing import Final, NamedTuple

from rich.color import ColorSystem
from rich.style import Style

_ATTRIBUTES: Final = (
    ("bold", 1),
    ("dim", 2),
    ("italic", 3),
    ("underline", 4),
    ("blink", 5),
    ("reverse", 7),
    ("strike", 9),
    ("overline", 53),
)
_OFF: Final = {1: 22, 2: 22, 3: 23, 4: 24, 5: 25, 7: 27, 9: 29, 53: 55}
_SEEN_ON_BLANKS: Final = frozenset({4, 7, 9, 53})


class Ink(NamedTuple):
    """SGR parameters of a cell. A blank shows little of them: it leaves the others as they are."""

    on: frozenset[int] = frozenset()
    text: str = "39"
    """Empty where it does not matter."""
    ground: str = "49"


PLAIN: Final = Ink()


@lru_cache(maxsize=1024)
def ink_of(style: Style | None, colors: ColorSystem) -> Ink:
    """Return the ink of a style on a terminal with so many colours."""
    if style is None:
        return PLAIN
    on = frozenset(code for name, code in _ATTRIBUTES if getattr(style, name))
    text = ";".join(style.color.downgrade(colors).get_ansi_codes(foreground=True)) if style.color else "39"
    ground = ";".join(style.bgcolor.downgrade(colors).get_ansi_codes(foreground=False)) if style.bgcolor else "49"
    return Ink(on, text, ground)


@lru_cache(maxsize=1024)
def on_blank(ink: Ink) -> Ink:
    """Return what of an ink is seen on a blank."""
    return ink if ink.on & _SEEN_ON_BLANKS else Ink(ground=ink.ground, text="")


@lru_cache(maxsize=4096)
def switch(now: Ink, wanted: Ink) -> tuple[str, Ink]:
    """Return what to write between two inks, and the ink that there is then."""
    on = wanted.on if wanted.text else now.on - _SEEN_ON_BLANKS
    text = wanted.text or now.text
    off = {_OFF[code] for code in now.on - on}
    # What turns bold off turns dim off too.
    kept = {code for code in now.on & on if _OFF[code] not in off}
    codes = [str(code) for code in (*sorted(off), *sorted(on - kept))]
    if text != now.text:
        codes.append(text)
    if wanted.ground != now.ground:
        codes.append(wanted.ground)
    return (f"\x1b[{';'.join(codes)}m" if codes else ""), Ink(on, text, wanted.ground)
