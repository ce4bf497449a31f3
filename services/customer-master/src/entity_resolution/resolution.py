"""The whole resolution of a set of records at once: what streaming, bulk load and rebuild must come to in the end.

Keys, what is common among them, candidates, decisions, customers: each step is a function of the set of records, the
steward decisions and the model. Nothing remembers an order, so this is the measure of every other way to the result.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from entity_resolution.blocking import BlockingKey, blocking_keys, without_generic
from entity_resolution.clustering import Partition, partition
from entity_resolution.compare import compare_pairs
from entity_resolution.decisions import PairDecision, StewardDecision
from entity_resolution.hubs import is_generic
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord

Holders = Mapping[BlockingKey, Sequence[StandardRecord]]
_PAIRS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Resolution:
    """Customers, the decisions about all candidate pairs, and the keys set aside as generic or common."""

    partition: Partition
    decisions: tuple[PairDecision, ...]
    set_aside: frozenset[BlockingKey]


def resolve(
    records: Iterable[StandardRecord], model: MatchModel, steward: Sequence[StewardDecision] = ()
) -> Resolution:
    """Resolve records that have just been standardised, with distinct keys."""
    found = sorted(records, key=lambda record: record.key)
    holders = _holders(found, model)
    set_aside = frozenset(key for key, held in holders.items() if is_set_aside(key, held, model))
    generic = {(key.kind, key.value) for key in set_aside}
    compared = {record.key: without_generic(record, generic) for record in found}
    decisions = _decide(_candidates(holders, set_aside), compared, model)
    return Resolution(partition(compared.values(), decisions, steward, model), tuple(decisions), set_aside)


def is_set_aside(key: BlockingKey, holders: Sequence[StandardRecord], model: MatchModel) -> bool:
    """Whether a key proposes nobody: a strong one whose value is generic, a weak one that is common.

    Whom a firm's name or number stands for is judged by the records that hold it, so it may flip in both directions.
    """
    return is_generic(holders, model) if key.strong else len(holders) > model.hubs.block


def _holders(records: Iterable[StandardRecord], model: MatchModel) -> Holders:
    holders: dict[BlockingKey, list[StandardRecord]] = defaultdict(list)
    for record in records:
        for key in blocking_keys(record, model):
            holders[key].append(record)
    return holders


def _candidates(holders: Holders, set_aside: frozenset[BlockingKey]) -> list[tuple[RecordKey, RecordKey]]:
    pairs = {
        (one.key, other.key)
        for key, held in holders.items()
        if key not in set_aside
        for position, one in enumerate(held)
        for other in held[position + 1 :]
    }
    return sorted(pairs)


def _decide(
    pairs: Sequence[tuple[RecordKey, RecordKey]], records: Mapping[RecordKey, StandardRecord], model: MatchModel
) -> list[PairDecision]:
    decisions: list[PairDecision] = []
    for start in range(0, len(pairs), _PAIRS_AT_ONCE):
        piece = pairs[start : start + _PAIRS_AT_ONCE]
        decisions += compare_pairs([(records[left], records[right]) for left, right in piece], model)
    return decisions
