"""The lines that a training container writes, each a pure function of the job, the host and the moment."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from functools import lru_cache

from tui.simulator.curves import own_value, throughput
from tui.simulator.noise import unit
from tui.simulator.run import Attempt, Run

HUGE_LINE_AT = 90
"""Which report of the first host is the 44 kB line, if its story has one."""
_HUGE_LINE_LENGTH = 44_000
_BAR_CELLS = 24
_ESCAPED = str.maketrans({"\r": "#015", "\t": "#011", "\b": "#010", "\x1b": "#033"})
"""Control characters as many of the service's images write them."""
_COLOURS = {"INFO": 32, "WARNING": 33, "ERROR": 31}
_PACKAGES = (
    ("accelerate", "1.8.1", "365.3 kB"),
    ("datasets", "3.6.0", "491.5 kB"),
    ("einops", "0.8.1", "64.4 kB"),
    ("safetensors", "0.5.3", "471.6 kB"),
    ("sentencepiece", "0.2.0", "1.3 MB"),
    ("wandb", "0.19.11", "21.4 MB"),
)
_REMARKS = (
    "UserWarning: lr_scheduler was stepped before the optimizer; the first value of the schedule is skipped",
    "FutureWarning: the autocast call with a device in its name will go; name the device as an argument",
    "slow batch: the loader took longer than the step; consider more workers",
    "gradient norm above the clip value for 10 steps in a row",
    "skipped a sample that is not UTF-8: M\ufffdnchen, id=\ufffd\ufffd4411",
)


def escape(text: str, run: Run) -> str:
    """The text as the log service gets it from the job's image."""
    return text.translate(_ESCAPED) if run.story.dialect in ("keras", "xgboost") else text


def setup_lines(run: Run, attempt: Attempt, host: int) -> list[str]:
    """What a host says before its first step."""
    at = attempt.start_at + run.delay_of(host)
    if run.story.dialect in ("xgboost", "builtin"):
        lines = [note(run, at, "INFO", text) for text in _builtin_setup(run, host)]
    else:
        lines = _toolkit_setup(run, at, host)
    if run.attempts.index(attempt) > 0:
        found = "no checkpoint found in /opt/ml/checkpoints, starting from step 0"
        if run.is_checkpointed:
            found = f"resuming from /opt/ml/checkpoints at step {run.step(attempt.trained_before)}"
        lines.append(note(run, at, "INFO", found))
    return [escape(line, run) for line in lines]


