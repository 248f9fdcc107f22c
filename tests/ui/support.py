"""What the tests of the screen share: jobs to show, views of them, and a running app driven by its keys."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from textual.pilot import Pilot

from tests.strategies import NOW, fully_populated
from tui.app.app import SagetopApp
from tui.app.panes.config import ConfigPane, DataPane
from tui.app.panes.metrics import MetricsPane
from tui.app.panes.overview import OverviewPane
from tui.app.panes.resources import ResourcesPane
from tui.app.panes.rules import RulesPane
from tui.app.panes.timeline import TimelinePane
from tui.app.screens.watch import WatchScreen
from tui.app.services import OpenServices, Options
from tui.app.view import JobView
from tui.cli import Settings, connect
from tui.domain.job import JobSnapshot
from tui.domain.jobs import JobSummary
from tui.domain.text import safe_tree
from tui.simulator import FixedJob, Simulator

SIZES = [(160, 45), (120, 40), (80, 24), (40, 12)]
"""What the screen is held against: everything at once, just that, the list and one pane, and the smallest."""
PANES = (
    OverviewPane,
    TimelinePane,
    ResourcesPane,
    RulesPane,
    MetricsPane,
    ConfigPane,
    DataPane,
)
"""The panes that are pure functions of the focused job."""
PATIENCE_SECONDS = 8.0


def raw_job(name: str = "bert", minutes: float = 60, **more: Any) -> dict[str, Any]:
    """Return a description in wire form: a job that was created so many minutes before NOW and trains."""
    at = (NOW - timedelta(minutes=minutes)).timestamp()
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}",
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Training",
        "CreationTime": at,
        "TrainingStartTime": at + 60,
        "LastModifiedTime": at + 60,
        "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
        "ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30},
        "HyperParameters": {"epochs": "3", "hf_token": "hf_abcdefghijklmnop0123"},
        "SecondaryStatusTransitions": [
            {"Status": "Starting", "StartTime": at, "EndTime": at + 60, "StatusMessage": "Starting the training job"},
            {"Status": "Training", "StartTime": at + 60, "StatusMessage": "Training in progress"},
        ],
    } | more


def ended_job(name: str, minutes: float = 60, status: str = "Completed", **more: Any) -> dict[str, Any]:
    """Return the description of a job that is over since half its time."""
    job = raw_job(name, minutes)
    at = job["CreationTime"] + minutes * 30
    last = {"Status": status, "StartTime": at, "EndTime": at, "StatusMessage": f"Training job {status.lower()}"}
    before = [entry | {"EndTime": entry.get("EndTime", at)} for entry in job["SecondaryStatusTransitions"]]
    return (
        job
        | {
            "TrainingJobStatus": status,
            "SecondaryStatus": status,
            "LastModifiedTime": at,
            "TrainingEndTime": at,
            "SecondaryStatusTransitions": [*before, last],
        }
        | more
    )


def hostile_job(name: str, text: str, minutes: float = 60) -> dict[str, Any]:
    """Return a description in wire form with every member, and `text` for every string and key but the name."""

    def spoiled(value: Any) -> Any:
        if isinstance(value, dict):
            return {(key if key[:1].isupper() else f"{text}{key}"): spoiled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [spoiled(inner) for inner in value]
        if isinstance(value, datetime):
            return value.timestamp()
        return text if isinstance(value, str) else value

    at = (NOW - timedelta(minutes=minutes)).timestamp()
    raw: dict[str, Any] = spoiled(fully_populated())
    return raw | {"TrainingJobName": name, "CreationTime": at, "LastModifiedTime": at, text or "Empty": text}


def job_of(name: str, minutes: float, texts: Iterator[str]) -> dict[str, Any]:
    """Return a description with another text in each of its strings and keys."""

    def spoiled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key if key[:1].isupper() else next(texts) + key: spoiled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [spoiled(inner) for inner in value]
        return next(texts) if isinstance(value, str) else value

    raw = hostile_job(name, "x", minutes)
    kept = {member: raw[member] for member in ("TrainingJobName", "CreationTime", "LastModifiedTime")}
    return {**spoiled(raw), **kept}


def snapshot_of(raw: dict[str, Any], unknown: frozenset[str] = frozenset()) -> JobSnapshot:
    """Return a description as it looks behind the port: strings made safe, epoch seconds as moments."""
    safe = safe_tree(_moments(raw))
    assert isinstance(safe, dict)
    return JobSnapshot.from_api(safe, unknown)


def _moments(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _moments(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_moments(inner) for inner in value]
    if name.endswith(("Time", "Timestamp")) and isinstance(value, int | float):
        return datetime.fromtimestamp(value, NOW.tzinfo)
    return value


def view_of(snapshot: JobSnapshot | dict[str, Any], **more: Any) -> JobView:
    """Return the view of a description at NOW."""
    known = snapshot_of(snapshot) if isinstance(snapshot, dict) else snapshot
    return JobView(**{"name": known.name, "snapshot": known, "now": NOW, "region": "us-east-1"} | more)


def summary_of(raw: dict[str, Any]) -> JobSummary:
    """Return a row of the list."""
    return JobSummary.from_snapshot(snapshot_of(raw))


def connect_to(sim: Simulator, *, write: bool = False) -> OpenServices:
    """Return what connects an app to a simulator, over the real wire."""
    settings = Settings(region="us-east-1", endpoint_url=sim.url, credentials=("a", "b"), write=write)
    return lambda: connect(settings)


def text_of(app: SagetopApp) -> str:
    """Return what is on the glass."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


