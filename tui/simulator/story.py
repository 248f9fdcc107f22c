"""What a job's container says and measures while it trains: the vocabulary of its logs and curves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.simulator.noise import seed_of, unit

DIALECTS = ("pytorch", "json", "mpi", "keras", "xgboost", "builtin")
AILMENTS = (
    "",
    "nan",
    "diverging",
    "plateau",
    "overfit",
    "gpu_idle",
    "memory",
    "straggler",
    "silent",
    "slow",
)

_SMALLER_IS_BETTER = re.compile(r"loss|err|wer|mae|mse|rmse|perplexity|ppl", re.IGNORECASE)
_HELD_OUT = re.compile(
    r"(^|[^a-z])(val|valid|validation|eval|test|holdout)([^a-z]|$)|recall|ndcg|miou", re.IGNORECASE
)
_RATE = re.compile(r"throughput|samples|tokens_per", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Story:
    """How the training of one job goes. It all follows from these few numbers, the job's name and the time."""

    dialect: str = "pytorch"
    """How lines are written, one of DIALECTS; "keras" and "xgboost" escape control characters as `#015`."""
    epochs: int = 10
    total_steps: int = 20_000
    samples_per_second: float = 912.0
    """Throughput of the whole job while all is well."""
    planned_seconds: float | None = None
    """How long the training would take to its last step; by default as long as the script lets it train."""
    ailment: str = ""
    """What goes wrong, one of AILMENTS."""
    onset_seconds: float = 0.0
    """When it goes wrong, in seconds of training."""
    ailing_host: int = 2
    """Whom a "straggler" is: n of algo-n."""
    seconds_per_line: float = 1.5
    """Between two steps that a host reports; more if the job has many hosts."""
    bars_on: int = 0
    """n of the host that floods its log with a progress bar; 0 for none."""
    colours: bool = False
    """Whether levels are coloured."""
    huge_line: bool = False
    """Whether the first host writes one line of 44 kB after a few minutes of training."""
    late_hosts: Mapping[int, float] | None = None
    """n of hosts that join late, and by how many seconds."""

    def __post_init__(self) -> None:
        if self.dialect not in DIALECTS:
            raise ValueError(f"unknown dialect: {self.dialect!r}")
        if self.ailment not in AILMENTS:
            raise ValueError(f"unknown ailment: {self.ailment!r}")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A metric of the job's own: how its curve runs."""

    name: str
    first: float
    last: float
    held_out: bool
    """Measured on held-out data, at the end of an evaluation, rather than at each step."""
    is_rate: bool
    falls: bool
    """Whether smaller is better."""
    seed: int


def quantity(job: str, name: str, last: float | None) -> Quantity:
    """The metric `name` of a job, which ends near `last` if that is known."""
    seed = seed_of(f"{job}/{name}")
    falls = _SMALLER_IS_BETTER.search(name) is not None
    is_rate = _RATE.search(name) is not None
    if last is None:
        last = 0.15 + 0.4 * unit(seed, 1) if falls else 0.72 + 0.2 * unit(seed, 1)
    first = last + max(1.6, 2.2 * last) if falls else last * (0.35 + 0.2 * unit(seed, 2))
    held_out = _HELD_OUT.search(name) is not None and not is_rate
    return Quantity(name, first, last, held_out, is_rate, falls, seed)


def default_story(base: Mapping[str, Any]) -> Story:
    """What a job is like of which nothing more is said, by its image and its name."""
    name = str(base.get("TrainingJobName", ""))
    seed = seed_of(f"{name}/story")
    image = str((base.get("AlgorithmSpecification") or {}).get("TrainingImage", ""))
    dialect = _dialect(image, seed)
    rounds = (base.get("HyperParameters") or {}).get("num_round", "")
    return Story(
        dialect=dialect,
        epochs=2 + int(unit(seed, 1) * 28),
        total_steps=int(rounds) if rounds.isdigit() else 4000 + 500 * int(unit(seed, 2) * 90),
        samples_per_second=round(120 + 3000 * unit(seed, 3), 1),
        bars_on=1 if unit(seed, 4) < 0.4 and dialect not in ("xgboost", "builtin") else 0,
        colours=unit(seed, 5) < 0.3,
    )


def _dialect(image: str, seed: int) -> str:
    if "xgboost" in image:
        return "xgboost"
    if "tensorflow" in image:
        return "keras"
    if "forecasting" in image:
        return "builtin"
    return "mpi" if unit(seed, 6) < 0.15 else "pytorch"