def report_lines(run: Run, attempt: Attempt, host: int, number: int) -> list[str]:
    """What a host says at its `number`th report of an attempt; the first of them is the step itself."""
    each = run.seconds_per_line
    trained = attempt.trained_before + number * each
    at = attempt.loop_at + number * each
    lines = [_step_line(run, host, number, trained, at)]
    if host == 1 and number and _round(run, trained) != _round(run, trained - each):
        lines += _evaluation_lines(run, trained, at)
    if host == run.story.bars_on and number % 3 == 0:
        lines.append(_bars(run, trained, 5 + int(9 * unit(run.seed, number))))
    if host == 1 and run.story.huge_line and number == HUGE_LINE_AT:
        lines.append(_bars(run, trained, 1 + _HUGE_LINE_LENGTH // 88).ljust(_HUGE_LINE_LENGTH, "."))
    chance = unit(run.seed + 7 * host, number)
    if chance < 0.006:
        lines.append(note(run, at, "WARNING", _REMARKS[int(chance / 0.006 * len(_REMARKS))]))
    return [escape(line, run) for line in lines]


def _round(run: Run, trained: float) -> int:
    return int(run.share(trained) * run.rounds)


def _step_line(run: Run, host: int, number: int, trained: float, at: float) -> str:
    step = run.step(trained)
    if run.is_ill(trained) and run.story.ailment == "straggler" and host == run.story.ailing_host:
        step -= int(0.02 * (step - run.step(run.story.onset_seconds)))
    dialect = run.story.dialect
    values = _step_values(run, trained)
    rate = 3e-4 * max(0.02, 0.5 * (1.0 + math.cos(math.pi * run.share(trained))))
    speed = throughput(run, trained, host, number)
    if dialect == "xgboost":
        scores = "".join(f"\t{name.replace(':', '-')}:{value:.5f}" for name, value in values.items())
        return f"[{step}]{scores}"
    if dialect == "json":
        fields: dict[str, object] = {
            "time": _iso(at),
            "level": "INFO",
            "rank": host - 1,
            "epoch": run.epoch(trained),
            "step": step,
        }
        fields |= {name.replace(":", "_"): round(value, 4) for name, value in values.items()}
        return json.dumps(fields | {"lr": rate, "samples_per_s": round(speed, 1)})
    scores = " ".join(f"{name}={value:.4f}" for name, value in values.items())
    text = f"epoch {run.epoch(trained)} step {step} {scores} lr={rate:.2e} throughput={speed:.0f} samples/s"
    if dialect == "mpi":
        return f"[1,{host - 1}]<stdout>:{text}"
    return note(run, at, "INFO", text) if run.story.colours or dialect == "builtin" else text


@lru_cache(maxsize=1024)
def _step_values(run: Run, trained: float) -> dict[str, float]:
    """What a step measures; all hosts report the same."""
    everything = run.story.dialect == "xgboost"
    values = {each.name: own_value(run, each, trained) for each in run.quantities if everything or not each.held_out}
    return values or {"loss": 0.2 + 1.7 * math.exp(-4.0 * run.share(trained))}


def _evaluation_lines(run: Run, trained: float, at: float) -> list[str]:
    values = {each.name: own_value(run, each, trained) for each in run.quantities if each.held_out}
    epoch = run.epoch(trained)
    if not values or run.story.dialect == "xgboost":
        return [note(run, at, "INFO", f"epoch {epoch} saved a checkpoint at step {run.step(trained)}")]
    if run.story.dialect == "json":
        fields = {name.replace(":", "_"): round(value, 4) for name, value in values.items()}
        return [json.dumps({"time": _iso(at), "level": "INFO", "event": "evaluation", "epoch": epoch} | fields)]
    scores = " ".join(f"{name}={value:.4f}" for name, value in values.items())
    return [note(run, at, "INFO", f"evaluation after epoch {epoch}: {scores}")]


def _bars(run: Run, trained: float, count: int) -> str:
    """One event with the last `count` states of a progress bar, the oldest first."""
    story = run.story
    per_epoch = max(1, story.total_steps // story.epochs)
    pace = story.total_steps / run.planned_seconds
    step = run.step(trained)
    states = []
    for back in range(count - 1, -1, -1):
        done = max(0, step - back) % per_epoch
        share = done / per_epoch
        whole = int(share * _BAR_CELLS)
        left = (per_epoch - done) / pace
        if story.dialect == "keras":
            bar = f"{'=' * whole}>".ljust(_BAR_CELLS + 1, ".")[:_BAR_CELLS]
            states.append(f"{done:>5}/{per_epoch} [{bar}] - ETA: {_clock(left)} - {1000 / pace:.0f}ms/step")
            continue
        bar = ("█" * whole + "▏▎▍▌▋▊▉"[int(share * _BAR_CELLS * 7) % 7]).ljust(_BAR_CELLS)[:_BAR_CELLS]
        spent = _clock(done / pace)
        epoch = run.epoch(trained)
        states.append(
            f"Epoch {epoch}: {100 * share:3.0f}%|{bar}| {done}/{per_epoch} [{spent}<{_clock(left)}, {pace:5.2f}it/s]"
        )
    if story.dialect == "keras":
        return "\r" + ("\b" * 12 + "\r").join(states)
    return "\r" + "\r".join(states)


def _toolkit_setup(run: Run, at: float, host: int) -> list[str]:
    framework = "tensorflow" if run.story.dialect == "keras" else "pytorch"
    hosts = [f"algo-{n + 1}" for n in range(len(run.hosts))]
    environment = {"current_host": f"algo-{host}", "hosts": hosts, "job_name": run.name, "num_gpus": 8}
    lines = [
        "bash: no job control in this shell",
        toolkit(at, "INFO", f"Imported framework sagemaker_{framework}_container.training"),
        toolkit(at + 0.2, "INFO", "No Neurons detected (normal if no neurons installed)"),
        toolkit(at + 0.4, "INFO", "Installing dependencies from requirements.txt:"),
        "python -m pip install -r requirements.txt",
    ]
    for name, version, size in _PACKAGES:
        lines.append(f"Collecting {name}=={version} (from -r requirements.txt)")
        lines.append(f"  Downloading {name}-{version}-py3-none-any.whl ({size})")
        lines.append(f"     {'━' * 40} {size} 41.7 MB/s eta 0:00:00")
    lines += [
        "Installing collected packages: " + ", ".join(name for name, _, _ in _PACKAGES),
        "Successfully installed " + " ".join(f"{name}-{version}" for name, version, _ in _PACKAGES),
        "[notice] A new release of pip is available: 25.0 -> 25.1.1",
        toolkit(at + 20, "INFO", "Waiting for the process to be ready on " + ", ".join(hosts)),
        toolkit(at + 21, "INFO", "Invoking user script"),
        "Training Env:",
        json.dumps(environment),
    ]
    if len(hosts) > 1:
        lines.append(f"algo-{host}:{200 + host} [0] NCCL INFO Bootstrap : Using eth0:10.0.{host}.17<0>")
        lines.append(f"algo-{host}:{200 + host} [0] NCCL INFO comm nRanks {len(hosts) * 8} - Init COMPLETE")
    lines.append(note(run, at + 40, "INFO", f"dataset: 1281167 samples in 1024 shards, {run.story.epochs} epochs"))
    lines.append(note(run, at + 41, "WARNING", "Some weights were not in the checkpoint and are newly initialized"))
    return lines


def _builtin_setup(run: Run, host: int) -> list[str]:
    return [
        "Reading default configuration from /opt/amazon/lib/default-input.json",
        "Merging with /opt/ml/input/config/hyperparameters.json",
        "Running the algorithm in its own mode, without a user script",
        "Determined delimiter of CSV input is ','",
        f"Single node training on algo-{host}"
        if len(run.hosts) == 1
        else f"Node {host} of {len(run.hosts)} is ready",
        "nvidia-smi identified 0 GPUs.",
        "Train matrix has 412803 rows and 87 columns",
        "Validation matrix has 45867 rows",
    ]


def note(run: Run, at: float, level: str, text: str) -> str:
    """A line of the program's own logger."""
    when = datetime.fromtimestamp(at, UTC)
    if run.story.dialect == "xgboost":
        return f"[{when:%Y-%m-%d:%H:%M:%S}:{level}] {text}"
    if run.story.dialect == "builtin":
        return f"[{when:%m/%d/%Y %H:%M:%S} {level} 140266] {text}"
    if run.story.dialect == "json":
        return json.dumps({"time": _iso(at), "level": level, "message": text})
    shown = f"\x1b[{_COLOURS[level]}m{level}\x1b[0m" if run.story.colours else level
    return f"{when:%H:%M:%S} {shown} train: {text}"


def toolkit(at: float, level: str, text: str) -> str:
    """A line of the toolkit that runs user scripts."""
    when = datetime.fromtimestamp(at, UTC)
    return f"{when:%Y-%m-%d %H:%M:%S},{when.microsecond // 1000:03d} sagemaker-training-toolkit {level:<8} {text}"


def _iso(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}Z"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"
