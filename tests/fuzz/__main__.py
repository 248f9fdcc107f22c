"""A long campaign: `python -m tests.fuzz --minutes 10`; one answer again: `--seed S --only N`."""

import argparse
import asyncio
import resource
import time

from tests.fuzz.asking import Tally, fuzz, spoiling
from tests.ui.support import ended_job, hostile_job, raw_job

_KIB_PER_MIB = 1024


async def campaign(minutes: float, seed: str, only: int | None) -> Tally:
    """Run for so many minutes."""
    end = time.monotonic() + minutes * 60
    async with spoiling(*account()) as spoiler:
        if only is not None:
            return await fuzz(spoiler, seed, first=only, until=lambda number: number > only)
        return await fuzz(spoiler, seed, until=lambda _: time.monotonic() > end)


def account() -> tuple[dict[str, object], ...]:
    """Return the jobs of the account whose answers are spoiled."""
    full = hostile_job("bert", "plain value")
    more = {"MetricDefinitions": [{"Name": "loss", "Regex": "loss=(.*)"}]}
    return full, raw_job("t5", 5, AlgorithmSpecification=more), ended_job("gpt", 90, "Failed", FailureReason="x: y")


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", default="sagetop")
    parser.add_argument("--only", type=int)
    given = parser.parse_args()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    tally = asyncio.run(campaign(given.minutes, given.seed, given.only))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lines = [f"{name:45} {times:8,}" for name, times in sorted(tally.outcomes.items())]
    lines += [f"broken: {told[:1_500]}" for told in tally.broken[:10]]
    lines += [f"unexpected {times} x {name}" for name, times in tally.unexpected.most_common(20)]
    lines += [
        f"{tally.total:,} answers, {len(tally.broken)} promises broken, in {(time.monotonic() - began) / 60:.1f} "
        f"minutes, the slowest {tally.slowest_seconds:.2f} s, "
        f"memory {before / _KIB_PER_MIB:.0f} to {after / _KIB_PER_MIB:.0f} MiB"
    ]
    print("\n".join(lines))  # noqa: T201


if __name__ == "__main__":
    main()
