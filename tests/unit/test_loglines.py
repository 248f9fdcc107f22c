"""Log lines: what a terminal would show of them, and nothing that a terminal would obey."""

import pytest

from tui.domain.ansi import PLAIN, Span, Style, decode
from tui.domain.loglines import LONGEST, MOST_ROWS, Flags, LogLine, log_line, pretty, rows, width
from tui.domain.logs import LogEvent
from tui.domain.severity import Severity, severity_of


def line(message: str) -> LogLine:
    return log_line(LogEvent("1", 10, 20, "job/algo-1-1", message), "algo-1")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("plain", "plain"),
        ("", ""),
        ("[0]#011train-rmse:0.5#011validation-rmse:0.6", "[0] train-rmse:0.5  validation-rmse:0.6"),
        ("list of known hosts.#015", "list of known hosts."),
        ("#015   16384/94765736 [....]", "   16384/94765736 [....]"),
        ("12%#010#010#01034%", "34%"),
        ("bar#033[A", "bar"),
        ("#033[31mred#033[0m", "red"),
        ("see #011 and (#015), not '#010'", "see #011 and (#015), not '#010'"),
        ("call #033 later", "call #033 later"),
        ("10%\r20%\r30%", "30%"),
        ("downloading...\rdone          ", "done"),
        ("long state\rshort", "shortstate"),
        ("long state\r\x1b[2Kshort", "short"),
        ("long state\r\x1b[Kshort", "short"),
        ("abc\x1b[1Gx\x1b[9Dy", "ybc"),
        ("abc\b\bX", "aXc"),
        ("windows\r\n", "windows"),
        ("a\tb", "a   b"),
        ("abcd\te", "abcd    e"),
        ("title\x1b]0;evil\x07!", "title!"),
        ("\x9b31mred\x9b0m", "red"),
        ("bidi\u202eevil", "bidievil"),
        ("nul\x00", "nul\ufffd"),
        ("lone\ud800", "lone\ufffd"),
    ],
)
def test_shown(message: str, shown: str) -> None:
    assert line(message).text == shown
    assert line(shown).text == shown or "#0" in shown


def test_decoding_is_of_the_container_only() -> None:
    assert decode("##011x") == "#\tx"
    assert decode("a #0150470/9") == "a \r0470/9"
    assert decode('"#011fff"') == '"#011fff"'


@pytest.mark.parametrize(
    ("codes", "style"),
    [
        ("31", Style(foreground=1)),
        ("1;94", Style(foreground=12, bold=True)),
        ("38;5;208", Style(foreground=208)),
        ("48;2;1;2;3", Style(background=(1, 2, 3))),
        ("38:2::1:2:3", Style(foreground=(1, 2, 3))),
        ("38:2:1:2:3", Style(foreground=(1, 2, 3))),
        ("38:5:9", Style(foreground=9)),
        ("2;3;4;7", Style(dim=True, italic=True, underline=True, reverse=True)),
        ("1;2;22", PLAIN),
        ("3;23;4;24;7;27", PLAIN),
        ("4:3", Style(underline=True)),
        ("31;41;39;49", PLAIN),
        ("31;0", PLAIN),
        ("31;", PLAIN),
        ("", PLAIN),
        ("38;5;999", PLAIN),
        ("38;5", PLAIN),
        ("38", PLAIN),
        ("999999999999", PLAIN),
        ("107", Style(background=15)),
    ],
)
def test_colours(codes: str, style: Style) -> None:
    spans = line(f"a\x1b[{codes}mb").spans
    assert spans == (() if style == PLAIN else (Span(1, 2, style),))


def test_pieces_are_the_whole_text() -> None:
    red = Style(foreground=1)
    made = line("a\x1b[31mbc\x1b[0md\r\x1b[32mX")
    assert list(made.pieces()) == [("X", Style(foreground=2)), ("bc", red), ("d", PLAIN)]
    assert list(line("").pieces()) == []


