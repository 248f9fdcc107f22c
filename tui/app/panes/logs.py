"""6 Logs: the merged log of all hosts of a job; before there is any, where it will be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.message import Message
from textual.reactive import var

from tui.app.lines import BLANK, Row, Span, fields, row, wrap
from tui.app.panes.waiting import failure_rows, waiting_rows
from tui.app.view import NOTHING, JobView
from tui.app.widgets.lines import Lines
from tui.app.widgets.logview import LogView
from tui.app.widgets.titles import pane_title
from tui.domain.logbuffer import Added, LogBuffer
from tui.domain.resources import instances, total
from tui.domain.units import count, duration

if TYPE_CHECKING:
    from tui.domain.failure import Failure
    from tui.polling.logs import LogState

_LABEL_CELLS = 8


def log_rows(view: JobView, width: int) -> list[Row]:
    """Return the log group, the streams, and a command that follows them."""
    if view.snapshot is None:
        return waiting_rows(view, width)
    from tui.domain import logs
    from tui.domain.rules import rules

    found: list[Row] = []

    def add(label: str, text: str, style: str = "value") -> None:
        for index, line in enumerate(wrap(text, max(8, width - _LABEL_CELLS - 1))):
            span = Span(line, style)
            found.append(fields("" if index else label, [span], width=_LABEL_CELLS, source=f"{label}{index}"))

    hosts = total(instances(view.snapshot.raw))
    add("group", logs.GROUP)
    add(
        "streams", f"{logs.stream_prefix(view.name)}algo-1-…" + (f" to algo-{hosts}-…" if hosts and hosts > 1 else "")
    )
    add("follow", logs.tail_command(view.name, view.region), "accent")
    if any(rule.evaluation_job for rule in rules(view.snapshot.raw)):
        add("rules", f"{logs.RULES_GROUP}, one stream prefix for each evaluating job")
    if view.snapshot.terminal and view.snapshot.times.started is None:
        add("note", "The job ended before training started: there may be no stream at all.", "dim")
    return found


@dataclass(frozen=True, slots=True, eq=False)
class LogFeed:
    """The log of a job as it is known now."""

    job: str
    """Whose: the training job's name, or that of the processing job of a rule."""
    buffer: LogBuffer
    generation: int
    """Rises by one each time this is shown."""
    state: LogState | None = None
    """How the cursor stands; None before the first answer."""
    failure: Failure | None = None
    """Why the last poll brought nothing; what is there stays."""
    loading: bool = False
    hosts: int = 0
    """How many are expected to write; 0 where that is not known."""
    added: Added | None = None
    """What came since the last generation, as one batch. Where that is not said, or a generation was missed, a filter
    looks at the whole buffer again, if it has changed."""


_EMPTY = LogBuffer(1)


