"""Keeps the table of profiles current: whatever changed is queued in the same transaction and computed soon after.

An entry that names a record is resolved when it is taken: should the record move meanwhile, both customers are queued
by the move. A customer that is gone loses its row.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text

from customer_master.columns import transpose
from customer_master.connection import Connection
from customer_master.database import transaction
from customer_master.documents import documents_of
from customer_master.profile.computing import profile_of
from customer_master.profile.rules import profile_rules
from isthmus.messaging.errors import is_transient
from isthmus.messaging.retry import wait_for
from isthmus.service import ServiceContext
from isthmus.timers import Daily, FiredTimer, Moment

logger = structlog.get_logger(__name__)

_BATCH_SIZE = 200
_POLL_SECONDS = 1.0

_TAKE = """
DELETE FROM profile_queue
WHERE id IN (SELECT id FROM profile_queue ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING golden_id, source, record_id
"""

_GOLDEN_IDS_OF = """
SELECT DISTINCT golden_id
FROM unnest($1::text[], $2::text[]) AS told(source, record_id)
JOIN records USING (source, record_id) JOIN links USING (record_no)
WHERE golden_id IS NOT NULL
"""

# Two processes that compute the same customer do so one after the other, and the later one sees what the first saw.
_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended('profile:' || id, 0)) FROM unnest($1::text[]) AS held(id)"

_GOLDEN = """
SELECT golden_id, document FROM golden_customers WHERE golden_id = ANY($1::uuid[]) AND state = 'live'
"""

_WRITE = """
INSERT INTO customer_profiles
    (golden_id, segment, stage, grade, points, last_activity_at, rules_version, computed_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[], $7::text[],
                     $8::timestamptz[])
ON CONFLICT (golden_id) DO UPDATE
SET segment = excluded.segment, stage = excluded.stage, grade = excluded.grade, points = excluded.points,
    last_activity_at = excluded.last_activity_at, rules_version = excluded.rules_version,
    computed_at = excluded.computed_at
"""

# Those who never did anything stay what they are, whatever day it is.
_QUEUE_THOSE_THAT_AGE = text("""
INSERT INTO profile_queue (golden_id)
SELECT golden_id FROM customer_profiles
WHERE points > 0 OR stage <> 'potential' OR rules_version <> :rules_version
""")


async def keep_profiles(context: ServiceContext, stop: asyncio.Event) -> None:
    """The background task of the service: compute what is queued until stopped."""
    while not stop.is_set():
        taken = 0
        try:
            async with transaction(context.database) as connection:
                taken = await compute_queued(connection, context.clock.now())
        except Exception as error:
            if not is_transient(error):
                raise
            logger.warning("profiles postponed", error_type=type(error).__name__)
        if not taken:
            await wait_for(stop, _POLL_SECONDS)


async def compute_queued(connection: Connection, now: datetime) -> int:
    """Compute a batch of what is queued, in the open transaction; tells how many entries were taken."""
    rows = await connection.fetch(_TAKE, _BATCH_SIZE)
    if not rows:
        return 0
    told = [(row["source"], row["record_id"]) for row in rows if row["golden_id"] is None]
    golden_ids = {row["golden_id"] for row in rows if row["golden_id"] is not None}
    golden_ids |= {row["golden_id"] for row in await connection.fetch(_GOLDEN_IDS_OF, *transpose(told, 2))}
    await _compute(connection, sorted(golden_ids), now)
    return len(rows)


async def _queue_those_that_age(_: FiredTimer, moment: Moment) -> None:
    await moment.session.execute(_QUEUE_THOSE_THAT_AGE, {"rules_version": profile_rules().version})


AGEING = Daily("profiles_ageing", at="02:30", zone="Asia/Shanghai", run=_queue_those_that_age)
"""Stages and points depend on how long ago things were."""


async def _compute(connection: Connection, golden_ids: Sequence[UUID], now: datetime) -> None:
    await connection.fetch(_HOLD, [str(golden_id) for golden_id in golden_ids])
    golden = {row["golden_id"]: row["document"] for row in await connection.fetch(_GOLDEN, golden_ids)}
    documents, rules = await documents_of(connection, list(golden)), profile_rules()
    rows: list[tuple[Any, ...]] = []
    for golden_id, document in golden.items():
        found = profile_of(rules, document, documents.get(golden_id, ()), now)
        last = max(found.facts.activities, default=None)
        judged = (found.segment.name, found.stage.name, found.value.grade, found.value.points)
        rows.append((golden_id, *judged, last, rules.version, now))
    await connection.execute(_WRITE, *transpose(rows, 8))
    gone = [golden_id for golden_id in golden_ids if golden_id not in golden]
    await connection.execute("DELETE FROM customer_profiles WHERE golden_id = ANY($1::uuid[])", gone)
