"""Takes versions of customer records in: kept verbatim, the newest one current, indexed, and queued for resolution.

All of it happens in the caller's transaction, so what is accepted is durable and will be resolved. Many versions cost
the same number of statements as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

import orjson

from customer_master import intake_tables as tables
from customer_master.connection import Connection, use_indices
from customer_master.erasure import blocks
from customer_master.erasure.fingerprints import fingerprints_of
from customer_master.match_model import match_model
from customer_master.record_index import RecordIndex, index_record
from customer_master.resolver import queue
from customer_master.version_order import VersionOrder
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey
from isthmus.contracts.customer_records import CustomerRecord


class Outcome(StrEnum):
    """What became of a version that was taken in."""

    STORED = "stored"
    """It is the record's current state now."""
    REPEATED = "repeated"
    """It already was; nothing has changed."""
    OUTDATED = "outdated"
    """A newer version is known; this one is kept as history only."""
    ERASED = "erased"
    """It belongs to a customer who was erased; nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class IncomingVersion:
    """One version of a record, as it came."""

    key: RecordKey
    version: int | None
    observed_at: datetime | None
    received_at: datetime
    deleted: bool
    body: str
    """Canonical JSON."""
    body_hash: bytes
    index: RecordIndex

    @property
    def order(self) -> VersionOrder:
        return VersionOrder.of(self.version, self.observed_at, self.received_at, self.body_hash)

    @property
    def version_hash(self) -> bytes:
        """Names the version among those of its record; what only its arrival orders is a new version each time."""
        if self.version is None and self.observed_at is None:
            return _digest(self.body_hash + self.received_at.isoformat().encode())
        return self.body_hash


@dataclass(slots=True)
class CurrentRecord:
    """The row of a record while versions are folded into it; revision 0 means that there was none."""

    record_no: int
    revision: int
    order: VersionOrder | None
    hashes: frozenset[int]
    latest: IncomingVersion | None = None
    """The version that is to become current, None when the row stands as it is."""

    @property
    def lost_keys(self) -> frozenset[int]:
        """Hashes of the keys that the record will hold no longer."""
        return frozenset() if self.latest is None else self.hashes.difference(self.latest.index.hashes)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer for one version; `revision` is our own counter of the record's states, 0 of one refused."""

    key: RecordKey
    outcome: Outcome
    record_no: int
    revision: int
    version: int | None


def incoming(record: CustomerRecord, received_at: datetime, model: MatchModel) -> IncomingVersion:
    """Prepare a version for intake: canonical JSON, hash, index entries. Pure and the costly part."""
    document = record.to_json()
    body = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    key = RecordKey(record.source, record.record_id)
    return IncomingVersion(
        key=key,
        version=record.version,
        observed_at=record.observed_at,
        received_at=received_at,
        deleted=record.deleted,
        body=body.decode(),
        body_hash=_digest(body),
        index=index_record(key, document, model),
    )


async def take_in(connection: Connection, versions: Sequence[IncomingVersion], now: datetime) -> list[Accepted]:
    """Store versions in the open transaction; answers stand in the order of `versions`."""
    await use_indices(connection)
    erased = await _refuse_erased(connection, versions, now)
    kept = [version for version in versions if id(version) not in erased]
    stored = iter(await _store(connection, kept, now) if kept else ())
    refused = Outcome.ERASED
    return [
        Accepted(version.key, refused, 0, 0, version.version) if id(version) in erased else next(stored)
        for version in versions
    ]


async def _refuse_erased(connection: Connection, versions: Sequence[IncomingVersion], now: datetime) -> set[int]:
    """Refuse what belongs to erased customers; gives the `id` of each version refused."""
    if not await blocks.hold(connection):
        return set()
    model = match_model()
    prints = {id(one): fingerprints_of(one.key, one.index.standard, model) for one in versions}
    erased = await blocks.blocked(connection, prints)
    await blocks.refuse(connection, [(one.key, erased[id(one)]) for one in versions if id(one) in erased], now)
    return set(erased)


async def _store(connection: Connection, versions: Sequence[IncomingVersion], now: datetime) -> list[Accepted]:
    first = _first_of_each(versions)
    inserted = await tables.insert_records(connection, list(first.values()))
    current = {key: CurrentRecord(record_no, 0, None, frozenset()) for key, record_no in inserted.items()}
    for row in await tables.lock_records(connection, [key for key in first if key not in inserted]):
        order = VersionOrder.of(row["version"], row["observed_at"], row["received_at"], row["body_hash"])
        key = RecordKey(row["source"], row["record_id"])
        current[key] = CurrentRecord(row["record_no"], row["revision"], order, frozenset(row["keys"]))
    accepted = [_fold(current[version.key], version) for version in versions]
    changed = [record for record in current.values() if record.latest is not None]
    written = {id(first[key]) for key in inserted}
    await tables.insert_versions(connection, [(current[version.key].record_no, version) for version in versions])
    await tables.update_records(connection, [record for record in changed if id(record.latest) not in written])
    await tables.replace_index(connection, changed)
    await tables.insert_links(connection, list(inserted.values()), now)
    lost = {record.record_no: record.lost_keys for record in changed}
    await queue.enqueue(connection, list(lost), queue.Cause.RECEIVED, now, lost)
    return accepted


def _fold(current: CurrentRecord, version: IncomingVersion) -> Accepted:
    """Decide what a version is to its record, and let it take the place of an older one."""
    outcome = Outcome.STORED
    if current.order is not None:
        if version.body_hash == current.order.body_hash:
            outcome = Outcome.REPEATED
        elif version.order < current.order:
            outcome = Outcome.OUTDATED
    if outcome is Outcome.STORED:
        current.revision += 1
        current.order = version.order
        current.latest = version
    return Accepted(version.key, outcome, current.record_no, current.revision, version.version)


def _first_of_each(versions: Sequence[IncomingVersion]) -> dict[RecordKey, IncomingVersion]:
    """The first version of each record, records sorted: rows are locked in one order everywhere."""
    first: dict[RecordKey, IncomingVersion] = {}
    for version in versions:
        first.setdefault(version.key, version)
    return {key: first[key] for key in sorted(first)}


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()
