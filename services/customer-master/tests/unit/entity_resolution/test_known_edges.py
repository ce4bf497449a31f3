"""What is remembered of pairs spares work and changes nothing."""

from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np
import pytest

from entity_resolution.clustering import partition
from entity_resolution.compare import compare_pairs
from entity_resolution.contraction import Edges
from entity_resolution.known_edges import KnownEdges, Pair
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.standardize import standardize

MODEL = MatchModel.load()


def person(number: int, name: str = "欧阳靖宇") -> StandardRecord:
    body = {"name": {"full": name}, "phones": [{"value": f"138001380{number % 2:02d}"}]}
    return standardize(RecordKey("dealer:D0001:dms", f"R{number}"), body)


def columns(pairs: Sequence[Pair]) -> Edges:
    """As a weight the number of the right record."""
    numbers = np.array([int(right.key.record_id[1:]) for _, right in pairs])
    nothing = np.zeros(len(pairs), dtype=np.bool_)
    return Edges(numbers, numbers, nothing, nothing, numbers, nothing, nothing)


def test_pairs_that_are_known_are_not_weighed_again() -> None:
    known, records = KnownEdges(), [person(number) for number in range(4)]
    weighed: list[Pair] = []

    def weigh(pairs: Sequence[Pair]) -> Edges:
        weighed.extend(pairs)
        return columns(pairs)

    first, everything = list(pairwise(records)), list(combinations(records, 2))
    known.columns(first, weigh)
    assert known.columns(everything, weigh).weight.tolist() == columns(everything).weight.tolist()
    assert len(weighed) == len(everything)


def test_an_equal_record_that_is_another_object_is_another_record() -> None:
    known = KnownEdges()
    known.keep([(person(1), person(2))], columns([(person(1), person(9))]))
    assert known.columns([(person(1), person(2))], columns).weight.tolist() == [2]


def test_what_was_kept_first_is_forgotten_first_and_the_memory_has_a_bound() -> None:
    known, records = KnownEdges(capacity=10), [person(number) for number in range(40)]
    for pair in pairwise(records):
        known.columns([pair], columns)
    assert len(known._rows) <= 10

    def refuse(_: Sequence[Pair]) -> Edges:
        raise AssertionError

    known.columns([(records[-2], records[-1])], refuse)
    with pytest.raises(AssertionError):
        known.columns([(records[0], records[1])], refuse)


def test_a_partition_is_the_same_with_a_memory() -> None:
    names = ("欧阳靖宇", "欧阳静宇", "王小丽", "Wang Xiaoli")
    records = [person(number, names[number % len(names)]) for number in range(12)]
    pairs, known = list(combinations(records, 2)), KnownEdges()
    expected = partition(records, compare_pairs(pairs, MODEL), (), MODEL)
    decisions = compare_pairs([(other, one) for one, other in pairs], MODEL, known)
    for _ in range(2):
        assert partition(records, decisions, (), MODEL, known) == expected
