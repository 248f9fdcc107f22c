"""What an instance of each type has: vCPUs, GPUs, Trainium chips. No SageMaker API tells.

Source: the EC2 instance type pages (https://docs.aws.amazon.com/ec2/latest/instancetypes/, general purpose, compute
optimized, memory optimized, accelerated computing); an `ml.` type has what the EC2 type of that name has.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Hardware:
    """What one instance has."""

    vcpus: int
    gpus: int
    chips: int = 0
    """Trainium chips, of which CloudWatch has no metric."""


_TO_16: Final = "xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge"
_TO_24: Final = f"{_TO_16} 24xlarge"
_TO_32: Final = f"{_TO_24} 32xlarge"
_TO_48: Final = f"{_TO_24} 48xlarge"
_TO_96: Final = f"{_TO_32} 48xlarge 96xlarge"

_SIZES: Final[Mapping[str, str]] = {
    "t3": "medium large xlarge 2xlarge",
    "m4": "xlarge 2xlarge 4xlarge 10xlarge 16xlarge",
    "m5": "large xlarge 2xlarge 4xlarge 12xlarge 24xlarge",
    "m6i": f"large {_TO_32}",
    "m7i": f"large {_TO_48}",
    "m7i-flex": f"large {_TO_16}",
    "m8i": f"large {_TO_96}",
    "m8i-flex": f"large {_TO_16}",
    "c4": "xlarge 2xlarge 4xlarge 8xlarge",
    "c5": "xlarge 2xlarge 4xlarge 9xlarge 18xlarge",
    "c5n": "xlarge 2xlarge 4xlarge 9xlarge 18xlarge",
    "c6i": _TO_32,
    "c7i": f"large {_TO_48}",
    "c7i-flex": _TO_16,
    "c8i": _TO_96,
    "c8i-flex": _TO_16,
    "r5": f"large {_TO_24}",
    "r5d": f"large {_TO_24}",
    "r6i": f"large {_TO_32}",
    "r7i": f"large {_TO_48}",
    "r8i": f"large {_TO_96}",
    "r8i-flex": f"large {_TO_16}",
}
"""The families without accelerators."""

_ONE: Final = {"2xlarge": 1, "4xlarge": 1, "8xlarge": 1}
_EIGHT: Final = {"xlarge": 1, **_ONE, "12xlarge": 4, "16xlarge": 1, "24xlarge": 4, "48xlarge": 8}
_EIGHT_LATER: Final = {**_ONE, "12xlarge": 2, "24xlarge": 4, "48xlarge": 8}
_GPUS: Final[Mapping[str, Mapping[str, int]]] = {
    "p2": {"xlarge": 1, "8xlarge": 8, "16xlarge": 16},
    "p3": {"2xlarge": 1, "8xlarge": 4, "16xlarge": 8},
    "p3dn": {"24xlarge": 8},
    "p4d": {"24xlarge": 8},
    "p4de": {"24xlarge": 8},
    "p5": {"4xlarge": 1, "48xlarge": 8},
    "p5e": {"48xlarge": 8},
    "p5en": {"48xlarge": 8},
    "p6-b200": {"48xlarge": 8},
    "p6-b300": {"48xlarge": 8},
    "p6e-gb200": {"36xlarge": 4},
    "g4dn": {"xlarge": 1, **_ONE, "12xlarge": 4, "16xlarge": 1},
    "g5": _EIGHT,
    "g6": _EIGHT,
    "g6e": _EIGHT,
    "g7": _EIGHT_LATER,
    "g7e": _EIGHT_LATER,
}
_CHIPS: Final[Mapping[str, Mapping[str, int]]] = {
    "trn1": {"2xlarge": 1, "32xlarge": 16},
    "trn1n": {"32xlarge": 16},
    "trn2": {"48xlarge": 16},
}
_OTHERWISE: Final = {"t3.medium": 2, "c4.8xlarge": 36, "p2.xlarge": 4, "trn2.48xlarge": 192}
"""vCPUs where the size does not rule: `large` has 2, `xlarge` 4, `Nxlarge` 4·N."""

UNKNOWN: Final[frozenset[str]] = frozenset()
"""Types of the service that nobody could look up yet: their metrics are shown raw."""


def hardware(instance_type: str) -> Hardware | None:
    """Return what an instance of `ml.p4d.24xlarge` has; None where the type is not known."""
    return _TABLE.get(instance_type)


def may_have_gpus(instance_type: str) -> bool:
    """Return whether it has GPUs, or is an unknown type of a family that has."""
    known = hardware(instance_type)
    return known.gpus > 0 if known else instance_type.startswith(("ml.p", "ml.g"))


def _vcpus(family: str, size: str) -> int:
    told = _OTHERWISE.get(f"{family}.{size}")
    if told is not None:
        return told
    times = re.fullmatch(r"(\d*)xlarge", size)
    return 4 * int(times.group(1) or 1) if times else 2


def _table() -> dict[str, Hardware]:
    rows = {
        f"ml.{family}.{size}": Hardware(_vcpus(family, size), 0)
        for family, sizes in _SIZES.items()
        for size in sizes.split()
    }
    for family, counts in _GPUS.items():
        rows |= {f"ml.{family}.{size}": Hardware(_vcpus(family, size), gpus) for size, gpus in counts.items()}
    for family, counts in _CHIPS.items():
        rows |= {f"ml.{family}.{size}": Hardware(_vcpus(family, size), 0, n) for size, n in counts.items()}
    return rows


_TABLE: Final = _table()
