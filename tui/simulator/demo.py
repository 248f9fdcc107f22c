"""The demo account: a cast of jobs in the middle of their lives, and new ones that keep arriving."""

from __future__ import annotations

from tui.simulator.account import Account
from tui.simulator.clock import HasNow
from tui.simulator.demo_arrivals import arrivals
from tui.simulator.demo_endings import endings
from tui.simulator.demo_everything import everything
from tui.simulator.demo_health import unwell
from tui.simulator.demo_running import running


def demo_account(clock: HasNow) -> Account:
    """An account worth looking at, around the clock's time; its jobs live on with the clock."""
    account = Account(clock)
    now = clock.now()
    account.logs.page_events = 1_000  # a page costs a few milliseconds, in the loop that draws the screen too
    for job in (*running(account, now), *unwell(account, now), *endings(account, now), everything(account, now)):
        account.put(job)
    account.arrivals.extend(arrivals())
    return account
