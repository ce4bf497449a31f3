"""Pairs to learn from, as columns: how well each agrees in every field, and by what it met."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from entity_resolution.blocking import BlockingKey, blocking_keys
from entity_resolution.compiled import Integers, Mask
from entity_resolution.model import MatchModel
from entity_resolution.records import StandardRecord
from entity_resolution.weighing import Weighed, weigh

Positions = Sequence[int] | Integers

PAIRS_AT_ONCE = 50_000
_IDENTIFYING_KEYS = frozenset({"identifier", "name_birth", "birth_initial", "birth_place"})
_STEPS_BETWEEN_RANDOM = (101, 211, 307, 401, 503, 601, 701, 809, 907, 1009)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of records by position, and the level of each in every field as a position in the model's levels."""

    left: Integers
    right: Integers
    names: Mapping[str, Sequence[str]]
    levels: Mapping[str, Integers]
    weight: Integers
    vetoed: Mask

    def at(self, field: str, levels: Collection[str]) -> Mask:
        """Whether each pair is at one of these levels of a field."""
        table = np.array([level in levels for level in self.names[field]], dtype=np.bool_)
        return np.asarray(table[self.levels[field]])

    def any_level(self, field: str) -> Mask:
        """Whether the two say anything about each other in a field."""
        return np.asarray(self.levels[field] > 0)

    def counts(self, field: str, chosen: Mask) -> Integers:
        """Count the chosen pairs at each level of a field."""
        return np.bincount(self.levels[field][chosen], minlength=len(self.names[field]))


def weighed_pairs(
    records: Sequence[StandardRecord],
    left: Sequence[int] | Integers,
    right: Sequence[int] | Integers,
    model: MatchModel,
) -> Pairs:
    """Compare pairs of records, given by positions, piece by piece."""
    one, other = np.array(left, dtype=np.int64), np.array(right, dtype=np.int64)
    pieces: list[Weighed] = [
        weigh(records, one[start : start + PAIRS_AT_ONCE], other[start : start + PAIRS_AT_ONCE], model)
        for start in range(0, len(one), PAIRS_AT_ONCE)
    ] or [weigh(records, one, other, model)]
    return Pairs(
        left=one,
        right=other,
        names={field: ["", *weights] for field, weights in model.weights.items()},
        levels={field: np.concatenate([piece.levels[field] for piece in pieces]) for field in pieces[0].levels},
        weight=np.concatenate([piece.weight for piece in pieces]),
        vetoed=np.concatenate([piece.veto > 0 for piece in pieces]),
    )


def met_otherwise(
    records: Sequence[StandardRecord], pairs: Pairs, set_aside: Collection[BlockingKey], model: MatchModel
) -> Mask:
    """Whether a pair met by anything but the values that give labels: else its label is no news."""
    keys = [
        {key for key in blocking_keys(record, model) if key.kind not in _IDENTIFYING_KEYS and key not in set_aside}
        for record in records
    ]
    both = zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
    return np.array([not keys[left].isdisjoint(keys[right]) for left, right in both], dtype=np.bool_)


def random_pairs(core_of: Integers) -> tuple[list[int], list[int]]:
    """Give pairs that have nothing to do with each other, the same ones each time: fixed steps through the records."""
    count = len(core_of)
    found: dict[tuple[int, int], None] = {}
    for step in _STEPS_BETWEEN_RANDOM:
        for one in range(count):
            other = (one + step) % count
            if core_of[one] != core_of[other]:
                found[min(one, other), max(one, other)] = None
    return [left for left, _ in found], [right for _, right in found]