def test_a_long_line_is_cut() -> None:
    made = line("x" * 14_000)
    assert made.text.endswith("x… +12 kB")
    assert width(made.text) <= LONGEST
    assert made.flags & Flags.CUT
    assert line(made.text).text == made.text
    assert line("x" * LONGEST).text == "x" * LONGEST
    assert width(line("漢" * 1_500).text) <= LONGEST
    assert line("漢" * 1_000).flags == Flags.NONE
    coloured = line("\x1b[31m" + "x" * 2_500)
    assert coloured.spans[-1].end <= len(coloured.text)


def test_several_rows() -> None:
    made = line("one\r\n\x1b[31mtwo\nthree\x1b[0m\n\n")
    assert rows(made) == ["one", "two", "three"]
    assert made.flags == Flags.ROWS
    assert [made.text[start:end] for start, end, _ in made.spans] == ["two", "three"]
    many = line("\n".join("row" for _ in range(1_000)))
    assert len(rows(many)) == MOST_ROWS
    assert rows(many)[-1].startswith("… +")
    assert line(many.text).text == many.text


def test_json() -> None:
    made = line('#metrics {"a": [1, NaN], "b": "\\u001b[31m\\u0085x"}')
    assert made.flags & Flags.JSON
    assert pretty(made) == [
        "#metrics",
        "{",
        '  "a": [',
        "    1,",
        "    NaN",
        "  ],",
        '  "b": "\\u001b[31m\ufffdx"',
        "}",
    ]
    assert pretty(line('[1,2]<stdout>:{"a": 1}')) == ["[1,2]<stdout>:", "{", '  "a": 1', "}"]
    assert pretty(line('[{"a": 1}]'))[0] == "["
    for text in ("{no json}", "[" * 1_500 + "]", "plain", "[1, 2", '{"a": 1} trailing', "{}}"):
        assert pretty(line(text)) == [text]
    assert not line("Epoch 0: [00:01<00:02]").flags


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("Traceback (most recent call last):", Severity.ERROR),
        ("RuntimeError: CUDA out of memory. Tried to allocate", Severity.ERROR),
        ("torch.distributed.elastic.multiprocessing.errors.ChildFailedError: ", Severity.ERROR),
        ("2022-07-28 21:23:06,361 sagemaker-training-toolkit ERROR    ExecuteUserScriptError:", Severity.ERROR),
        ("[ERROR] 2022 something", Severity.ERROR),
        ("CRITICAL:root:x", Severity.ERROR),
        ("Killed", Severity.ERROR),
        ("bash: line 1:    31 Killed                  python train.py", Severity.ERROR),
        ("INFO: worker died: Out of memory", Severity.ERROR),
        ("gcc: error: changehostname.o: No such file", Severity.ERROR),
        ("2021-03-09 00:46:46.075366: E tensorflow/stream_executor/cuda.cc:1] failed", Severity.ERROR),
        ("E0309 00:46:46 123 file.cc:1] failed", Severity.ERROR),
        ('{"level": "error", "msg": "x"}', Severity.ERROR),
        ("OSError: [Errno 28] No space left on device", Severity.ERROR),
        ("KeyboardInterrupt", Severity.ERROR),
        ("Watchdog caught collective operation timeout: WorkNCCL", Severity.ERROR),
        ("algo-1:243:243 [5] find_ofi:543 NCCL WARN NET/OFI Couldn't find any", Severity.WARNING),
        ("WARNING:root:retrying after ConnectionError: x", Severity.WARNING),
        ("/opt/x.py:12: UserWarning: y", Severity.WARNING),
        ("2021-03-09 00:46:46.075366: W tensorflow/core/x.cc:460] z", Severity.WARNING),
        ("2018 INFO 139 starting", Severity.INFO),
        ("NCCL INFO Bootstrap", Severity.INFO),
        ("[0]#011validation-error:0.3", Severity.NONE),
        ("error: 0.123", Severity.NONE),
        ("epoch 3 loss 0.5 ERROR_RATE", Severity.NONE),
        ("the room is warm", Severity.NONE),
        ("", Severity.NONE),
    ],
)
def test_severity(text: str, severity: Severity) -> None:
    assert severity_of(text) is severity