class LogsPane(Vertical):
    """The log, and below it how far each host is."""

    NUMBER: ClassVar[int] = 6
    NAME: ClassVar[str] = "Logs"

    class FromStart(Message):
        """Somebody wants the log of a job from its first line on."""

        def __init__(self, job: str) -> None:
            super().__init__()
            self.job = job

    view: var[JobView] = var(NOTHING, init=False)
    """The focused job, bound to the screen's."""
    title_job: var[str] = var("", init=False)
    """Whose log is shown instead of the focused job's own: a rule's processing job. Another focused job ends it."""

    body = query_one(LogView)
    strip = query_one("#logs-progress", Lines)

    def __init__(self) -> None:
        super().__init__(id=self.NAME.lower())
        self._feed: LogFeed | None = None
        self._title: str | None = None
        self._job = ""

    def compose(self) -> ComposeResult:
        """Compose the log and the strip."""
        yield LogView(id="logs-view")
        strip = Lines(id="logs-progress", cursor=False)
        strip.can_focus = False
        strip.display = False
        yield strip

    @property
    def wanted(self) -> str:
        """Whose log is to be shown."""
        return self.title_job or self.view.name

    @property
    def feed(self) -> LogFeed | None:
        """What is shown: the wanted job's, or nothing."""
        return self._feed if self._feed and self._feed.job == self.wanted else None

    @property
    def following(self) -> bool:
        """Whether the end is followed."""
        return self.body.following

    def show(self, feed: LogFeed) -> None:
        """Show what is known of a log. Called after each change, with the next generation."""
        self._feed = feed
        self._refresh()

    def on_mount(self) -> None:
        """Have a title in the first frame."""
        self._set_title()

    def watch_view(self) -> None:
        """Turn to the log of the focused job."""
        if self.view.name != self._job:
            self._job, self.title_job = self.view.name, ""
        self._refresh()

    def watch_title_job(self) -> None:
        """Turn to a rule's log, or back."""
        self._refresh()

    def on_resize(self, _: events.Resize) -> None:
        """Fit the rows to the new size."""
        self._refresh()

    @on(LogView.Changed)
    def _retitle(self) -> None:
        self._set_title()

    @on(LogView.StartWanted)
    def _ask_from_start(self) -> None:
        if self.feed:
            self.post_message(self.FromStart(self.feed.job))

    def _refresh(self) -> None:
        if not self.is_mounted:
            return
        feed, body = self.feed, self.body
        state = feed.state if feed else None
        dropped = feed.buffer.dropped if feed else 0
        body.more_above = bool(state and state.exists and not state.complete and state.caught_up and not dropped)
        body.marker = _marker(dropped, state)
        body.revealed = self.view.revealed
        body.hosts_expected = feed.hosts if feed else 0
        self._show_progress()
        if feed is None or not feed.buffer:
            width = max(8, self.content_size.width)
            body.show_instead(instead_rows(self.view, feed, width))
        body.show(feed.buffer if feed else _EMPTY, feed.generation if feed else 0, feed.added if feed else None)
        self._set_title()

    def _show_progress(self) -> None:
        width, height = self.content_size
        most = 3 if height >= 12 else 1 if height >= 4 else 0
        found = self.feed.buffer.progress if self.feed and width > 0 else {}
        terminal = self.view.snapshot is not None and self.view.snapshot.terminal and not self.title_job
        rows: list[Row] = []
        if found and not terminal:
            from tui.app.panes.progress import progress_rows

            rows = progress_rows(found, self.view.now, width, most, ascii_only=self.view.ascii)
        self.strip.show(rows)
        self.strip.display = bool(rows)

    def _set_title(self) -> None:
        summary = " · ".join(part for part in self._parts() if part)
        if summary != self._title:
            self._title = summary
            self.border_title = pane_title(self, self.NUMBER, self.NAME, summary)

    def _parts(self) -> list[str]:
        feed, body = self.feed, self.body
        parts = [self.title_job]
        if feed is None:
            hosts = total(instances(self.view.snapshot.raw)) if self.view.snapshot else None
            return [*parts, f"{count(hosts, 'host')}, in CloudWatch" if hosts else "in CloudWatch"]
        trouble = feed.failure.reason if feed.failure else ""
        if not feed.buffer:
            return [*parts, trouble or ("reading…" if feed.loading and not feed.state else "no log yet")]
        if body.following:
            parts.append("follow")
        else:
            parts += ["paused", f"{body.new:,} new" if body.new else ""]
        parts.append(body.host)
        pattern = body.look.pattern
        if body.only and pattern:
            parts.append(f"only /{pattern.text}/")
        if body.source.busy:
            parts.append("looking…")
        if not body.host:
            known = len(feed.buffer.hosts)
            parts.append(count(known, "host") if known >= feed.hosts else f"{known} of {count(feed.hosts, 'host')}")
        if trouble:
            return [*parts, trouble]
        if feed.state and feed.state.lag_ms is not None and body.following:
            parts.append(f"{duration(feed.state.lag_ms / 1000)} lag")
        return parts


def instead_rows(view: JobView, feed: LogFeed | None, width: int) -> list[Row]:
    """Return what to say while there is no line: why, then where the log will be."""
    why = []
    if feed and feed.failure:
        why = failure_rows(feed.failure, width)
    elif feed and feed.state:
        text = (
            "No line yet." if feed.state.exists else "The log group does not exist yet: no job has written anything."
        )
        why = [row((line, "dim")) for line in wrap(text, width)]
    return [*why, *([BLANK] if why else []), *log_rows(view, width)]


def _marker(dropped: int, state: LogState | None) -> str:
    if dropped:
        return f"… {dropped:,} older {'line' if dropped == 1 else 'lines'} dropped"
    if state is None or state.complete:
        return ""
    return "… older lines not read: g reads from the start" if state.caught_up else "… reading"
