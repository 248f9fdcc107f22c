"""The start: what stands on the glass first needs none of what takes long to import."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = (
    *("importlib.metadata", "email", "zipfile"),
    *("aiohttp", "aiobotocore", "boto3", "botocore", "plotext", "re2"),
    *("tui.aws", "tui.simulator", "tui.app.around", "tui.app.palette"),
    *("tui.app.screens.reading", "tui.app.screens.copy", "tui.app.copying"),
    *("tui.app.panes.metricrows", "tui.app.panes.tree", "tui.app.widgets.charts", "tui.app.widgets.chartview"),
    *("tui.polling.feed", "tui.polling.logs", "tui.polling.metrics", "tui.polling.telemetry"),
    *(
        "tui.domain.autopsy",
        "tui.domain.health",
        "tui.domain.secrets.shapes",
        "tui.domain.extraction",
        "tui.domain.series",
    ),
)


def imported(code: str) -> set[str]:
    """Return the modules that a new process has imported after some code."""
    report = f"{code}; import json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", report], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def among(modules: set[str], names: tuple[str, ...]) -> list[str]:
    """Return those of some modules that are in one of the packages or are one of the modules named."""
    return sorted(module for module in modules if any(f"{module}.".startswith(f"{name}.") for name in names))


def test_nothing_heavy_is_imported_before_the_first_frame() -> None:
    modules = imported("import tui.cli.screen, tui.app.app, tui.app.services, tui.cli.crash, tui.cli.logfile")
    assert "tui.app.panes.jobs" in modules
    assert among(modules, HEAVY) == []


@pytest.mark.parametrize("module", ["tui.cli", "tui.aws.ahead"])
def test_the_first_page_is_asked_for_before_anything_slow_is_imported(module: str) -> None:
    assert among(imported(f"import {module}"), ("asyncio", "textual", "rich", "aiohttp", "botocore")) == []


def test_asking_ahead_needs_no_second_event_loop_library() -> None:
    modules = imported("import tui.aws.firstpage")
    assert "botocore.session" in modules
    assert among(modules, ("aiohttp", "aiobotocore", "textual")) == []
