"""Real logs of many containers, where they lie beside the repository."""

import re
from pathlib import Path

import pytest

from tui.domain.ansi import decode
from tui.domain.logbuffer import LogBuffer
from tui.domain.loglines import LONGEST, Flags, log_line, pretty, rows, width
from tui.domain.logs import LogEvent
from tui.domain.progress import progress_of
from tui.domain.severity import Severity

LOGS = sorted((Path(__file__).parents[3] / "shared" / "corpus" / "logs").glob("*.txt"))
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")

pytestmark = pytest.mark.skipif(not LOGS, reason="the corpus is not here")


def events(path: Path) -> list[LogEvent]:
    messages = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return [LogEvent(f"{at:06d}", at, at, "job/algo-1-1700000000", each) for at, each in enumerate(messages)]


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.name[:20])
def test_a_log(path: Path) -> None:
    for event in events(path):
        line = log_line(event, "algo-1")
        assert not _CONTROL.search(line.text)
        assert all(width(row) <= LONGEST for row in rows(line))
        assert ("\x1b[3" in event.message and bool(line.text)) >= bool(line.spans) or "[" in event.message
        assert not any(_CONTROL.search(row) for row in pretty(line))
        assert not re.search(r"#0(?:10|15)", line.text)
    buffer = LogBuffer()
    added = buffer.extend(reversed(events(path)), "job")
    assert added.new + added.folded == len(added.fresh) == len(events(path))
    assert [line.at for line in buffer] == sorted(line.at for line in buffer)
    bars = [line.text for line in buffer if (found := progress_of(line.text)) and found.passing]
    assert bars == []


def test_what_is_in_them() -> None:
    buffer = LogBuffer()
    for number, path in enumerate(LOGS):
        buffer.extend(events(path), f"job{number}")
    lines = [log_line(event, "") for path in LOGS for event in events(path)]
    errors = sum(line.severity is Severity.ERROR for line in lines)
    assert 20 < errors < len(lines) // 20
    assert sum(bool(line.flags & Flags.CUT) for line in lines) >= 1
    assert sum(bool(line.flags & Flags.JSON) for line in lines) > 50
    assert sum(progress_of(line.text) is not None for line in lines) > 500
    assert any("#011" in event.message and "\t" in decode(event.message) for path in LOGS for event in events(path))
