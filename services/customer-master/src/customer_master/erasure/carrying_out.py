"""Erases a golden customer here, in one transaction, and asks all services to do the same.

No resolver can bring the customer back meanwhile: their records are claimed as a resolver claims them, and resolved as
deleted in the same transaction, so whoever was kept apart or together by them is decided anew.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from customer_master.connection import Connection
from customer_master.database import transaction
from customer_master.erasure import blocks, scrubbing
from customer_master.erasure.fingerprints import fingerprints_of, value_hash
from customer_master.erasure.traces import traces_of
from customer_master.golden_customers import find
from customer_master.match_model import match_model
from customer_master.resolver import queue
from customer_master.resolver.batch import Resolver
from customer_master.resolver.claims import Claims
from customer_master.resolver.common_values import CommonValues, FlipsDueError
from customer_master.resolver.loading import LoadedRecord, RecordCache
from entity_resolution.records import RecordKey
from isthmus.clock import Clock
from isthmus.contracts.customer_master import GoldenCustomerChanged, GoldenLinkChanged
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.contracts.customer_records import RecordKey as PublishedKey
from isthmus.contracts.envelope import Event
from isthmus.contracts.erasures import CustomerErased
from isthmus.db import Database
from isthmus.http import Principal, check_version
from isthmus.ids import new_id
from isthmus.messaging import outbox
from isthmus.messaging.forgetting import Ended, forget_answers_raw, forget_published_raw

_SOURCE = "/customer-master"
_MOST_REPEATS = 3

# Records accepted and not yet resolved that share a value with the customer: they may be the customer's as well.
_WAITING = """
SELECT DISTINCT record_no
FROM resolution_queue JOIN record_keys USING (record_no)
WHERE hash IN (SELECT unnest(keys) FROM links JOIN records USING (record_no) WHERE golden_id = $1)
"""

_MERGED_INTO = """
WITH RECURSIVE merged(golden_id) AS (
    SELECT $1::uuid
  UNION
    SELECT customer.golden_id FROM merged JOIN golden_customers AS customer ON customer.merged_into = merged.golden_id
)
SELECT golden_id FROM merged WHERE golden_id <> $1 ORDER BY golden_id
"""

# The records of the customer, and those its sources deleted while they were the customer's.
_RECORDS = """
SELECT record_no FROM links WHERE golden_id = $1
UNION
SELECT record_no
FROM links CROSS JOIN LATERAL (
    SELECT golden_id FROM link_history
    WHERE link_history.record_no = links.record_no AND link_history.golden_id IS NOT NULL
    ORDER BY version DESC LIMIT 1
) AS last
WHERE links.golden_id IS NULL
  AND links.record_no IN (SELECT record_no FROM link_history WHERE golden_id = ANY($2::uuid[]))
  AND last.golden_id = ANY($2::uuid[])
ORDER BY record_no
"""

_INSERT = """
INSERT INTO erasures (erasure_id, golden_id, state, reason, requester_reference, requested_by, client_id, requested_at,
                      removed, targets, version)
VALUES ($1, $2, 'running', $3, $4, $5, $6, $7, $8, $9, 1)
"""


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for."""

    golden_id: UUID
    version: int
    reason: str
    requester_reference: str
    principal: Principal


async def carry_out(connection: Connection, database: Database, clock: Clock, request: Request) -> UUID:
    """Erase the customer in the open transaction, which holds no lock yet; gives the id of the erasure.

    Raises problems when the customer is gone, or another than was read.
    """
    resolver = Resolver(match_model(), clock)
    repeats = 0
    while True:
        try:
            # To go back to the savepoint gives up all that was claimed.
            async with connection.transaction():
                return await _carry_out(connection, resolver, clock, request)
        except FlipsDueError as due:
            async with transaction(database) as another:
                await resolver.settle(another, due.hashes)
        except asyncpg.DeadlockDetectedError:
            repeats += 1
            if repeats > _MOST_REPEATS:
                raise


