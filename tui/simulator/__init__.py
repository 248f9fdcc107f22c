"""An AWS-compatible endpoint on loopback, over jobs that live through time: the demo, and the test double.

It speaks SageMaker and CloudWatch Logs (JSON 1.1), CloudWatch (smithy-rpc-v2-cbor, JSON 1.0), SageMaker Metrics
(REST) and STS. `Account` says how to put jobs, log events and datapoints into it, `Fault` what can go wrong.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tui.simulator.account import Account
from tui.simulator.calls import Call
from tui.simulator.clock import Clock, ManualClock
from tui.simulator.faults import Fault
from tui.simulator.jobs import FixedJob, Job, ScriptedJob
from tui.simulator.log_streams import LogEvent
from tui.simulator.metric_store import Datapoint
from tui.simulator.story import Story

if TYPE_CHECKING:
    from tui.simulator.demo import demo_account
    from tui.simulator.demo_fleet import fleet
    from tui.simulator.server import Simulator

__all__ = [
    "Account",
    "Call",
    "Clock",
    "Datapoint",
    "Fault",
    "FixedJob",
    "Job",
    "LogEvent",
    "ManualClock",
    "ScriptedJob",
    "Simulator",
    "Story",
    "demo_account",
    "fleet",
]

_HOMES = {"Simulator": "server", "demo_account": "demo", "fleet": "demo_fleet"}
"""Names whose modules are only imported when asked for: the server needs aiohttp, the others are big."""


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
