"""The records of a golden customer (成员记录), now or as of a time: the caller's own in full, of others the key."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from customer_master.access import may_see_source, org_unit_of
from customer_master.columns import transpose
from customer_master.connection import Connection
from isthmus.http import Principal

_NOW = """
SELECT source, record_id, coalesce(records.version, revision) AS version, observed_at, since, body
FROM links JOIN records USING (record_no)
WHERE golden_id = $1
ORDER BY source, record_id
"""

# The versions are in the order of version_order.py.
_THEN = """
SELECT source, record_id, told.version, told.observed_at, since, told.body
FROM unnest($1::text[], $2::text[]) AS named(source, record_id)
JOIN records USING (source, record_id)
CROSS JOIN LATERAL (
    SELECT version, observed_at, body FROM record_versions
    WHERE record_versions.record_no = records.record_no AND received_at <= $3
    ORDER BY coalesce(version, -1) DESC,
             coalesce(observed_at, CASE WHEN version IS NULL THEN received_at ELSE '-infinity' END) DESC,
             version_hash DESC
    LIMIT 1
) AS told
CROSS JOIN LATERAL (
    SELECT since FROM link_history
    WHERE link_history.record_no = records.record_no AND since <= $3
    ORDER BY link_history.version DESC LIMIT 1
) AS linked
"""


class MemberView(BaseModel):
    """A record of the customer; of other org units' records only key and org unit are shown."""

    source: str = Field(description="Source system (来源系统).")
    record_id: str = Field(description="The source's own number of the record (来源记录号).")
    org_unit: str = Field(description="The org unit (组织单元) it belongs to.")
    since: AwareDatetime | None = Field(None, description="Since when it belongs to this customer.")
    version: int | None = Field(None, description="The source's own counter, else ours.")
    observed_at: AwareDatetime | None = Field(None, description="When the source saw it.")
    record: dict[str, Any] | None = Field(None, description="The record as its source wrote it.")


async def members_now(connection: Connection, golden_id: UUID, principal: Principal) -> list[MemberView]:
    """The records of a customer as they are."""
    return [_shown(row, row, principal) for row in await connection.fetch(_NOW, golden_id)]


async def members_then(
    connection: Connection, document: Mapping[str, Any], principal: Principal, as_of: datetime
) -> list[MemberView]:
    """The records a customer had, each in the version that was known at the time."""
    keys = [(member["source"], member["record_id"]) for member in document.get("members", [])]
    own = [key for key in keys if may_see_source(principal, key[0])]
    rows = await connection.fetch(_THEN, *transpose(own, 2), as_of) if own else []
    known = {(row["source"], row["record_id"]): row for row in rows}
    return [
        _shown({"source": source, "record_id": record_id}, known.get((source, record_id)), principal)
        for source, record_id in keys
    ]


def member_keys(document: Mapping[str, Any]) -> list[MemberView]:
    """The records a version of a customer had, by their keys only."""
    return [MemberView(**member, org_unit=org_unit_of(member["source"])) for member in document.get("members", [])]


def _shown(key: Mapping[str, Any], row: Mapping[str, Any] | None, principal: Principal) -> MemberView:
    member = MemberView(source=key["source"], record_id=key["record_id"], org_unit=org_unit_of(key["source"]))
    if row is not None and may_see_source(principal, key["source"]):
        member.since = row["since"]
        member.version = row["version"]
        member.observed_at = row["observed_at"]
        member.record = row["body"]
    return member
