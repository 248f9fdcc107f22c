"""The log pane: what is read stays in place, what is not seen costs nothing, and every key does what it says."""

import re
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.strategies import HOSTILE, NOW
from tests.ui.support import SIZES, Watch, raw_job, stock, watching
from tui.app.panes.logs import LogFeed, LogsPane
from tui.app.widgets.logview import LogView
from tui.domain.failure import Failure, FailureKind
from tui.domain.logbuffer import Added, LogBuffer
from tui.domain.logs import GROUP, LogEvent
from tui.polling.logs import LogState
from tui.simulator import Simulator

AT = int(NOW.timestamp() * 1000) - 7_200_000
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
TAILED = LogState(exists=True, caught_up=True, complete=False, lag_ms=2_000, newest_ms=AT, group=GROUP)
WHOLE = LogState(exists=True, caught_up=True, complete=True, lag_ms=2_000, newest_ms=AT, group=GROUP)


def event(second: float, text: str = "", host: int = 1) -> LogEvent:
    at = AT + int(second * 1000)
    return LogEvent(f"{second}-{host}", at, at + 5, f"bert/algo-{host}-1700", text or f"line {second:g}")


class Log:
    """A log in memory, and the pane that shows it."""

    def __init__(self, watch: Watch, capacity: int = 200_000) -> None:
        self.watch = watch
        self.buffer = LogBuffer(capacity)
        self.generation = 0
        self.added: Added | None = None
        self.state: LogState | None = WHOLE
        self.failure: Failure | None = None
        self.hosts = 1

    @property
    def pane(self) -> LogsPane:
        return self.watch.screen.logs

    @property
    def view(self) -> LogView:
        return self.pane.body

    async def write(self, *events: LogEvent) -> None:
        """Put events into the buffer and show it."""
        self.added = self.buffer.extend(events, "bert")
        await self.show()

    async def show(self) -> None:
        self.generation += 1
        self.pane.show(
            LogFeed(
                "bert",
                self.buffer,
                self.generation,
                state=self.state,
                failure=self.failure,
                hosts=self.hosts,
                added=self.added,
            )
        )
        await self.watch.pilot.pause()

    async def lines(self, amount: int, start: int = 0) -> None:
        await self.write(*(event(start + n) for n in range(amount)))

    @property
    def texts(self) -> list[str]:
        """The rows of the glass, without mark, host and time."""
        return [re.sub(r"^.(?:algo-)?\d* ?[\d:]{8} ", "", row) for row in self.rows]

    @property
    def rows(self) -> list[str]:
        return [self.view.render_line(y).text.rstrip() for y in range(len(self.view.glass))]

    @property
    def title(self) -> str:
        return str(self.pane.border_title)

    @property
    def cursor(self) -> str:
        return self.view.line.text if self.view.line else ""

    async def until_still(self) -> None:
        await self.watch.until(lambda: not self.view.source.busy, "complete")


@asynccontextmanager
async def reading(
    sim: Simulator,
    size: tuple[int, int] = (80, 24),
    *,
    jobs: int = 1,
    capacity: int = 200_000,
    ascii_only: bool = False,
) -> AsyncIterator[tuple[Watch, Log]]:
    """Run the app with the log full screen, and nobody else writing to it."""
    stock(sim, raw_job())
    async with watching(sim, size, ascii_only=ascii_only) as watch:
        await watch.listed(jobs)
        await watch.described("bert")
        _alone(watch)
        await watch.tap("l", "z")
        yield watch, Log(watch, capacity)
        assert watch.app._exception is None


