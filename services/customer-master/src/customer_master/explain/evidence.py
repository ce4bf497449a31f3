"""What an explanation is made of: records, decisions about them, keys they share, and how they are parted."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, NamedTuple

from customer_master.columns import transpose
from customer_master.connection import Connection
from customer_master.resolver import edges
from customer_master.resolver.claims import reached_from
from customer_master.resolver.common_values import CommonValues
from customer_master.resolver.loading import LoadedRecord, RecordCache
from customer_master.stewardship.facts import StewardFacts
from entity_resolution.blocking import BlockingKey
from entity_resolution.clustering import Partition, partition
from entity_resolution.decisions import Contribution, PairDecision, StewardDecision
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey

MOST_RECORDS = 400
"""How many records may hang together for their partition to be computed anew for one answer."""

_STORED = """
SELECT left_no, right_no, weight, veto, rule, outcome, model_version, contributions
FROM match_edges
WHERE left_no = ANY($1::bigint[]) AND right_no = ANY($1::bigint[])
ORDER BY weight DESC, left_no, right_no
LIMIT $2
"""

_KEYS = """
SELECT record_no, kind, value
FROM unnest($1::bigint[], $2::bigint[]) AS held(hash, record_no) JOIN record_keys USING (hash, record_no)
"""

Records = Mapping[int, LoadedRecord]


class SharedKey(NamedTuple):
    """A blocking key, who of the records holds it, and whether it is hot."""

    key: BlockingKey
    holders: tuple[RecordKey, ...]
    is_set_aside: bool


class Surroundings(NamedTuple):
    """The records that hang together with those explained: decisions of machine and stewards, and their partition."""

    decisions: list[PairDecision]
    steward: list[StewardDecision]
    partition: Partition

    def links(self) -> Iterator[tuple[RecordKey, RecordKey]]:
        """The pairs that are linked, by whomever."""
        yield from ((one.left, one.right) for one in self.decisions if one.outcome == "link")
        yield from ((one.left, one.right) for one in self.steward if one.kind == "link")

    def steward_on(self, left: RecordKey, right: RecordKey) -> list[StewardDecision]:
        """What stewards decided about two records, the smaller key on the left."""
        return [one for one in self.steward if (one.left, one.right) == (left, right)]


async def load(connection: Connection, record_nos: Collection[int]) -> dict[int, LoadedRecord]:
    """The records that are not deleted, in their current state and as they are compared: without common values."""
    found = await RecordCache().load(connection, record_nos)
    common = CommonValues()
    await common.look_up(connection, {value for record in found.values() for value in record.hashes})
    return {
        number: replace(record, standard=common.without(record.standard, record.hashes))
        for number, record in found.items()
        if not record.deleted
    }


async def stored_decisions(connection: Connection, records: Records, limit: int) -> list[PairDecision]:
    """What was decided when the records were resolved, strongest first."""
    return [_decision(row, records) for row in await connection.fetch(_STORED, sorted(records), limit)]


async def keys_in_common(connection: Connection, records: Records, model: MatchModel) -> list[SharedKey]:
    """The keys that at least two of the records hold, those that most hold first."""
    held = [(value, number) for number, record in records.items() for value in record.hashes]
    holders: dict[BlockingKey, list[RecordKey]] = defaultdict(list)
    for row in await connection.fetch(_KEYS, *transpose(held, 2)):
        key = BlockingKey(row["kind"], row["value"], row["kind"] in model.strong_keys)
        holders[key].append(records[row["record_no"]].key)
    common = CommonValues()
    await common.look_up(connection, {key.hash for key in holders})
    found = [
        SharedKey(key, tuple(sorted(sharing)), key.hash in common.keys)
        for key, sharing in holders.items()
        if len(sharing) > 1
    ]
    return sorted(found, key=lambda one: (-len(one.holders), one.key))


async def surroundings(connection: Connection, record_nos: Collection[int], model: MatchModel) -> Surroundings | None:
    """Part the records that hang together with those given as the resolver would; None when there are too many."""
    reached = await reached_from(connection, record_nos, MOST_RECORDS + 1)
    if len(reached) > MOST_RECORDS:
        return None
    records = await load(connection, reached)
    keys = {number: record.key for number, record in records.items()}
    decisions = await edges.among(connection, keys)
    steward = (await StewardFacts.load(connection, reached)).decisions(keys)
    standards = [record.standard for record in records.values()]
    parted = await asyncio.to_thread(partition, standards, decisions, steward, model)
    return Surroundings(decisions, steward, parted)


def pairs_without_decision(
    records: Records, decided: Iterable[PairDecision], limit: int
) -> list[tuple[LoadedRecord, LoadedRecord]]:
    """The first pairs, in record order, that share no usable key and therefore were never decided on."""
    known = {(decision.left, decision.right) for decision in decided}
    ordered: Sequence[LoadedRecord] = sorted(records.values(), key=lambda record: record.key)
    missing = (pair for pair in combinations(ordered, 2) if (pair[0].key, pair[1].key) not in known)
    return [pair for pair, _ in zip(missing, range(limit), strict=False)]


def _decision(row: Any, records: Records) -> PairDecision:
    left, right = sorted((records[row["left_no"]].key, records[row["right_no"]].key))
    contributions = tuple(Contribution(*part) for part in row["contributions"])
    return PairDecision(
        left, right, row["weight"], contributions, row["veto"], row["rule"], row["outcome"], row["model_version"]
    )
