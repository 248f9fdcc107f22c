"""The last lines of a container: success, a signal, or a traceback of every rank."""

from __future__ import annotations

import re

from tui.simulator.instances import vcpus_and_gpus
from tui.simulator.log_lines import escape, note, toolkit
from tui.simulator.run import Attempt, Run

ENDING_SECONDS = 5.0
"""The last lines are written within so many seconds of the containers' end."""
_RANKS_SHOWN = 4
_MESSAGE = re.compile(r'ErrorMessage "([^\n"]+)')
_FRAMEWORK_ERROR = re.compile(r"error: (.+?), exit code")


def ending_lines(run: Run, attempt: Attempt, host: int) -> list[str]:
    """What a host says last, within ENDING_SECONDS of the attempt's end."""
    at = attempt.end_at - ENDING_SECONDS
    if attempt.is_fatal:
        lines = _fatal_lines(run, host, at)
    elif attempt.ending == "Uploading":
        lines = [
            note(run, at, "INFO", f"done: {run.story.total_steps} steps, model written to /opt/ml/model"),
            toolkit(at + 2, "INFO", "Waiting for the process to finish and give a return code."),
            toolkit(at + 3, "INFO", "Done waiting for a return code. Received 0 from exiting process."),
            toolkit(at + 3, "INFO", "Reporting training SUCCESS"),
        ]
    elif attempt.ending in ("Stopping", "Interrupted"):
        kept = "writing a checkpoint" if run.is_checkpointed else "no checkpoint directory, progress is lost"
        lines = [note(run, at, "WARNING", f"received SIGTERM, {kept}")]
    else:
        lines = []
    return [escape(line, run) for line in lines]


def _fatal_lines(run: Run, host: int, at: float) -> list[str]:
    reason = run.failure_reason
    if reason.startswith("InternalServerError"):
        return []
    if "exit code: 137" in reason:
        return [
            note(run, at, "WARNING", "memory of the host is nearly used up"),
            "/opt/ml/code/launch.sh: line 14:    62 Killed                  python ablate.py",
            toolkit(at + 3, "ERROR", "Reporting training FAILURE"),
        ]
    found = _MESSAGE.search(reason) or _FRAMEWORK_ERROR.search(reason)
    error = (
        found.group(1) if found else "RuntimeError: DataLoader worker (pid 241) exited unexpectedly with exit code 1"
    )
    if ":" not in error:
        error = f"ValueError: {error}"
    ranks = max(1, vcpus_and_gpus(run.hosts[host - 1])[1])
    lines = []
    for rank in range(min(ranks, _RANKS_SHOWN)):
        lines += _traceback(run, error, rank + (host - 1) * ranks, is_alone=ranks * len(run.hosts) == 1)
    lines += [
        toolkit(at + 3, "ERROR", "Reporting training FAILURE"),
        toolkit(at + 3, "ERROR", "ExecuteUserScriptError:"),
        "ExitCode 1",
        f'ErrorMessage "{error}"',
    ]
    return lines


def _traceback(run: Run, error: str, rank: int, *, is_alone: bool) -> list[str]:
    prefix = "" if is_alone else f"[1,{rank}]<stderr>:" if run.story.dialect == "mpi" else f"[rank{rank}]: "
    deepest = ("loader.py", 88, "__getitem__", "return self._read(self.shards[index])")
    if "memory" in error:
        deepest = ("model.py", 131, "forward", "scores = torch.matmul(query, key.transpose(-1, -2))")
    frames = (
        ("train.py", 214, "<module>", "main(parse_args())"),
        ("train.py", 171, "main", "loss = run_epoch(model, loader, optimizer)"),
        ("train.py", 119, "run_epoch", "for batch in loader:"),
        deepest,
    )
    lines = ["Traceback (most recent call last):"]
    for file, line, function, code in frames:
        lines.append(f'  File "/opt/ml/code/{file}", line {line}, in {function}')
        lines.append(f"    {code}")
    lines.append(error)
    return [prefix + line for line in lines]