def _alone(watch: Watch) -> None:
    """Keep the polled log away from the pane."""
    screen = watch.screen
    if hasattr(screen, "show_around"):
        screen.show_around = lambda: None  # type: ignore[method-assign]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_end_is_followed_and_what_is_read_stays(sim: Simulator, size: tuple[int, int]) -> None:
    async with reading(sim, size) as (watch, log):
        await log.lines(100)
        height = log.view.size.height
        assert log.texts == [f"line {n}" for n in range(100 - height, 100)]
        assert "follow · 1 host · 2s lag" in log.title
        await log.lines(1, 100)
        assert log.texts[-1] == "line 100"
        await watch.tap("k")
        before = log.texts
        assert (log.cursor, log.view.following) == ("line 99", False)
        await log.lines(5, 101)
        # Late lines, far above and within what is seen, and what follows.
        await log.write(event(3.5, "late"), event(106, "new"))
        assert (log.texts, log.cursor) == (before, "line 99")
        assert "paused · 6 new" in log.title
        await watch.tap("G")
        assert (log.texts[-1], log.view.following) == ("new", True)
        assert "new" not in log.title
        await watch.tap("space")
        assert not log.view.following
        await watch.tap("f")
        assert log.view.following
        assert "6 Logs" in watch.text


async def test_moving(sim: Simulator) -> None:
    async with reading(sim) as (watch, log):
        await log.lines(100)
        height = log.view.size.height
        await watch.tap("g")
        assert (log.cursor, log.texts[0]) == ("line 0", "line 0")
        await watch.tap("j", "j")
        assert (log.cursor, log.texts[0]) == ("line 2", "line 0")
        await watch.tap("ctrl+f")
        assert (log.cursor, log.texts[0]) == (f"line {2 + height - 1}", f"line {height - 1}")
        await watch.tap("pageup", "pageup")
        assert (log.cursor, log.texts[0]) == ("line 0", "line 0")
        for _ in range(height):
            await watch.tap("j")
        assert log.cursor == f"line {height}"
        assert log.texts[-1] == log.cursor
        for _ in range(20):
            await watch.tap("ctrl+d")
        assert log.view.following
        assert log.texts[-1] == "line 99"
        await watch.tap("k", "j", "j")
        assert log.view.following


async def test_a_burst_costs_the_rows_that_are_seen(sim: Simulator) -> None:
    async with reading(sim) as (watch, log):
        height = log.view.size.height
        await log.lines(10)
        for batch in range(10):
            laid, painted = log.view.ink.laid, log.view.painted
            await log.write(*(event(100 + batch + n / 5_000, f"burst {batch} {n}") for n in range(5_000)))
            assert log.view.ink.laid - laid <= height
            assert log.view.painted - painted <= height
        assert len(log.view.lines) == 50_010
        await watch.tap("k")
        laid, painted = log.view.ink.laid, log.view.painted
        await log.write(*(event(200 + n / 5_000, f"more {n}") for n in range(5_000)))
        assert (log.view.ink.laid, log.view.painted) == (laid, painted)
        await watch.tap("k")
        # A key paints the row that the cursor leaves and the one that it comes to.
        assert log.view.painted - painted == 2
        await log.show()
        assert log.view.painted - painted == 2


async def test_what_fell_off_and_what_was_not_read_is_said(sim: Simulator) -> None:
    async with reading(sim, capacity=50) as (watch, log):
        asked: list[str] = []
        log.pane.post_message = lambda message: (
            (  # type: ignore[method-assign,assignment]
                asked.append(message.job) if isinstance(message, LogsPane.FromStart) else None
            )
            or LogsPane.post_message(log.pane, message)
        )
        log.state = TAILED
        await log.lines(30)
        await watch.tap("g")
        assert log.texts[:2] == ["… older lines not read: g reads from the start", "line 0"]
        assert asked == []
        await watch.tap("g")
        await watch.until(lambda: asked == ["bert"], "asked")
        await watch.tap("G", "1")
        await watch.until(lambda: asked == ["bert", "bert"], "asked")
        # Older lines come above the marker's place: what is read stays.
        await log.write(*(event(-5 + n) for n in range(5)))
        assert "line 0" in log.texts[1]
        await log.lines(40, 30)
        await watch.tap("g")
        assert log.texts[:2] == ["… 25 older lines dropped", "line 20"]
        # What is read falls off: the first line there is takes its place.
        await log.lines(45, 70)
        assert log.cursor == "line 65"
        assert "paused · 50 new" in log.title


