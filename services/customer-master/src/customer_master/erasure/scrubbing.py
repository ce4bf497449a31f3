"""What customer-master deletes of erased records: every version, index entry, decision, golden value and event."""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import orjson

from customer_master.connection import Connection
from entity_resolution.records import RecordKey
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.lists import searched_values

_LONG_SECONDS = 3600.0

# The shell keeps the record's number, which links and their history name; its key says nothing any more.
_EMPTY_RECORDS = """
UPDATE records
SET revision = revision + 1, version = NULL, observed_at = NULL, deleted = true, body_hash = '', keys = '{}',
    standard = '{}', body = jsonb_build_object('source', source, 'record_id', record_id, 'deleted', true)
WHERE record_no = ANY($1::bigint[])
"""

_RENAME_RECORDS = """
UPDATE records
SET record_id = 'erased-' || record_no,
    body = jsonb_build_object('source', source, 'record_id', 'erased-' || record_no, 'deleted', true)
WHERE record_no = ANY($1::bigint[])
"""

_BY_RECORD = {
    "record_keys": "DELETE FROM record_keys WHERE record_no = ANY($1::bigint[])",
    "record_names": "DELETE FROM record_names WHERE record_no = ANY($1::bigint[])",
    "record_versions": "DELETE FROM record_versions WHERE record_no = ANY($1::bigint[])",
    "review_cases": "DELETE FROM review_cases WHERE left_no = ANY($1::bigint[]) OR right_no = ANY($1::bigint[])",
    # What they say of other records stays: those of a merge are linked to each other by way of the oldest.
    "steward_pairs": """
        UPDATE steward_pairs
        SET fingerprint = CASE WHEN record_no = ANY($1::bigint[]) THEN '' ELSE fingerprint END,
            other_fingerprint = CASE WHEN other_no = ANY($1::bigint[]) THEN '' ELSE other_fingerprint END
        WHERE record_no = ANY($1::bigint[]) OR other_no = ANY($1::bigint[])
    """,
    "steward_pins": "DELETE FROM steward_pins WHERE record_no = ANY($1::bigint[])",
    "steward_decisions": """
        UPDATE steward_decisions
        SET reason = '[erased]', value = NULL, case_basis = NULL,
            taken_back_reason = CASE WHEN taken_back_reason IS NOT NULL THEN '[erased]' END
        WHERE decision_id IN
            (SELECT decision_id FROM steward_decision_records WHERE record_no = ANY($1::bigint[]))
    """,
}

# A resolver that holds an entry waits for the claim we have; the entry is done with when it goes on.
_FORGET_QUEUE = """
DELETE FROM resolution_queue WHERE id IN (
    SELECT id FROM resolution_queue WHERE record_no = ANY($1::bigint[]) FOR UPDATE SKIP LOCKED)
"""

_GOLDEN = """
UPDATE golden_customers SET state = 'erased', version = version + 1, document = '{}', updated_at = $2
WHERE golden_id = $1
RETURNING version
"""

_GOLDEN_VERSION = """
INSERT INTO golden_history (golden_id, version, valid_from, cause, state, document)
VALUES ($1, $2, $3, 'erased', 'erased', '{}')
"""

# Also of customers that had one of the records for a while: the versions in which they had it.
_HISTORY = """
UPDATE golden_history SET document = '{}'
WHERE document <> '{}' AND (golden_id = ANY($1::uuid[])
    OR golden_id IN (SELECT DISTINCT golden_id FROM link_history WHERE record_no = ANY($2::bigint[]))
       AND document -> 'members' @> ANY(ARRAY(SELECT member::jsonb FROM unnest($3::text[]) AS member)))
"""

# The key is looked at first: to read every payload takes three times as long.
_PUBLISHED_OF_OTHERS = """
WITH published AS MATERIALIZED (
    SELECT id, payload FROM outbox
    WHERE aggregatetype = 'golden-customers' AND payload IS NOT NULL
      AND aggregateid = ANY(ARRAY(SELECT golden_id::text FROM link_history WHERE record_no = ANY($1::bigint[])))
)
DELETE FROM outbox USING published
WHERE outbox.id = published.id
  AND convert_from(published.payload, 'UTF8')::jsonb -> 'members'
      @> ANY(ARRAY(SELECT member::jsonb FROM unnest($2::text[]) AS member))
"""

