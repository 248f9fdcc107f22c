"""Any mixture of hostile texts: made safe once it stays so, and no more than cells and colours leaves the glass."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tests.e2e.terminal import ALLOWED, FOREIGN
from tests.hostile import TEXTS, unsafe
from tui.app.exact import Glass
from tui.app.lines import fit, fit_middle, wrap
from tui.domain.loglines import log_line, pretty
from tui.domain.logs import LogEvent
from tui.domain.text import safe_text

pieces = st.one_of(
    st.sampled_from([text for text in TEXTS.values() if len(text) < 500]),
    st.sampled_from("\x1b[]\\;\x9b\x9dPm0A\x07\n\r\b\t\u202e\u0301\u200d\ufe0f\ud83d"),
    st.text(max_size=10),
)
mixtures = st.lists(pieces, max_size=12).map("".join)


@given(mixtures)
def test_made_safe_once(text: str) -> None:
    safe = safe_text(text)
    assert unsafe(safe.replace("\n", "").replace("\t", "")) == []
    assert safe_text(safe) == safe


@given(mixtures)
def test_a_line_of_a_log(text: str) -> None:
    line = log_line(LogEvent("1", 0, 0, "s", text), "algo-1")
    for row in (*line.text.split("\n"), *pretty(line)):
        assert unsafe(row) == []
    assert all(0 <= start < end <= len(line.text) for start, end, _ in line.spans)


@given(mixtures, st.integers(1, 60))
def test_what_fits(text: str, width: int) -> None:
    safe = safe_text(text)
    assert cell_len(fit(safe, width)) == cell_len(fit_middle(safe, width)) == width
    assert all(cell_len(line) <= max(2, width) for line in wrap(safe, width))


@given(mixtures)
def test_the_last_gate(text: str) -> None:
    strip = Strip([Segment(text)])
    written = Glass().frame(LayoutUpdate([[strip]], Region(0, 0, max(1, strip.cell_length), 1)))
    assert FOREIGN.search(ALLOWED.sub("", written)) is None
    written.encode()
