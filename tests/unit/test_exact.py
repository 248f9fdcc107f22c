"""What is written of a frame: the terminal then shows it, whatever came before, and is told no more than needed."""

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui.app.exact import Glass

WIDTH, HEIGHT = 12, 7
STYLES = [
    Style.parse(text)
    for text in (
        "#ffffff on #000000",
        "bold #ff0000 on #000000",
        "dim #ff0000 on #202020",
        "reverse underline #00ff00",
    )
]
TEXTS = st.lists(st.sampled_from(["a", "b", " ", "─", "é", "漢", "e\u0301", "🚀"]), max_size=5).map("".join)
LINES = st.lists(st.tuples(TEXTS, st.sampled_from(STYLES)), max_size=4)
SCREENS = st.lists(LINES, min_size=HEIGHT, max_size=HEIGHT)
Spans = list[tuple[str, Style]]


def strip_of(spans: Spans) -> Strip:
    return Strip([Segment(text, style) for text, style in spans]).crop_extend(0, WIDTH, STYLES[0])


def whole(screen: list[Spans]) -> LayoutUpdate:
    return LayoutUpdate([[strip_of(line)] for line in screen], Region(0, 0, WIDTH, HEIGHT))


def part(screen: list[Spans], spans: list[tuple[int, int, int]]) -> ChopsUpdate:
    return ChopsUpdate([{0: strip_of(line)} for line in screen], spans, [[WIDTH]] * HEIGHT)


class Terminal:
    """A terminal, and what was written to it."""

    def __init__(self) -> None:
        self.glass = Glass()
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self.stream = pyte.Stream(self.screen)
        # As Textual has it: what reaches the right edge does not go on in the next line.
        self.stream.feed("\x1b[?7l")

    def show(self, update: LayoutUpdate | ChopsUpdate) -> str:
        written = self.glass.frame(update)
        self.stream.feed(written)
        return written

    @property
    def cells(self) -> list[list[object]]:
        """Every cell; of a blank only what is seen."""
        found = []
        for y in range(HEIGHT):
            line = [self.screen.buffer[y][x] for x in range(WIDTH)]
            found.append(
                [
                    (cell.data, cell.bg) if cell.data == " " and not cell.reverse and not cell.underscore else cell
                    for cell in line
                ]
            )
        return found


def fresh(screen: list[Spans]) -> list[list[object]]:
    terminal = Terminal()
    terminal.show(whole(screen))
    return terminal.cells


@settings(max_examples=30, deadline=None)
@given(st.lists(SCREENS, min_size=2, max_size=4), st.data())
def test_whatever_was_there_the_terminal_shows_the_frame(screens: list[list[Spans]], data: st.DataObject) -> None:
    terminal = Terminal()
    for screen in screens:
        terminal.show(whole(screen))
        assert terminal.cells == fresh(screen)
        by = data.draw(st.integers(-HEIGHT + 1, HEIGHT - 1))
        moved = [screen[y + by] if 0 <= y + by < HEIGHT else [("new", STYLES[1])] for y in range(HEIGHT)]
        terminal.show(part(moved, [(y, 0, WIDTH) for y in range(HEIGHT)]))
        assert terminal.cells == fresh(moved), by


def test_nothing_is_written_for_what_is_there() -> None:
    terminal = Terminal()
    screen: list[Spans] = [[("abc", STYLES[0]), (" de", STYLES[1])]] * HEIGHT
    assert terminal.show(whole(screen))
    assert terminal.show(whole(screen)) == ""
    assert terminal.show(part(screen, [(2, 0, WIDTH)])) == ""
    terminal.glass.forget()
    assert terminal.show(whole(screen))


def test_only_cells_that_differ_are_written_and_only_colours_that_change() -> None:
    terminal = Terminal()
    screen: list[Spans] = [[("took 1m12s in", STYLES[0])]] * HEIGHT
    terminal.show(whole(screen))
    ticked: list[Spans] = [*screen[:2], [("took 1m13s in", STYLES[0])], *screen[3:]]
    written = terminal.show(part(ticked, [(2, 0, WIDTH)]))
    assert written == "\x1b[3;9H\x1b[38;2;255;255;255;48;2;0;0;0m3\x1b[m"


def test_a_log_that_moves_up_is_moved_by_the_terminal() -> None:
    terminal = Terminal()
    lines: list[Spans] = [[(f"line {y:02d} abcd", STYLES[y % 2])] for y in range(HEIGHT + 1)]
    terminal.show(whole(lines[:HEIGHT]))
    written = terminal.show(part(lines[1:], [(y, 0, WIDTH) for y in range(HEIGHT)]))
    assert terminal.cells == fresh(lines[1:])
    assert len(written) < len("line 07 abcd") + 70