async def _carry_out(connection: Connection, resolver: Resolver, clock: Clock, request: Request) -> UUID:
    at, erasure_id = clock.now(), new_id(clock)
    await blocks.hold_alone(connection)
    golden_id = await _check(connection, request)
    if waiting := await connection.fetch(_WAITING, golden_id):
        await resolver.resolve(connection, {row["record_no"]: frozenset() for row in waiting})
        golden_id = (await find(connection, golden_id, request.principal)).golden_id
    golden_ids = [golden_id, *(row["golden_id"] for row in await connection.fetch(_MERGED_INTO, golden_id))]
    numbers = [row["record_no"] for row in await connection.fetch(_RECORDS, golden_id, golden_ids)]
    records = await RecordCache().load(connection, numbers)
    keys = [record.key for record in records.values()]
    searches = await scrubbing.forget_searches(connection, golden_ids, numbers, keys)
    removed = await scrubbing.empty_records(connection, numbers)
    await resolver.resolve(connection, dict.fromkeys(records, frozenset()))
    # Whether their values are still common can be judged by others only when this is committed.
    lost = {number: record.hashes for number, record in records.items() if record.hashes}
    await queue.enqueue(connection, list(lost), queue.Cause.ERASED, at, lost)
    removed |= await scrubbing.forget_golden(connection, golden_ids, numbers, keys, at)
    subjects = await scrubbing.forget_timeline(connection, keys)
    ended = await _ended(connection, golden_ids, records)
    removed["events"] += await forget_published_raw(connection, ended, _SOURCE, at)
    answered = [*map(str, [*golden_ids, *searches]), *(key.record_id for key in keys)]
    removed["answers"] = await forget_answers_raw(connection, answered)
    removed["saved_searches"] = len(searches)
    removed["timeline_events"] = len(subjects)
    await connection.execute(
        _INSERT,
        erasure_id,
        golden_id,
        request.reason,
        request.requester_reference,
        request.principal.subject,
        request.principal.client_id,
        at,
        {name: count for name, count in removed.items() if count},
        {
            "records": [list(key) for key in keys],
            "golden_ids": golden_ids,
            "subjects": sorted(set(subjects)),
            "values": traces_of(records.values(), match_model().exclusive_identifiers, value_hash),
        },
    )
    await blocks.store(connection, erasure_id, await _fingerprints(records))
    await outbox.copy(connection, [_event(erasure_id, golden_ids, keys, at, clock)])
    return erasure_id


async def _check(connection: Connection, request: Request) -> UUID:
    """Claim the customer as it was read; after this no resolver changes it."""
    await CommonValues().hold(connection)
    found = await find(connection, request.golden_id, request.principal)
    numbers = await connection.fetch("SELECT record_no FROM links WHERE golden_id = $1", found.golden_id)
    await Claims(connection).take_reach({row["record_no"] for row in numbers})
    found = await find(connection, request.golden_id, request.principal)
    check_version(found.version, request.version)
    return found.golden_id


async def _ended(connection: Connection, golden_ids: list[UUID], records: dict[int, LoadedRecord]) -> list[Ended]:
    """What topics are to forget: the golden customers, the links, and the records themselves."""
    golden = await connection.fetch(
        "SELECT golden_id, version FROM golden_customers WHERE golden_id = ANY($1::uuid[])", golden_ids
    )
    links = await connection.fetch(
        "SELECT record_no, version FROM links WHERE record_no = ANY($1::bigint[])", sorted(records)
    )
    ended = [Ended(GoldenCustomerChanged, str(row["golden_id"]), row["version"]) for row in golden]
    for row in links:
        record = records[row["record_no"]]
        key = f"{record.key.source}/{record.key.record_id}"
        ended.append(Ended(GoldenLinkChanged, key, row["version"] + 1))
        ended.append(Ended(CustomerRecord, key, record.version or 0))
    return ended


async def _fingerprints(records: dict[int, LoadedRecord]) -> set[bytes]:
    model = match_model()
    return set().union(*(fingerprints_of(record.key, record.standard, model) for record in records.values()))


def _event(erasure_id: UUID, golden_ids: list[UUID], keys: list[RecordKey], at: datetime, clock: Clock) -> Event:
    data: Any = CustomerErased(
        erasure_id=erasure_id,
        golden_ids=golden_ids,
        records=[PublishedKey(source=key.source, record_id=key.record_id) for key in keys],
        erased_at=at,
    )
    return Event.of(data, event_id=new_id(clock), source=_SOURCE, time=at, aggregateversion=1)
