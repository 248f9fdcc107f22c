"""Randomness that can be asked for at any place: the same seed and place always give the same number."""

from __future__ import annotations

import hashlib
from functools import lru_cache

_MASK = (1 << 64) - 1


@lru_cache(maxsize=65_536)
def seed_of(text: str) -> int:
    """A seed that follows from a text alone, in every process."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def unit(seed: int, place: int) -> float:
    """A number from 0 up to, but not including, 1."""
    mixed = (seed ^ (place * 0x9E3779B97F4A7C15)) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((mixed ^ (mixed >> 31)) >> 11) / (1 << 53)


def swing(seed: int, place: int) -> float:
    """A number from -1 up to, but not including, 1; those near 0 are likelier."""
    return unit(seed, place) + unit(seed, place + 0x51ED27) - 1.0
