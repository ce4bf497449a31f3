"""Natural labels: a record's own papers and birth date against all those of another record's core.

Agreement says the same customer, a clear contradiction another one. A set gives more of them than it has records, and
nearly all are right; what they are made from is left out of what they teach.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import DamerauLevenshtein

from entity_resolution.compiled import Integers
from entity_resolution.levels.identity import birth_level
from entity_resolution.model import MatchModel
from entity_resolution.records import StandardRecord
from entity_resolution.standardize.identifiers import UNVERIFIED
from entity_resolution.training.cores import OTHER_BIRTH, agreeing
from entity_resolution.training.pairs import Pairs

UNKNOWN, DIFFERENT, SAME = -1, 0, 1
_CLOSE_IDENTIFIERS = 2
_WHOLE_DATE = 10
_DIRTY_PERCENT = 2
_SOUND = frozenset({"", UNVERIFIED})

Identifiers = frozenset[tuple[str, str, str]]


class Own(NamedTuple):
    """What a record says that belongs to one customer only: valid identifiers as (type, issuer, value), birth date."""

    identifiers: Identifiers
    birth_date: str


def own_values(record: StandardRecord, telling: Collection[str]) -> Own:
    """Take of a record what can give a label; ``telling`` are the identifier types that do."""
    valid = (found for found in record.identifiers if found.type in telling and found.status in _SOUND)
    birth_date = record.birth_date or ""
    # The first of January is what clerks write who do not know the date.
    is_told = len(birth_date) == _WHOLE_DATE and not birth_date.endswith("-01-01")
    return Own(
        frozenset((found.type, found.issuer, found.value) for found in valid),
        birth_date if is_told else "",
    )


def dirty_identifiers(records: Sequence[StandardRecord], pairs: Pairs, model: MatchModel) -> frozenset[str]:
    """Give the exclusive types that contradict in more than 2 % of pairs that agree in all else.

    Disagreement of such a type says nothing: it is written too carelessly.
    """
    held = np.flatnonzero(agreeing(pairs) & ~pairs.at("birth_date", OTHER_BIRTH) & ~pairs.at("gender", {"other"}))
    compared: Counter[str] = Counter()
    contradicting: Counter[str] = Counter()
    for left, right in zip(pairs.left[held].tolist(), pairs.right[held].tolist(), strict=True):
        for kind in model.exclusive_identifiers:
            one, other = (own_values(records[position], {kind}).identifiers for position in (left, right))
            compared[kind] += bool(one and other)
            contradicting[kind] += _by_identifiers(one, other, model) == DIFFERENT
    return frozenset(kind for kind in compared if contradicting[kind] * 100 > _DIRTY_PERCENT * compared[kind])


def natural_labels(
    records: Sequence[StandardRecord], pairs: Pairs, core_of: Integers, model: MatchModel, dirty: Collection[str]
) -> Integers:
    """Give for each pair SAME, DIFFERENT or UNKNOWN; identifier types that are ``dirty`` give no label."""
    telling = (model.exclusive_identifiers | model.document_identifiers) - set(dirty)
    own = [own_values(record, telling) for record in records]
    members: dict[int, list[int]] = defaultdict(list)
    for position, core in enumerate(core_of.tolist()):
        members[core].append(position)

    def compared(left: int, right: int) -> Iterator[tuple[Own, Own]]:
        """Give the own values of one beside those of everybody in the other's core but itself, both ways."""
        for one, other in ((left, right), (right, left)):
            yield from ((own[one], own[member]) for member in members[int(core_of[other])] if member != one)

    labels = []
    for left, right in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True):
        beside = list(compared(left, right))
        label = _agreed([_by_identifiers(one.identifiers, other.identifiers, model) for one, other in beside])
        if label == UNKNOWN:
            label = _agreed([_by_birth(one.birth_date, other.birth_date) for one, other in beside])
        labels.append(label)
    return np.array(labels, dtype=np.int64)


def _agreed(labels: Collection[int]) -> int:
    """Give the label that all agree on; those that know nothing do not count."""
    known = set(labels) - {UNKNOWN}
    return known.pop() if len(known) == 1 else UNKNOWN


def _by_identifiers(left: Identifiers, right: Identifiers, model: MatchModel) -> int:
    if left & right:
        return SAME
    comparable = [
        (one, other)
        for one in left
        for other in right
        if one[:2] == other[:2] and one[0] in model.exclusive_identifiers
    ]
    is_clear = comparable and all(
        DamerauLevenshtein.distance(one[2], other[2], score_cutoff=_CLOSE_IDENTIFIERS) > _CLOSE_IDENTIFIERS
        for one, other in comparable
    )
    return DIFFERENT if is_clear else UNKNOWN


def _by_birth(left: str, right: str) -> int:
    if not left or not right:
        return UNKNOWN
    if left == right:
        return SAME
    return DIFFERENT if birth_level((left, ""), (right, "")) in {"other", "other_generation"} else UNKNOWN
