"""What can be copied of the focused job, and the way to the clipboard."""

import asyncio
import os
import shlex
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from textual.app import App

from tui.app.lines import Row
from tui.app.view import JobView
from tui.domain import logs, members
from tui.domain.leaves import leaves
from tui.domain.report import shown_text

_OSC52_BYTES: Final = 74_994
"""What terminals take at most."""
_TMUX_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Copy:
    """One thing to copy."""

    label: str
    text: str


def copies(view: JobView, under_cursor: Row | None, marks: frozenset[str]) -> list[Copy]:
    """Return what can be copied, the most wanted first; masked values stay masked."""
    found: list[Copy] = []
    if marks:
        found.append(Copy(f"{len(marks)} marked names", "\n".join(sorted(marks))))
    if under_cursor and under_cursor.source and view.snapshot:
        below = leaves(view.snapshot.raw, view.snapshot.unknown)
        leaf = next((leaf for leaf in below if leaf.path == under_cursor.source), None)
        if leaf:
            found.append(Copy("value under the cursor", shown_text(leaf, view.now, view.revealed)))
        found.append(Copy("path under the cursor", under_cursor.source))
    if view.name:
        found.append(Copy("job name", view.name))
    arn = view.snapshot.arn if view.snapshot else (view.summary.arn if view.summary else "")
    reason = view.snapshot.failure_reason if view.snapshot else ""
    region = f" --region {shlex.quote(view.region)}" if view.region else ""
    found += [
        Copy("ARN", arn),
        Copy("failure reason", reason),
        Copy(
            "aws command that describes it",
            f"aws sagemaker describe-training-job --training-job-name {shlex.quote(view.name)}{region}",
        ),
        Copy("aws command that follows its logs", logs.tail_command(view.name, view.region)),
        Copy("console address", console_url(view)),
        Copy(
            "model artifacts",
            members.text(view.snapshot.raw, "ModelArtifacts", "S3ModelArtifacts") if view.snapshot else "",
        ),
        Copy(
            "output path",
            members.text(view.snapshot.raw, "OutputDataConfig", "S3OutputPath") if view.snapshot else "",
        ),
    ]
    return [Copy(entry.label, view.prose(entry.text)) for entry in found if entry.text and view.name]


def console_url(view: JobView) -> str:
    """Return the address of the job's page in the AWS console; empty where region or job is not known."""
    if not view.region or not view.name:
        return ""
    hosts = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}
    host = next((name for prefix, name in hosts.items() if view.region.startswith(prefix)), "console.aws.amazon.com")
    return f"https://{view.region}.{host}/sagemaker/home?region={view.region}#/jobs/{quote(view.name, safe='')}"


async def to_clipboard(app: App[object], text: str) -> str:
    """Copy a text and return which way it went, in words; tmux swallows what other terminals understand."""
    if os.environ.get("TMUX") and await _load_tmux_buffer(text):
        return "copied by tmux"
    if len(text.encode()) > _OSC52_BYTES:
        return "not copied: too long for the terminal's clipboard"
    app.copy_to_clipboard(text)
    return "sent to the terminal's clipboard (OSC 52)"


async def _load_tmux_buffer(text: str) -> bool:
    try:
        async with asyncio.timeout(_TMUX_SECONDS):
            process = await asyncio.create_subprocess_exec(
                "tmux",
                "load-buffer",
                "-w",
                "-",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            await process.communicate(text.encode())
    except (OSError, TimeoutError):
        return False
    return process.returncode == 0
