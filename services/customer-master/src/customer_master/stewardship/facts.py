"""What active steward decisions say about a set of records; the resolver reads it by one query a batch.

Decisions are kept by source record, never by golden customer, so they hold whatever the clusters become.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b
from itertools import combinations
from typing import Any, Literal, NamedTuple
from uuid import UUID

import orjson

from customer_master.connection import Connection
from entity_resolution.decisions import StewardDecision
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.survivorship import Pin

Effect = Literal["link", "unlink"]

_LOAD = """
SELECT record_no, other_no, effect, decision_id, fingerprint, other_fingerprint, NULL AS field, NULL::jsonb AS value
FROM steward_pairs
WHERE record_no = ANY($1::bigint[]) AND record_no < other_no
UNION ALL
SELECT record_no, NULL, NULL, decision_id, NULL, NULL, field, value
FROM steward_pins
WHERE record_no = ANY($1::bigint[])
"""

# When a source saw a record, and our doubts about its values, are no values that a steward compared.
_NOT_COMPARED = ("observed_on", "flags")


class PairFact(NamedTuple):
    """One decision's word about two records, the smaller number first."""

    decision_id: UUID
    effect: Effect
    left_no: int
    right_no: int
    left_fingerprint: bytes
    right_fingerprint: bytes

    @property
    def pair(self) -> tuple[int, int]:
        return self.left_no, self.right_no


class PinFact(NamedTuple):
    """A pinned value and the record that holds the pin."""

    decision_id: UUID
    record_no: int
    field: str
    value: Any


class Decided(NamedTuple):
    """A decision that was just taken or taken back, and the records it is about."""

    decision_id: UUID
    record_nos: frozenset[int]


class StewardFacts:
    """The active decisions that name any of some records."""

    def __init__(self, pairs: Iterable[PairFact] = (), pins: Iterable[PinFact] = ()) -> None:
        self.pairs = sorted(pairs)
        self._pins: dict[int, list[PinFact]] = defaultdict(list)
        for pin in pins:
            self._pins[pin.record_no].append(pin)

    @classmethod
    async def load(cls, connection: Connection, record_nos: Collection[int]) -> "StewardFacts":
        """Of records that are closed under steward pairs, as those that a resolver reaches are."""
        rows = await connection.fetch(_LOAD, sorted(record_nos))
        return cls(
            [
                PairFact(
                    row["decision_id"],
                    row["effect"],
                    row["record_no"],
                    row["other_no"],
                    row["fingerprint"],
                    row["other_fingerprint"],
                )
                for row in rows
                if row["effect"] is not None
            ],
            [
                PinFact(row["decision_id"], row["record_no"], row["field"], row["value"])
                for row in rows
                if row["field"] is not None
            ],
        )

    def decisions(self, keys: Mapping[int, RecordKey]) -> list[StewardDecision]:
        """What they say about the records that exist, of which `keys` has all.

        A merge links each two of its records, so that neither a deletion nor a later split of one of them undoes it
        between the others, and the order in which the records arrived has no say.
        """
        found = [
            _decision(fact.decision_id, "unlink", keys[fact.left_no], keys[fact.right_no])
            for fact in self.pairs
            if fact.effect == "unlink" and fact.left_no in keys and fact.right_no in keys
        ]
        for decision_id, linked in self._linked().items():
            present = sorted(linked & keys.keys())
            found += [_decision(decision_id, "link", keys[one], keys[other]) for one, other in combinations(present, 2)]
        return found

    def pins(self, record_nos: Iterable[int]) -> list[Pin]:
        """The pins that hold for a customer of these records; of several for one field the latest decision wins."""
        latest: dict[str, PinFact] = {}
        for pin in sorted(pin for record_no in record_nos for pin in self._pins.get(record_no, ())):
            latest[pin.field] = pin
        return [Pin(field, pin.value, str(pin.decision_id)) for field, pin in sorted(latest.items())]

    def _linked(self) -> dict[UUID, set[int]]:
        linked: dict[UUID, set[int]] = defaultdict(set)
        for fact in self.pairs:
            if fact.effect == "link":
                linked[fact.decision_id] |= {fact.left_no, fact.right_no}
        return linked


def _decision(decision_id: UUID, kind: Effect, one: RecordKey, other: RecordKey) -> StewardDecision:
    return StewardDecision(str(decision_id), kind, min(one, other), max(one, other))


def fingerprint(standard: StandardRecord) -> bytes:
    """Names the compared values of a record: equal as long as a steward would see the same."""
    document = {name: value for name, value in standard.to_json().items() if name not in _NOT_COMPARED}
    return blake2b(orjson.dumps(document, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()