_TIMELINE = """
DELETE FROM timeline_events USING unnest($1::text[], $2::text[]) AS gone(source, record_id)
WHERE timeline_events.source = gone.source AND timeline_events.record_id = gone.record_id
RETURNING subject
"""

_FORGET_PROFILES = "DELETE FROM customer_profiles WHERE golden_id = ANY($1::uuid[])"

# One that is being computed is gone when that is done.
_FORGET_PROFILE_QUEUE = """
DELETE FROM profile_queue WHERE id IN (
    SELECT id FROM profile_queue JOIN unnest($1::text[], $2::text[]) AS gone(source, record_id)
           USING (source, record_id) FOR UPDATE OF profile_queue SKIP LOCKED)
"""


_BODIES = "SELECT body FROM record_versions WHERE record_no = ANY($1::bigint[])"

# One for another person of the same name goes as well: whom it was for, nobody can tell.
_FORGET_SEARCHES = """
DELETE FROM saved_searches
WHERE EXISTS (SELECT FROM unnest($1::text[]) AS value WHERE strpos(name || query::text, value) > 0)
   OR name || ' ' || query::text ~ ANY($2::text[])
RETURNING id
"""


async def forget_searches(
    connection: Connection, golden_ids: Sequence[UUID], record_nos: Sequence[int], keys: Sequence[RecordKey]
) -> list[UUID]:
    """Delete what users have saved to look for the customer: by an id, a record's number, or a value it ever had.

    To be called while the versions of the records are still there. Gives which those were.
    """
    bodies = [CustomerRecord.model_validate(row["body"]) for row in await connection.fetch(_BODIES, record_nos)]
    values = {value for body in bodies for value in searched_values(body)} | {str(one) for one in golden_ids}
    # A source's numbers may be short, so they count as whole words only.
    numbers = [rf"(^|[^[:alnum:]]){re.escape(key.record_id)}($|[^[:alnum:]])" for key in keys]
    rows = await connection.fetch(_FORGET_SEARCHES, sorted(values), numbers)
    return [row["id"] for row in rows]


async def empty_records(connection: Connection, record_nos: Sequence[int]) -> dict[str, int]:
    """Make records such as have been deleted and never said anything; they are still to be resolved as that."""
    await connection.execute(_FORGET_QUEUE, record_nos)
    removed = {name: _count(await connection.execute(statement, record_nos)) for name, statement in _BY_RECORD.items()}
    return removed | {"records": _count(await connection.execute(_EMPTY_RECORDS, record_nos))}


async def forget_golden(
    connection: Connection,
    golden_ids: Sequence[UUID],
    record_nos: Sequence[int],
    keys: Sequence[RecordKey],
    at: datetime,
) -> dict[str, int]:
    """Empty all that was made of the records: golden values of all times, and what is to be or was published of them.

    The first of the golden ids becomes a tombstone, the others were merged into it.
    """
    members = [orjson.dumps([{"source": key.source, "record_id": key.record_id}]).decode() for key in keys]
    version = await connection.fetchval(_GOLDEN, golden_ids[0], at)
    await connection.execute(_GOLDEN_VERSION, golden_ids[0], version, at)
    await connection.execute(_RENAME_RECORDS, record_nos)
    history = await connection.execute(_HISTORY, golden_ids, record_nos, members)
    published = await connection.execute(_PUBLISHED_OF_OTHERS, record_nos, members, timeout=_LONG_SECONDS)
    profiles = await connection.execute(_FORGET_PROFILES, golden_ids)
    return {"golden_versions": _count(history), "events": _count(published), "customer_profiles": _count(profiles)}


async def forget_timeline(connection: Connection, keys: Sequence[RecordKey]) -> list[str]:
    """Delete what services told of the records; gives the documents it was about, one an event."""
    named = ([key.source for key in keys], [key.record_id for key in keys])
    await connection.execute(_FORGET_PROFILE_QUEUE, *named)
    rows = await connection.fetch(_TIMELINE, *named)
    return [row["subject"] for row in rows]


def _count(status: str) -> int:
    return int(status.rsplit(maxsplit=1)[-1])
