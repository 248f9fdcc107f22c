"""Logs under any chunking, delay and repetition: nothing lost, nothing twice, everything in its place and safe."""

import re
from dataclasses import replace

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.logservice import BEGIN, Service
from tests.strategies import HOSTILE
from tui.domain.ansi import PLAIN
from tui.domain.logbuffer import LogBuffer
from tui.domain.loglines import LONGEST, LogLine, log_line, pretty, rows, width
from tui.domain.logs import GROUP, LogEvent
from tui.domain.logview import LogFilter, LogView
from tui.domain.progress import progress_of
from tui.polling.logs import LogCursor

_PARTS = st.sampled_from(
    [
        *[
            *HOSTILE,
            "\r",
            "\b",
            "\t",
            "\n",
            "#015",
            "#010",
            "#011",
            "#033[",
            "#0",
            "\x1b[31m",
            "\x1b[0m",
            "\x9b38;5;9m",
        ],
        *["\x1b[K", "\x1b[2K", "\x1b[3D", "\x1b[2G", "37%|██ | 37/100 [00:10<00:17, 3.7it/s]"],
        *["12/100 [=>.] - ETA: 1:02", '{"a": "\\u009b"}', "ERROR", "漢" * 1_200, "x" * 2_100],
    ]
)
messages = st.lists(_PARTS | st.text(max_size=8), max_size=8).map("".join)
_FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


def line(message: str) -> LogLine:
    return log_line(LogEvent("1", 1, 1, "job/algo-1-1", message), "algo-1")


@given(messages)
def test_lines_are_safe_bounded_and_whole(message: str) -> None:
    made = line(message)
    assert not _FORBIDDEN.search(made.text)
    assert all(width(row) <= LONGEST for row in rows(made))
    assert "".join(text for text, _ in made.pieces()) == made.text
    ends = [0, *(place for start, end, _ in made.spans for place in (start, end)), len(made.text)]
    assert ends == sorted(ends)
    assert all(style != PLAIN for _, _, style in made.spans)
    assert not any(_FORBIDDEN.search(row) or "\n" in row for row in pretty(made))
    progress_of(made.text)
    if "#0" not in made.text:
        assert line(made.text).text == made.text.rstrip("\n")


@given(messages, st.integers(0, 255))
def test_colours_survive(message: str, colour: int) -> None:
    made = line(f"\x1b[0m\x1b[2K\x1b[38;5;{colour}mcoloured\x1b[0m")
    assert [(text, style.foreground) for text, style in made.pieces()] == [("coloured", colour)]


_events = st.lists(
    st.builds(
        lambda at, delay, host, number, text: LogEvent(
            f"{number:04d}", BEGIN + at, BEGIN + at + delay, f"job/algo-{host}-1", text
        ),
        st.integers(0, 300_000),
        st.integers(0, 60_000),
        st.integers(1, 3),
        st.integers(0, 9_999),
        st.sampled_from(["hit", "miss", "ERROR x", "37%|██ | 37/100 [00:10<00:17, 3.7it/s]"]),
    ),
    max_size=40,
    unique_by=lambda event: event.id,
)


def key(event: LogEvent | LogLine) -> tuple[int, int, str, str]:
    return event.at, event.ingested, event.stream, event.id


@given(_events, st.data())
def test_a_merge_is_ordered_complete_and_free_of_repetition(events: list[LogEvent], data: st.DataObject) -> None:
    buffer = LogBuffer()
    view = LogView(buffer, LogFilter(pattern=re.compile("hit"), context=data.draw(st.integers(0, 3))))
    arriving = data.draw(
        st.permutations(events + data.draw(st.lists(st.sampled_from(events or [None]), max_size=10)))
    )  # type: ignore[list-item]
    arriving = [event for event in arriving if event is not None]
    new = fresh = repeated = folded = 0
    while arriving:
        size = data.draw(st.integers(1, 30))
        held = buffer[data.draw(st.integers(0, len(buffer) - 1))] if len(buffer) else None
        added = buffer.extend(arriving[:size], "job")
        arriving = arriving[size:]
        new, fresh = new + added.new, fresh + len(added.fresh)
        repeated, folded = repeated + added.duplicates, folded + added.folded
        if held is not None:
            assert buffer[buffer.index_of(held.key)] is held
        view.update(added)
        if data.draw(st.booleans()):
            view.scan(data.draw(st.integers(1, 20)))
    stored = [event for event in events if "%" not in event.message]
    assert [line.id for line in buffer] == [event.id for event in sorted(stored, key=key)]
    assert (new, folded, fresh) == (len(stored), len(events) - len(stored), len(events))
    view.scan()
    anew = LogView(buffer, view.filter)
    anew.scan()
    assert list(view) == list(anew)
    assert [view.own(at) for at in range(len(view))] == [anew.own(at) for at in range(len(anew))]
    assert view.matches == sum(line.text == "hit" for line in buffer)


@given(_events, st.integers(1, 10), st.data())
def test_a_full_buffer_keeps_the_newest(events: list[LogEvent], capacity: int, data: st.DataObject) -> None:
    buffer = LogBuffer(capacity)
    view = LogView(buffer, LogFilter(frozenset({"algo-1", "algo-2"})))
    arriving = data.draw(st.permutations([replace(event, message="x") for event in events]))
    for start in range(0, len(arriving), 7):
        view.update(buffer.extend(arriving[start : start + 7], "job"))
        view.scan()
    kept = sorted(events, key=key)[-capacity:]
    assert [line.id for line in buffer] == [event.id for event in kept]
    assert buffer.dropped == len(events) - len(kept)
    assert [line.id for line in view] == [event.id for event in kept if "algo-3" not in event.stream]


@settings(max_examples=60, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # shrinking takes minutes
@given(_events, st.integers(1, 7), st.integers(1, 4), st.booleans(), st.data())
async def test_a_cursor_loses_nothing(
    events: list[LogEvent], page: int, pages: int, tail: bool, data: st.DataObject
) -> None:
    service = Service(events, page=page, now=BEGIN, groups=set())
    cursor = LogCursor(service, "job", begin_ms=BEGIN, since_ms=None if tail else BEGIN, pages=pages)
    buffer = LogBuffer()
    last = max((event.ingested for event in events), default=BEGIN)
    while service.now <= last:
        service.now += data.draw(st.sampled_from([9_999, 30_000, 61_000, 200_000]))
        service.groups = {GROUP}
        for _ in range(data.draw(st.integers(0, 3))):
            buffer.extend((await cursor.poll()).events, "job")
    for _ in range(200):
        buffer.extend((await cursor.poll()).events, "job")
    stored = [event for event in events if "%" not in event.message]
    assert [line.id for line in buffer] == [event.id for event in sorted(stored, key=key)]
