"""Candidates: which records share a blocking key with a record, and so are worth comparing with it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from customer_master.connection import Connection
from customer_master.resolver.loading import LoadedRecord
from entity_resolution.hubs import is_generic
from entity_resolution.model import Hubs, MatchModel

# Of a key that few hold, kind and value need not be known: it is no common one. A key that is common already is read
# only as far as it takes to tell whether it still is.
_HOLDERS = """
SELECT hash, holders, shown.kind, shown.value
FROM (
    SELECT hash, array_agg(record_no) AS holders
    FROM record_keys WHERE hash = ANY($1::bigint[])
    GROUP BY hash HAVING count(*) >= $5
    UNION ALL
    SELECT probe.hash,
           ARRAY(SELECT record_no FROM record_keys WHERE record_keys.hash = probe.hash LIMIT $3)
    FROM unnest($2::bigint[]) AS probe(hash)
) AS found
LEFT JOIN LATERAL (
    SELECT kind, value FROM record_keys WHERE record_keys.hash = found.hash AND cardinality(holders) >= $4 LIMIT 1
) AS shown ON true
"""


class Block(NamedTuple):
    """The records that hold a key, of a common one not all; named when many hold it."""

    holders: frozenset[int]
    kind: str | None
    value: str | None


class Blocks:
    """Who holds the keys of a batch."""

    def __init__(self, blocks: Mapping[int, Block], model: MatchModel) -> None:
        self._blocks = blocks
        self._model = model

    @classmethod
    async def find(
        cls,
        connection: Connection,
        hashes: Collection[int],
        common: Collection[int],
        model: MatchModel,
        fewest: int = 2,
    ) -> "Blocks":
        """Look all keys up in one query.

        Args:
            connection: to search with.
            hashes: of the keys.
            common: those known to be common.
            model: says what is common.
            fewest: of fewer holders nothing is said; who searches for a stored record finds it in any case.
        """
        hubs = model.hubs
        known = sorted(value for value in hashes if value in common)
        others = sorted(value for value in hashes if value not in common)
        rows = await connection.fetch(_HOLDERS, others, known, _most_holders(hubs) + 1, _fewest_of_common(hubs), fewest)
        found = {row["hash"]: Block(frozenset(row["holders"]), row["kind"], row["value"]) for row in rows}
        return cls(found, model)

    def __getitem__(self, value: int) -> Block:
        return self._blocks[value]

    def keys(self) -> Collection[int]:
        """The hashes of the keys that are held."""
        return self._blocks.keys()

    def candidates(self, common: Collection[int]) -> set[int]:
        """All records that hold a key of the batch that is not common, those of the batch among them."""
        return set().union(*(block.holders for value, block in self._blocks.items() if value not in common))

    def bound_to(
        self,
        busy: Collection[int],
        batch: Mapping[int, Collection[int]],
        records: Mapping[int, LoadedRecord],
        common: Collection[int],
    ) -> frozenset[int]:
        """The records of a batch that are busy themselves, or share a usable key with one, be it one they have lost."""
        usable = ((value, block.holders) for value, block in self._blocks.items() if value not in common)
        bound = {value for value, holders in usable if not holders.isdisjoint(busy)}
        return frozenset(
            number
            for number, lost in batch.items()
            if number in busy or not bound.isdisjoint(records[number].hashes) or not bound.isdisjoint(lost)
        )

    def of(self, hashes: Collection[int]) -> "Blocks":
        """What is known of these keys alone."""
        return Blocks({value: block for value, block in self._blocks.items() if value in hashes}, self._model)

    def named(self) -> set[int]:
        """All records whose names decide whether a key is common."""
        return set().union(*(block.holders for block in self._blocks.values() if self._is_judged_by_names(block)))

    def verdicts(self, records: Mapping[int, LoadedRecord]) -> Iterator[tuple[int, bool]]:
        """For each key whether it is common, as `entity_resolution.resolution.is_set_aside` says of its holders."""
        for value, block in self._blocks.items():
            if self._is_judged_by_names(block):
                held = [records[number] for number in block.holders]
                yield value, is_generic((one.standard for one in held if value in one.hashes), self._model)
            else:
                is_strong = block.kind in self._model.strong_keys
                most = self._model.hubs.records if is_strong else self._model.hubs.block
                yield value, block.kind is not None and len(block.holders) > most

    def pairs(
        self, batch: Collection[int], records: Mapping[int, LoadedRecord], common: Collection[int]
    ) -> list[tuple[int, int]]:
        """The pairs to compare: each with a record of the batch, sharing a usable key in their state as loaded.

        A candidate may have lost the key between search and claim, hence the second look. Smaller number first, sorted.
        """
        found: dict[int, set[int]] = defaultdict(set)
        for record_no in batch:
            for value in records[record_no].hashes:
                if value in common or value not in self._blocks:
                    continue
                for other in self._blocks[value].holders:
                    if other != record_no and value in records[other].hashes:
                        found[min(record_no, other)].add(max(record_no, other))
        return [(left, right) for left in sorted(found) for right in sorted(found[left])]

    def _is_judged_by_names(self, block: Block) -> bool:
        return block.kind in self._model.strong_keys and len(block.holders) <= self._model.hubs.records


def _most_holders(hubs: Hubs) -> int:
    return max(hubs.records, hubs.block)


def _fewest_of_common(hubs: Hubs) -> int:
    return min(hubs.names, hubs.block + 1, hubs.records + 1)
