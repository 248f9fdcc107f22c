"""How many vCPUs and GPUs the demo's instance types have: CloudWatch's sums depend on it."""

from __future__ import annotations

_COUNTS = {
    "ml.m4.xlarge": (4, 0),
    "ml.m5.large": (2, 0),
    "ml.m5.xlarge": (4, 0),
    "ml.m5.2xlarge": (8, 0),
    "ml.m5.4xlarge": (16, 0),
    "ml.c5.2xlarge": (8, 0),
    "ml.c5.4xlarge": (16, 0),
    "ml.c5n.18xlarge": (72, 0),
    "ml.c6i.4xlarge": (16, 0),
    "ml.g4dn.xlarge": (4, 1),
    "ml.g4dn.2xlarge": (8, 1),
    "ml.g5.xlarge": (4, 1),
    "ml.g5.2xlarge": (8, 1),
    "ml.g5.4xlarge": (16, 1),
    "ml.g5.12xlarge": (48, 4),
    "ml.g5.48xlarge": (192, 8),
    "ml.g6.4xlarge": (16, 1),
    "ml.g6.12xlarge": (48, 4),
    "ml.g6e.48xlarge": (192, 8),
    "ml.p3.2xlarge": (8, 1),
    "ml.p4d.24xlarge": (96, 8),
    "ml.p4de.24xlarge": (96, 8),
    "ml.p5.48xlarge": (192, 8),
    "ml.p5en.48xlarge": (192, 8),
}


def vcpus_and_gpus(kind: str) -> tuple[int, int]:
    """The counts of an instance type; of one that is not in the table, those of a small one."""
    return _COUNTS.get(kind, (4, 0))
