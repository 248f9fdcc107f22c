"""Credentials that end while the screen is open: what stays, what is said, who asks, and what `L` does."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.strategies import NOW
from tests.ui.support import Watch, connect_to, ended_job, raw_job, stock, watching
from tui.app.app import SagetopApp
from tui.app.lending import Ended
from tui.app.services import Options, Services
from tui.app.widgets.bars import Freshness, header_row
from tui.domain.failure import Failure, FailureKind
from tui.polling.ports import CredentialState, Identity, Login
from tui.simulator import Fault, Simulator

SIZES = [(160, 45), (80, 24)]
SSO = Login(("aws", "sso", "login", "--profile", "dev [one]\x1b[2J"))


@dataclass
class Account:
    """A simulated account's own, but for what a test says of its credentials."""

    real: Any
    way: Login = SSO
    state: CredentialState = field(default_factory=CredentialState)
    number: str = ""
    given: list[str] = field(default_factory=list)
    stamp: int = 0

    @property
    def region(self) -> str:
        return str(self.real.region)

    async def identity(self) -> Identity:
        found: Identity = await self.real.identity()
        return replace(found, account=self.number) if self.number else found

    async def credentials(self) -> CredentialState:
        return self.state

    async def login(self) -> Login:
        return self.way

    async def sources(self) -> object:
        return self.stamp

    async def renew(self, code: str = "") -> None:
        self.given.append(code)


@dataclass
class Session:
    """A running screen, its account, and the programs that had the terminal."""

    watch: Watch
    account: Account
    ran: list[Sequence[str]]


@asynccontextmanager
async def logged_in(
    sim: Simulator, size: tuple[int, int] = (160, 45), ended: Ended | None = None, job: str = ""
) -> AsyncIterator[Session]:
    made: list[Account] = []
    ran: list[Sequence[str]] = []

    async def services() -> Services:
        found = await connect_to(sim)()
        made.append(Account(found.account))
        return replace(found, account=made[0])

    async def lend(_: object, command: Sequence[str], __: bool) -> Ended:
        ran.append(command)
        sim.faults.clear()
        return ended or Ended(0)

    app = SagetopApp(services, Options(lend=lend, job=job))
    async with app.run_test(size=size, notifications=True) as pilot:
        watch = Watch(app, pilot)
        await watch.until(lambda: made)
        yield Session(watch, made[0], ran)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("fault", ["expired", "invalid_token", "denied"])
async def test_no_pane_takes_not_being_allowed_for_there_being_nothing(
    sim: Simulator, size: tuple[int, int], fault: str
) -> None:
    stock(sim, raw_job())
    async with watching(sim, size) as watch:
        await watch.described("bert")
        await watch.tap("6")
        sim.faults.add(Fault(fault))
        await watch.tap("1", "r")
        word = {"expired": "credentials expired", "denied": "not allowed"}.get(fault, "no credentials")
        await watch.shows(f"! {word}")
        for key, pane in (("6", "6 Logs"), ("5", "5 Metrics"), ("4", "4 Rules"), ("3", "3 Resources")):
            await watch.tap(key)
            await watch.shows(pane)
            assert "No line yet" not in watch.text
            assert "no log yet" not in watch.text
        assert "bert" in watch.text


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("fault", ["expired", "denied"])
async def test_a_job_that_was_never_seen_says_why_in_every_pane(
    sim: Simulator, size: tuple[int, int], fault: str
) -> None:
    stock(sim, raw_job())
    sim.faults.add(Fault(fault))
    async with watching(sim, size, job="bert") as watch:
        word = "Credentials expired" if fault == "expired" else "Not allowed"
        for key in "2345678":
            await watch.tap(key)
            await watch.until(lambda: word in watch.text, f"{word} under {key}")
            assert "No line" not in watch.text


