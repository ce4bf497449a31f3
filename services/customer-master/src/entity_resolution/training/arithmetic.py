"""Odds and weights: what is counted becomes thousandths of natural-log odds, thin counts staying with the expert."""

import math

import numpy as np
from numpy.typing import NDArray

from entity_resolution.compiled import Integers

THOUSAND = 1000
_LARGEST = 12.0

Floats = NDArray[np.float64]


def probability(weight: Integers) -> Floats:
    """Turn weights in thousandths of log odds into probabilities; beyond ±12 they count as ±12."""
    odds = np.clip(weight / THOUSAND, -_LARGEST, _LARGEST)
    return np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float64)


def logit(share: float) -> float:
    """The natural-log odds of a probability, bounded to ±12."""
    if share <= 0 or share >= 1:
        return math.copysign(_LARGEST, share - 0.5)
    return max(-_LARGEST, min(_LARGEST, math.log(share / (1 - share))))


def to_weight(log_odds: float) -> int:
    """Round log odds to thousandths."""
    return round(log_odds * THOUSAND)


def between(expert: int, learned: float, count: float, trust: float) -> int:
    """Give a weight between the expert's and the learned one (log odds): the more was counted, the nearer to it."""
    return round((trust * expert + count * learned * THOUSAND) / (trust + count))
