"""The merged log: order, bound, progress, search, and views that follow it."""

import re

import pytest

from tui.domain.logbuffer import LogBuffer
from tui.domain.loglines import LineKey
from tui.domain.logs import LogEvent
from tui.domain.logview import LogFilter, LogView
from tui.domain.severity import Severity


def event(at: int, message: str = "", host: int = 1, name: str = "") -> LogEvent:
    return LogEvent(name or f"{at}-{host}", at, at + 5, f"job/algo-{host}-1700", message or f"line {at}")


def texts(buffer: LogBuffer | LogView) -> list[str]:
    return [line.text for line in buffer]


def test_late_events_go_where_they_belong() -> None:
    buffer = LogBuffer()
    added = buffer.extend([event(30), event(10)], "job")
    assert (added.new, added.late, added.duplicates) == (2, 0, 0)
    held = buffer[1].key
    added = buffer.extend([event(20), event(40), event(10)], "job")
    assert (added.new, added.late, added.duplicates) == (2, 1, 1)
    assert added.first == LineKey(20, 25, "job/algo-1-1700", "20-1")
    assert [found.at for found in added.fresh] == [20, 40]
    assert texts(buffer) == ["line 10", "line 20", "line 30", "line 40"]
    assert buffer.index_of(held) == 2
    assert buffer.index_at(25) == 2
    assert buffer.index_at(41) == 4
    assert [line.text for line in buffer[1:3]] == ["line 20", "line 30"]


def test_what_falls_off_is_counted_and_stays_away() -> None:
    buffer = LogBuffer(3)
    added = buffer.extend([event(at) for at in range(5)], "job")
    assert (added.new, added.dropped, buffer.dropped, len(buffer)) == (3, 2, 2, 3)
    assert added.first is not None
    assert added.first.at == 2
    again = buffer.extend([event(0), event(1), event(4)], "job")
    assert (again.new, again.duplicates, again.dropped, again.first) == (0, 3, 0, None)
    older = buffer.extend([event(0, name="never seen")], "job")
    assert (older.new, older.dropped, buffer.dropped, older.late) == (0, 1, 3, 0)
    assert len(older.fresh) == 1
    assert buffer.index_of(LineKey(0, 5, "job/algo-1-1700", "0-1")) == 0
    with pytest.raises(ValueError, match="at least one"):
        LogBuffer(0)


def test_progress_is_folded_to_the_latest_of_each_host() -> None:
    buffer = LogBuffer()
    bars = [event(at, f"E: {at}%|x| {at}/9 [00:0{at}<00:01, 1.0it/s]") for at in (1, 3, 2)]
    added = buffer.extend([*bars, event(4, "loss 0.5", 2)], "job")
    assert (added.new, added.folded, len(added.fresh)) == (1, 3, 4)
    assert texts(buffer) == ["loss 0.5"]
    state = buffer.progress["algo-1"]
    assert (state.progress.step, state.line.at) == (3, 3)
    assert buffer.extend(bars, "job").duplicates == 3
    full = buffer.extend([event(5, "E: 100%|x| 9/9 [00:09<00:00, 1.0it/s, loss=0.5]")], "job")
    assert (full.new, full.folded, buffer.progress["algo-1"].progress.share) == (1, 0, 1)
    assert buffer.extend([event(6, "Epoch 3/10")], "job").new == 1
    assert buffer.progress["algo-1"].progress.total == 10
    assert buffer.hosts == ("algo-1", "algo-2")
    buffer.clear()
    assert (len(buffer), buffer.hosts, dict(buffer.progress), buffer.dropped) == (0, (), {}, 0)


def test_errors_and_matches_are_found_both_ways() -> None:
    buffer = LogBuffer()
    said = ["ok", "ERROR a", "ERROR b", "fine", "RuntimeError: x", "end"]
    buffer.extend([event(at, text) for at, text in enumerate(said)], "job")
    assert buffer.next_error(-1) == 1
    assert buffer.next_error(1) == 4
    assert buffer.next_error(4) is None
    assert buffer.next_error(len(buffer), -1) == 4
    assert buffer.next_error(4, -1) == 1
    assert buffer.next_error(1, -1) is None
    assert buffer.next_match(0, re.compile("fin|end")) == 3
    assert buffer.next_match(3, re.compile("fin|end")) == 5
    assert buffer.next_match(5, re.compile("fin|end"), -1) == 3


def test_a_view_shows_matches_with_their_context() -> None:
    buffer = LogBuffer()
    buffer.extend([event(at * 10, "hit" if at in (3, 4, 9) else "") for at in range(12)], "job")
    view = LogView(buffer, LogFilter(pattern=re.compile("hit"), context=1))
    assert not view.scan(5)
    assert texts(view) == ["line 20", "hit", "hit"]
    assert view.scan()
    assert texts(view) == ["line 20", "hit", "hit", "line 50", "line 80", "hit", "line 100"]
    assert [view.own(index) for index in range(3)] == [False, True, True]
    assert view.matches == 3
    view.update(buffer.extend([event(65, "hit"), event(120)], "job"))
    view.scan()
    assert texts(view)[4:7] == ["line 60", "hit", "line 70"]
    assert view.index_of(buffer[buffer.index_at(65)].key) == 5
    assert view.index_at(66) == 6


def test_views_of_hosts_and_severities() -> None:
    buffer = LogBuffer(4)
    buffer.extend([event(at, "ERROR x" if at % 2 else "INFO y", host=at % 3) for at in range(4)], "job")
    hosts = LogView(buffer, LogFilter(frozenset({"algo-0"})))
    errors = LogView(buffer, LogFilter(severity=Severity.ERROR))
    for view in (hosts, errors):
        view.scan()
    assert [line.at for line in hosts] == [0, 3]
    assert [line.at for line in errors] == [1, 3]
    added = buffer.extend([event(at, "ERROR x") for at in (4, 5)], "job")
    for view in (hosts, errors):
        view.update(added)
        view.scan()
    assert [line.at for line in hosts] == [3]
    assert [line.at for line in errors] == [3, 4, 5]
