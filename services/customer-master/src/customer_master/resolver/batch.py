"""Resolves a batch of records in one transaction: claim, compare, cluster, survive, write what is different.

The number of statements does not depend on the size of the batch. The result depends only on the records as they are
committed: decisions about the batch are taken anew, and every cluster they may touch is computed from its records.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from customer_master.connection import Connection, use_indices
from customer_master.resolver import edges, golden_tables
from customer_master.resolver.candidates import Blocks
from customer_master.resolver.claims import Claims
from customer_master.resolver.cluster_ids import assign
from customer_master.resolver.common_values import CommonValues, FlipsDueError, store_flips
from customer_master.resolver.edges import Edge
from customer_master.resolver.events import events_of
from customer_master.resolver.golden import changes_of
from customer_master.resolver.golden_tables import Changes
from customer_master.resolver.loading import LoadedRecord, RecordCache
from customer_master.stewardship.case_sync import Reached, keep_cases
from customer_master.stewardship.facts import Decided, StewardFacts
from entity_resolution.clustering import partition
from entity_resolution.compare import compare_pairs
from entity_resolution.known_edges import KnownEdges
from entity_resolution.model import MatchModel
from entity_resolution.records import StandardRecord
from isthmus.clock import Clock
from isthmus.ids import new_id
from isthmus.messaging import outbox


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch did, for metrics and for the report of a rebuild."""

    records: int
    pairs: int
    common_keys: int
    changes: Changes
    left: frozenset[int]
    """Records that were not resolved, for they hang together with what another resolver has in work."""


class Resolver:
    """One worker's resolver: the model, and the records it has met."""

    def __init__(self, model: MatchModel, clock: Clock) -> None:
        self._model = model
        self._clock = clock
        self._cache = RecordCache()
        self._common = CommonValues()
        self._known = KnownEdges()

    async def resolve(
        self,
        connection: Connection,
        batch: Mapping[int, Collection[int]],
        decided: Decided | None = None,
        *,
        may_leave: bool = False,
    ) -> BatchResult:
        """Bring all golden customers in line with the current state of these records; in the open transaction.

        Args:
            connection: in a transaction in which no record has been claimed yet.
            batch: by record number, the hashes of keys that the record has lost.
            decided: what a steward has just decided; it changes clusters and golden values without a change of records.
            may_leave: leave records of the batch rather than wait for another resolver.

        Raises:
            FlipsDueError: `settle` is called first, then this again.
        """
        await use_indices(connection)
        await self._common.hold(connection)
        searched = await self._cache.load(connection, batch)
        blocks = await self._judged(connection, _keys(searched, batch))
        claims = Claims(connection)
        compared = {*batch, *blocks.candidates(self._common.keys)}
        left: frozenset[int] = frozenset()
        if not may_leave:
            await claims.take_foreseen(compared)
        elif busy := await claims.take_free(compared):
            left = blocks.bound_to(busy, batch, searched, self._common.keys)
            batch = {number: lost for number, lost in batch.items() if number not in left}
            blocks = blocks.of(_keys({number: searched[number] for number in batch}, batch))
            compared = {*batch, *blocks.candidates(self._common.keys)}
        # What was read before claiming may be out of date, so none of it is used for a decision.
        records = await self._cache.load(connection, compared)
        standards = self._standards(records)
        compared_pairs = self._compare(blocks.pairs(batch, records, self._common.keys), standards)
        touched = await edges.replace(connection, batch, compared_pairs)
        changed = {*batch, *(decided.record_nos if decided else ())}
        reached = await claims.take_reach(changed | touched)
        if not reached <= records.keys():
            added = await self._cache.load(connection, reached - records.keys())
            records |= added
            standards |= self._standards(added)
        changes = await self._recluster(connection, {number: records[number] for number in reached}, standards, changed)
        await golden_tables.write(connection, changes, decided.decision_id if decided else None)
        await outbox.copy(connection, events_of(changes, self._clock))
        common_keys = len(self._common.keys.keys() & blocks.keys())
        return BatchResult(len(batch), len(compared_pairs), common_keys, changes, left)

    async def settle(self, connection: Connection, hashes: Collection[int]) -> None:
        """Store which of these keys are common by now, and queue again whom that concerns; in the open transaction."""
        await use_indices(connection)
        await self._common.hold_alone(connection)
        blocks = await Blocks.find(connection, hashes, self._common.keys, self._model)
        due = self._common.due(blocks, await self._cache.load(connection, blocks.named()))
        await store_flips(connection, due, blocks, self._clock.now())

    async def _judged(self, connection: Connection, hashes: Collection[int]) -> Blocks:
        """Who holds these keys, when it is certain that the common ones among them are known."""
        blocks = await Blocks.find(connection, hashes, self._common.keys, self._model)
        if due := self._common.due(blocks, await self._cache.load(connection, blocks.named())):
            raise FlipsDueError(due)
        return blocks

    def _standards(self, records: Mapping[int, LoadedRecord]) -> dict[int, StandardRecord]:
        """The records as they are compared."""
        return {number: self._common.without(record.standard, record.hashes) for number, record in records.items()}

    def _compare(self, pairs: list[tuple[int, int]], standards: Mapping[int, StandardRecord]) -> list[Edge]:
        compared = [(standards[left], standards[right]) for left, right in pairs]
        decisions = compare_pairs(compared, self._model, self._known)
        return [Edge(*pair, decision) for pair, decision in zip(pairs, decisions, strict=True)]

    async def _recluster(
        self,
        connection: Connection,
        records: Mapping[int, LoadedRecord],
        standards: Mapping[int, StandardRecord],
        changed: Collection[int],
    ) -> Changes:
        """Partition the records reached, and tell what is different from before."""
        present = [record for record in records.values() if not record.deleted]
        numbers = {record.key: record.record_no for record in present}
        keys = {record.record_no: record.key for record in present}
        decisions = await edges.among(connection, keys)
        steward = await StewardFacts.load(connection, records)
        compared = [standards[number] for number in keys]
        parted = partition(compared, decisions, steward.decisions(keys), self._model, self._known)
        clusters = [frozenset(numbers[key] for key in cluster) for cluster in parted.clusters]
        before = await golden_tables.load(connection, list(records))
        assignment = assign(clusters, before.golden_of, before.dormant, lambda: new_id(self._clock))
        await keep_cases(connection, Reached(records, decisions, parted, steward), self._model, self._clock)
        return changes_of(assignment, before, records, changed, steward, self._clock.now())


def _keys(records: Mapping[int, LoadedRecord], batch: Mapping[int, Collection[int]]) -> set[int]:
    """All keys whose holders these records may have changed."""
    return set().union(*(record.hashes for record in records.values()), *batch.values())
