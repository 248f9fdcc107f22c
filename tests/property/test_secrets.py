"""Masking of any text at all: it never fails, settles at once, and leaves alone what it has no reason to touch."""

from hypothesis import given
from hypothesis import strategies as st

from tests.secrets import HARMLESS, SHAPES, SPOKEN
from tui.domain.ansi import Span
from tui.domain.loglines import LogLine, masked_line
from tui.domain.secrets import MASK, masked_text
from tui.domain.severity import Severity

PIECES = (
    *SHAPES.values(),
    *(text.replace("@", secret, 1) for text, secret in SPOKEN.items()),
    *HARMLESS,
    "token=",
    "password:",
    "--api-key ",
    "://",
    "Bearer ",
    "-----END",
    *"@{[,=:",
    *('"', "\\", " ", "\n"),
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    MASK,
)
texts = st.one_of(
    st.text(), st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=8).map("".join)
)


@given(texts)
def test_masking_settles_and_stays_in_bounds(text: str) -> None:
    shown = masked_text(text)
    assert masked_text(shown) == shown
    assert len(shown) <= len(MASK) * (len(text) + 1)


@given(st.text(st.characters(exclude_characters="kKtTpPsScCaAbB:=-&?gGhHxXnNdDyYrRwWeEiIfF_/|>")))
def test_a_text_without_triggers_is_the_same_object(text: str) -> None:
    assert masked_text(text) is text


@given(st.sampled_from(sorted(SHAPES.values())), st.text(), st.text())
def test_a_shape_between_blanks_never_shows(secret: str, before: str, after: str) -> None:
    assert secret not in masked_text(f"{before} {secret} {after}")


@given(texts)
def test_the_colours_of_a_line_lie_within_it(text: str) -> None:
    spans = (Span(0, len(text), None),) if text else ()  # type: ignore[arg-type]
    line = masked_line(LogLine(0, 0, "s", "i", "algo-1", text, spans, Severity.NONE, 0))  # type: ignore[arg-type]
    assert all(span.end <= len(line.text) for span in line.spans)
