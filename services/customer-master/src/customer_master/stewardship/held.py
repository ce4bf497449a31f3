"""Customers held for a decision: until the transaction ends nobody else changes them, or what hangs with them."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from customer_master.access import require_source
from customer_master.connection import Connection, use_indices
from customer_master.golden_customers import find
from customer_master.resolver.claims import Claims
from customer_master.resolver.loading import LoadedRecord, RecordCache
from isthmus.http import Conflict, FieldError, PreconditionFailed, Principal, etag

_MEMBERS = "SELECT record_no FROM links WHERE golden_id = ANY($1::uuid[])"

_CUSTOMERS = """
SELECT golden_id, state, merged_into, version, document
FROM golden_customers
WHERE golden_id = ANY($1::uuid[])
"""

_SINCE = """
SELECT version, valid_from, cause FROM golden_history WHERE golden_id = $1 AND version > $2 ORDER BY version LIMIT 20
"""


class HeldCustomer(NamedTuple):
    """A golden customer and its records, by record number."""

    golden_id: UUID
    state: str
    merged_into: UUID | None
    version: int
    document: dict[str, Any]
    records: dict[int, LoadedRecord]


async def hold(connection: Connection, golden_ids: Sequence[UUID], principal: Principal) -> list[HeldCustomer]:
    """Claim the customers' records as a resolver does, and read them; in the order of `golden_ids`.

    Raises 404 for a customer the caller may not see, 403 for one with records of others, 409 for one that is gone.
    """
    for golden_id in golden_ids:
        await find(connection, golden_id, principal)
    await use_indices(connection)
    claims = Claims(connection)
    members: set[int] = set()
    while True:
        members = {row["record_no"] for row in await connection.fetch(_MEMBERS, golden_ids)}
        if members <= claims.held:
            break
        await claims.take_reach(members)
    records = await RecordCache().load(connection, members)
    homes = await connection.fetch("SELECT record_no, golden_id FROM links WHERE record_no = ANY($1)", sorted(members))
    rows = {row["golden_id"]: row for row in await connection.fetch(_CUSTOMERS, golden_ids)}
    held = []
    for golden_id in golden_ids:
        own = {home["record_no"]: records[home["record_no"]] for home in homes if home["golden_id"] == golden_id}
        row = rows[golden_id]
        held.append(HeldCustomer(golden_id, row["state"], row["merged_into"], row["version"], row["document"], own))
        _require_rights(held[-1], principal)
    return held


async def hold_records(connection: Connection, record_nos: Collection[int]) -> dict[int, LoadedRecord]:
    """Claim records and all that hangs together with them; returns those asked for."""
    await use_indices(connection)
    await Claims(connection).take_reach(record_nos)
    return await RecordCache().load(connection, record_nos)


async def check_unchanged(connection: Connection, held: HeldCustomer, version: int, pointer: str = "") -> None:
    """Raise 412, with what has changed, unless the caller has read the customer's current version."""
    if held.version == version:
        return
    since = await connection.fetch(_SINCE, held.golden_id, version)
    changes = [
        FieldError(
            pointer or "/If-Match",
            row["cause"],
            f"Version {row['version']} since {row['valid_from']:%Y-%m-%dT%H:%M:%SZ}: {row['cause']}.",
            "body" if pointer else "header",
        )
        for row in since
    ]
    detail = f"The customer has version {held.version} now; you have read {version}."
    raise PreconditionFailed("version_mismatch", detail, changes, {"ETag": etag(held.version)})


def _require_rights(held: HeldCustomer, principal: Principal) -> None:
    if held.state != "live":
        where = f" into {held.merged_into}" if held.merged_into else ""
        raise Conflict("customer_not_live", f"The customer was {held.state}{where}.")
    for source in sorted({record.key.source for record in held.records.values()}):
        require_source(principal, source)