async def test_while_credentials_are_expired_one_asks_for_all(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with logged_in(sim) as session:
        watch = session.watch
        await watch.described("bert")
        await watch.until(lambda: watch.screen.telemetry and watch.screen.telemetry.log.state, "log")
        sim.faults.add(Fault("expired"))
        await watch.tap("r")
        await watch.shows("! credentials expired")
        await watch.until(lambda: sim.calls.count("GetCallerIdentity") >= 2, "probed")
        counts = {name: sim.calls.count(name) for name in ("Search", "DescribeTrainingJob", "FilterLogEvents")}
        asked = sim.calls.count("GetCallerIdentity")
        for _ in range(3):
            await watch.tap("r")
            await watch.until(lambda before=asked: sim.calls.count("GetCallerIdentity") > before, "asked")
            asked = sim.calls.count("GetCallerIdentity")
        assert {name: sim.calls.count(name) for name in counts} == counts
        assert "2 × ml.g5.xlarge" in watch.text
        sim.faults.clear()
        await watch.tap("r")
        await watch.shows("● live")
        assert watch.screen.model.jobs.failure is None


async def test_a_file_that_changed_reopens(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with logged_in(sim) as session:
        watch = session.watch
        await watch.described("bert")
        sim.faults.add(Fault("expired"))
        await watch.tap("r")
        await watch.until(lambda: sim.calls.count("GetCallerIdentity") >= 2, "probed")
        await watch.shows("! credentials expired")
        sim.faults.clear()
        session.account.stamp += 1
        await watch.shows("● live")


async def test_l_runs_the_login_and_goes_on_at_once(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with logged_in(sim) as session:
        watch = session.watch
        await watch.described("bert")
        sim.faults.add(Fault("expired"))
        await watch.tap("r")
        await watch.shows("! credentials expired")
        await watch.tap("L")
        await watch.shows("● live", "ended well")
        assert session.ran == [SSO.command]
        assert session.account.given == [""]


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (Ended(255), "ended with 255"),
        (Ended(-2), "was interrupted"),
        (Ended(None), "aws cannot be run"),
    ],
    ids=["255", "ctrl-c", "missing"],
)
async def test_a_login_that_comes_to_nothing_is_told(sim: Simulator, ended: Ended, words: str) -> None:
    async with logged_in(sim, ended=ended) as session:
        await session.watch.identified()
        await session.watch.tap("L")
        await session.watch.shows(words)


async def test_l_asks_for_an_mfa_code_and_uses_it(sim: Simulator) -> None:
    async with logged_in(sim, ended=Ended(0, "123456\n")) as session:
        await session.watch.identified()
        session.account.way = Login(device="arn:aws:iam::111122223333:mfa/me")
        await session.watch.tap("L")
        await session.watch.until(lambda: session.account.given == ["123456"], "given")
        ((program, *_, prompt),) = session.ran
        assert program == sys.executable
        assert "mfa/me" in prompt


async def test_where_no_command_logs_in_it_says_what_to_do(sim: Simulator) -> None:
    async with logged_in(sim) as session:
        await session.watch.identified()
        session.account.way = Login(words="renew them as you got them")
        await session.watch.tap("L")
        await session.watch.shows("There is no command", "you got them")
        assert session.ran == []


async def test_another_account_begins_anew_and_says_so(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with logged_in(sim) as session:
        watch = session.watch
        await watch.described("bert")
        await watch.tap("enter")
        await watch.until(lambda: watch.screen.opened, "opened")
        sim.account.remove("bert")
        session.account.number = "999900001111"
        stock(sim, ended_job("others", 5))
        await watch.tap("L")
        await watch.shows("Now account 999900001111", "others")
        assert not watch.screen.opened
        assert watch.names == ["others"]


async def test_identity_opened_early_fills_in(sim: Simulator) -> None:
    stock(sim, raw_job())
    sim.faults.add(Fault("unavailable", "GetCallerIdentity", times=1))
    async with logged_in(sim) as session:
        session.account.state = CredentialState("a credential process", NOW + timedelta(hours=2))
        await session.watch.tap("i")
        await session.watch.shows("not known")
        await session.watch.shows("assumed-role", "from a credential process, until")


def test_the_header_counts_down_coarsely_and_warns() -> None:
    def shown(words: str, soon: bool, width: int = 120, **more: Any) -> str:
        row = header_row(Freshness(age_seconds=0, credentials=words, credentials_end=soon, **more), width)
        return row.plain

    assert "creds 41m" in shown("41m", False)
    assert "creds" not in shown("", False)
    assert "creds 50s" in shown("50s", True, 40)
    expired = Failure(FailureKind.EXPIRED, "Search", "expired", "L: aws sso login --profile ml-dev")
    for width in (160, 80):
        assert "! credentials expired · L: aws sso login --profile ml-dev" in shown(
            "41m", False, width, failure=expired
        )
    assert "L: aws" in shown("", False, 50, failure=expired)
    assert len(shown("", False, 40, failure=expired)) <= 40