async def test_wrapping(sim: Simulator) -> None:
    async with reading(sim, (40, 12)) as (watch, log):
        words = "one two three four five six seven eight nine ten eleven twelve"
        await log.write(
            *(event(n) for n in range(20)), event(20, words), event(21, "x" * 40), event(22, "日本語" * 6)
        )
        assert log.texts[-3].endswith("…")
        assert all(cell_len(row) <= 36 for row in log.rows)
        await watch.tap("w")
        joined = " ".join(row.strip() for row in log.texts)
        assert words in joined
        assert "…" not in joined
        assert all(cell_len(row) <= 36 for row in log.rows)
        assert log.texts[-1].strip().endswith("語")
        # A line that is higher than the glass is read row by row.
        await log.write(event(23, " ".join(f"w{n:03}" for n in range(100))))
        assert "w099" in log.texts[-1]
        await watch.tap("k")
        assert log.cursor.startswith("w000")
        assert "w099" not in log.texts[-1]
        for _ in range(40):
            await watch.tap("k")
        assert log.cursor.startswith("line")
        for _ in range(60):
            await watch.tap("j")
        assert log.view.following
        assert "w099" in log.texts[-1]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("ascii_only", [False, True], ids=("utf8", "ascii"))
async def test_hostile_lines(sim: Simulator, size: tuple[int, int], ascii_only: bool) -> None:
    async with reading(sim, size, ascii_only=ascii_only) as (watch, log):
        said = [
            *HOSTILE,
            "[bold red]no markup[/]",
            "\x1b]0;title\x07x",
            "a\nb\n\x1b[31mc",
            "x" * 9_000,
            "",
            "\x1b[2J",
        ]
        log.hosts = 3
        await log.write(*(event(n, text, host=n % 3) for n, text in enumerate(said)))
        for keys in ("g", "w", "j", "t", "t", "h", "h", "G"):
            await watch.tap(keys)
            assert CONTROL.search(watch.text) is None
            assert all(cell_len(row) <= log.view.size.width for row in log.rows)
            if ascii_only:
                assert "\n".join(log.rows).isascii()
        await watch.tap("escape", "g", "slash", "m", "a", "r", "k", "enter")
        assert "[bold red]no markup[/]" in "\n".join(line.text for line in log.view.lines)


async def test_colours_of_the_log(sim: Simulator) -> None:
    async with reading(sim) as (_, log):
        await log.write(
            event(1, "plain \x1b[1;31mred\x1b[0m rest \x1b[38;2;1;2;3mtrue\x1b[m"),
            event(2, "ERROR bad"),
            event(3, "ok"),
        )
        styles = {
            segment.text: segment.style
            for y in range(3)
            for segment in log.view.render_line(y)
            if segment.text.strip()
        }
        assert styles["red"].color.number == 1
        assert styles["red"].bold
        assert not styles["plain "].bold
        assert tuple(styles["true"].color.triplet) == (1, 2, 3)
        assert styles["ERROR bad"].color != styles["ok"].color
        assert log.rows[1].startswith("!")


async def test_hosts_have_tags_and_colours(sim: Simulator) -> None:
    async with reading(sim) as (watch, log):
        await log.write(event(1, "a"))
        assert "algo" not in log.rows[0]
        log.hosts = 3
        await log.write(event(2, "b", 2), event(3, "c", 10))
        assert [row[1:8].strip() for row in log.rows] == ["algo-1", "algo-2", "algo-10"]
        colours = {log.view.render_line(y)._segments[1].style.color for y in range(3)}
        assert len(colours) == 3
        assert "3 hosts" in log.title
        for host, texts in (("algo-1", ["a"]), ("algo-2", ["b"]), ("algo-10", ["c"])):
            await watch.tap("h")
            assert log.texts == texts
            assert host in log.title
        await log.write(event(4, "d", 2), event(5, "e", 10))
        assert log.texts == ["c", "e"]
        await watch.tap("h")
        assert len(log.texts) == 5
        await watch.tap("h", "escape")
        assert len(log.texts) == 5
        assert log.view.has_focus
        await watch.tap("k", "h")
        assert "algo-2" in log.title