class Watch:
    """A running app: its keys and its glass."""

    def __init__(self, app: SagetopApp, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def screen(self) -> WatchScreen:
        """The watch screen, whatever lies on top of it."""
        return self.app.watch_screen

    @property
    def text(self) -> str:
        """What is on the glass."""
        return text_of(self.app)

    @property
    def names(self) -> list[str]:
        """The jobs of the list, as shown."""
        body = self.screen.jobs.body
        return [key for key in body.keys if not key.startswith("\0")]

    @property
    def rows(self) -> list[str]:
        """The list, as shown: every row, parents and the last one too."""
        return [row.plain.rstrip() for row in self.screen.jobs.body.rows]

    @property
    def cursor(self) -> str:
        """The job under the cursor."""
        return self.screen.jobs.body.cursor_key

    async def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def tap(self, *keys: str) -> None:
        """Press keys without waiting for more than the messages they cause."""
        for key in keys:
            self.app.simulate_key(key)
            await self.pilot.pause(0.001)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait until a condition holds; the glass is told when it never does."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not condition():
                    await self.pilot.pause(0.01)
        except TimeoutError:
            raise AssertionError(f"never: {what or condition}\n{self.text}") from None

    async def shows(self, *words: str) -> None:
        """Wait until all these words are on the glass."""
        await self.until(lambda: all(word in self.text for word in words), f"shows {words}")

    async def hides(self, *words: str) -> None:
        """Wait until none of these words is on the glass."""
        await self.until(lambda: not any(word in self.text for word in words), f"hides {words}")

    async def described(self, name: str = "") -> None:
        """Wait until the description of a job (the focused one) is there."""
        await self.until(
            lambda: self.screen.model.job.value and self.screen.model.job.key in (name or self.screen.model.job.key),
            f"described {name}",
        )

    async def identified(self) -> None:
        """Wait until it is known who asks."""
        await self.until(lambda: self.screen.model.identity, "identified")

    async def listed(self, amount: int) -> None:
        """Wait until the list has so many jobs."""
        await self.until(lambda: len(self.names) == amount and all(self.names), f"{amount} jobs")

    async def fresh(self) -> None:
        """Ask the service now, and wait for the answers."""
        before = self.screen.model.jobs.seq, self.screen.model.job.seq
        await self.press("r")
        await self.until(
            lambda: self.screen.model.jobs.seq > before[0] and self.screen.model.job.seq > before[1], "polled again"
        )
        await self.pilot.pause()


@asynccontextmanager
async def watching(
    source: Simulator | OpenServices,
    size: tuple[int, int] = (160, 45),
    *,
    job: str = "",
    ascii_only: bool = False,
    write: bool = False,
) -> AsyncIterator[Watch]:
    """Run the app, toasts and tooltips on."""
    open_services = connect_to(source, write=write) if isinstance(source, Simulator) else source
    app = SagetopApp(open_services, Options(job=job, ascii=ascii_only, write=write))
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        watch = Watch(app, pilot)
        yield watch


def stock(sim: Simulator, *raws: dict[str, Any]) -> list[FixedJob]:
    """Put jobs into the simulated account."""
    jobs = [FixedJob(raw) for raw in raws]
    for job in jobs:
        sim.account.put(job)
    return jobs