async def test_times(sim: Simulator) -> None:
    async with reading(sim) as (watch, log):
        await log.write(event(1.5, "x"))
        assert re.fullmatch(r" \d\d:\d\d:\d\d x", log.rows[0])
        await watch.tap("t")
        assert re.fullmatch(r" \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.500 x", log.rows[0])
        await watch.tap("t")
        assert log.rows[0] == " x"


async def test_searching(sim: Simulator) -> None:
    async with reading(sim) as (watch, log):
        await log.write(*(event(n, f"loss {n}" if n % 100 == 7 else "") for n in range(30_000)))
        await watch.tap("slash", *"loss")
        await watch.shows("300 lines")
        await watch.tap("enter")
        assert log.cursor == "loss 29907"
        assert not log.view.following
        assert any(segment.style.bgcolor for segment in _row(log, "loss 29907") if segment.text == "loss")
        await watch.tap("N")
        assert log.cursor == "loss 29807"
        await watch.tap("n", "n")
        assert log.cursor == "loss 7"
        await watch.tap("N")
        assert log.cursor == "loss 29907"
        await watch.tap("escape")
        assert not log.view.searching
        await watch.tap("n")
        await watch.shows("Nothing is searched for")


def _row(log: Log, text: str) -> list[object]:
    return list(log.view.render_line(log.texts.index(text)))  # type: ignore[arg-type]


async def test_a_search_that_finds_little_lets_keys_through(sim: Simulator) -> None:
    async with reading(sim) as (watch, log):
        await log.write(event(0, "needle"), *(event(n) for n in range(1, 60_000)))
        await watch.tap("slash", *"needle", "enter")
        await watch.until(lambda: log.cursor == "needle", "found in slices")
        await watch.tap("slash", *"nowhere", "enter")
        await watch.shows("Nothing found.")
        await watch.tap("slash", *"(a+)+(?=b)")
        await watch.shows("a repetition within a repetition")
        await watch.tap("escape", "slash", *"(a+)+$")
        await watch.shows("0 lines")


async def test_only_what_matches(sim: Simulator) -> None:
    async with reading(sim) as (watch, log):
        await watch.tap("ampersand")
        await watch.shows("Nothing is searched for")
        await log.write(*(event(n, f"loss {n}" if n % 20 == 7 else "") for n in range(100)))
        await watch.tap("slash", *"loss", "enter", "ampersand")
        assert len(log.view.lines) == 25
        assert log.cursor == "loss 87"
        await watch.tap("g")
        assert log.texts[:5] == ["line 5", "line 6", "loss 7", "line 8", "line 9"]
        assert "only /loss/" in log.title
        await log.write(event(50.5, "loss late"), event(107, "loss 107"), event(108))
        assert [line.text for line in log.view.lines][-2:] == ["loss 107", "line 108"]
        assert "loss late" in [line.text for line in log.view.lines]
        # Another generation that nobody told about: everything is looked at again.
        log.buffer.extend([event(60.5, "loss untold")], "bert")
        log.added, log.generation = None, log.generation + 5
        await log.show()
        assert "loss untold" in [line.text for line in log.view.lines]
        await watch.tap("escape")
        assert len(log.view.lines) == len(log.buffer)
        assert log.view.searching
        await watch.tap("slash", *"nothing of it", "enter", "ampersand")
        await watch.shows("None of the lines")
        await watch.tap("ctrl+l")
        assert len(log.view.lines) == len(log.buffer)


async def test_a_long_filter_is_made_beside_the_keys(sim: Simulator) -> None:
    async with reading(sim) as (watch, log):
        await log.write(*(event(n, f"loss {n}" if n % 1000 == 7 else "") for n in range(50_000)))
        await watch.tap("slash", *"loss", "enter", "ampersand")
        await log.until_still()
        assert len(log.view.lines) == 250
        await watch.shows("only /loss/", "loss 49007")


async def test_errors(sim: Simulator) -> None:
    async with reading(sim) as (watch, log):
        await log.write(*(event(n, "ERROR x" if n in (10, 11, 50) else "") for n in range(100)))
        await watch.tap("e")
        assert log.view.here == 50
        await watch.tap("E")
        assert log.view.here == 10
        await watch.tap("E")
        await watch.shows("No error above")
        await watch.tap("e", "e")
        assert log.view.here == 50
        await watch.shows("No error below")


async def test_digits_jump_in_the_full_screen_log_only(sim: Simulator) -> None:
    async with reading(sim) as (watch, log):
        await log.lines(4_000)
        for key, second in (("1", 0), ("2", 3_939), ("3", 3_699), ("4", 3_099), ("5", 2_199), ("6", 399)):
            await watch.tap(key)
            assert (log.cursor, log.texts[0]) == (f"line {second}", f"line {second}")
        await watch.tap("0")
        assert log.view.following
        await watch.tap("z", "0")
        await watch.shows("full-screen log")
        await watch.tap("2")
        assert watch.screen.current == "timeline"


async def test_marks_and_copies(sim: Simulator) -> None:
    async with reading(sim) as (watch, log):
        log.hosts = 2
        await log.write(event(0, '{"a": 1}', 2), *(event(n) for n in range(1, 10)))
        await watch.tap("g", "v", "j", "v")
        assert [row[0] for row in log.rows[:4]] == ["*", " ", "*", " "]
        found = {entry.label: entry.text for entry in watch.screen.log_copies()}
        assert found["2 marked lines"].splitlines() == [
            f'algo-2 {_clock(0)} {{"a": 1}}',
            f"algo-1 {_clock(2)} line 2",
        ]
        assert found["line as shown"] == f"algo-1 {_clock(3)} line 3"
        assert found["line without host and time"] == "line 3"
        await watch.tap("y")
        await watch.shows("2 marked lines", "line as shown", "job name")
        await watch.tap("escape", "g", "v")
        assert len(log.view.marks) == 1
        await watch.tap("ctrl+l")
        assert not log.view.marks
        await watch.tap("1")
        assert "JSON of the line" in {entry.label for entry in watch.screen.log_copies()}


def _clock(second: int) -> str:
    from tui.app.widgets.logink import Times, time_of

    return time_of(AT + second * 1000, Times.CLOCK)


async def test_json_of_a_line(sim: Simulator) -> None:
    async with reading(sim) as (watch, log):
        await log.write(*(event(n) for n in range(40)), event(40, '{"loss": 0.5, "step": [1, 2]}'), event(41))
        await watch.tap("k", "J")
        assert '  "loss": 0.5,' in [row[10:] for row in log.rows]
        await watch.tap("J")
        assert log.texts[-2] == '{"loss": 0.5, "step": [1, 2]}'
        await watch.tap("k", "J")
        await watch.shows("No JSON in this line.")
        await watch.tap("z", "1", "J")
        await watch.shows("· JSON")


async def test_saving(sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with reading(sim) as (watch, log):
        await watch.tap("S")
        await watch.shows("no line to save")
        await log.write(event(0, "\x1b[31mfirst"), event(1, "second", 2))
        await watch.tap("S")
        await watch.shows("2 lines saved to bert-")
        await watch.tap("h", "S")
        await watch.shows("1 line saved to bert-")
        files = _longest_first(tmp_path)
        assert len(files) == 2
        assert [line.split(" ", 2)[2] for line in files[0].read_text().splitlines()] == [
            "algo-1 first",
            "algo-2 second",
        ]
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
        monkeypatch.setattr("os.open", _refuse)
        await watch.tap("S")
        await watch.shows("Not saved: No space left on device.")


def _longest_first(folder: Path) -> list[Path]:
    return sorted(folder.iterdir(), key=lambda path: -len(path.read_text().splitlines()))


def _refuse(*_: object) -> int:
    raise OSError(28, "No space left on device")


async def test_progress_is_a_strip(sim: Simulator) -> None:
    async with reading(sim) as (watch, log):
        log.hosts = 5
        now = 7_200
        bars = [event(now - n, f"E: 50%|x| {n}0/100 [00:01<00:42, 4.0it/s]", n) for n in (1, 2, 3, 4)]
        await log.write(event(0), *bars)
        text = watch.text
        assert "algo-1" in text
        assert "10/100" in text
        assert "4/s" in text
        assert "eta 42s" in text
        assert "+1 more" in text
        assert log.pane.strip.size.height == 3
        await log.write(*(event(now, f"E: 100%|x| 100/100 [00:01<00:00, 4.0it/s] {n}", n) for n in (1, 2, 3)))


async def test_before_there_is_a_line(sim: Simulator) -> None:
    async with reading(sim) as (watch, log):
        assert "in CloudWatch" in log.title
        assert "/aws/sagemaker/TrainingJobs" in watch.text
        await log.show()
        assert "no log yet" in log.title
        assert "No line yet." in watch.text
        log.failure = Failure(FailureKind.DENIED, "FilterLogEvents", "no permission", "ask for logs:FilterLogEvents")
        await log.show()
        assert "not allowed" in log.title
        assert "ask for logs:FilterLogEvents" in watch.text
        await watch.tap("j", "k", "g", "G", "n", "e", "v", "y", "escape", "h", "w", "space", "2")
        await log.lines(3)
        assert "follow" in log.title
        assert "not allowed" in log.title
        assert log.texts == ["line 0", "line 1", "line 2"]


async def test_another_job_has_another_log(sim: Simulator) -> None:
    stock(sim, raw_job("other", 90))
    async with reading(sim, jobs=2) as (watch, log):
        await log.lines(30)
        await watch.tap("k", "v", "right_square_bracket")
        await watch.until(lambda: watch.screen.view.name == "other", "turned")
        assert len(log.view.lines) == 0
        assert "line 29" not in watch.text
        await watch.tap("left_square_bracket")
        await watch.until(lambda: watch.screen.view.name == "bert", "turned back")
        await log.show()
        assert log.view.following
        assert not log.view.marks
        log.pane.title_job = "rule-job"
        await watch.pilot.pause()
        assert "rule-job" in log.title
        rule = LogBuffer()
        rule.extend([LogEvent("r", AT, AT, "rule-job/algo-1-1", "rule says")], "rule-job")
        log.pane.show(LogFeed("rule-job", rule, 1, state=WHOLE))
        await watch.shows("rule says")


async def test_the_mouse(sim: Simulator) -> None:
    async with reading(sim) as (watch, log):
        await log.lines(100)
        await watch.pilot.click("#logs-view", offset=(5, 2))
        assert log.cursor == log.texts[2]
        assert not log.view.following
        top = log.texts[0]
        await watch.pilot._post_mouse_events([__import__("textual.events").events.MouseScrollUp], "#logs-view")
        assert log.texts[3] == top


async def test_a_resize_keeps_the_place(sim: Simulator) -> None:
    async with reading(sim, (120, 40)) as (watch, log):
        await log.lines(100)
        await watch.tap("g", *"jjjjjjjjjj", "5")
        place = log.cursor
        await watch.pilot.resize_terminal(60, 14)
        await watch.pilot.pause()
        assert log.cursor == place
        assert place in log.texts
