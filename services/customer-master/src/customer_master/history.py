"""The history of a golden customer (变更历史): its versions, why each came about, which records came and went."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import BigInteger, Uuid, column, select, table

from customer_master.access import org_unit_of
from customer_master.connection import Connection
from customer_master.customer_members import MemberView, member_keys
from customer_master.golden_customers import GoldenIdPath, find
from customer_master.reading import CustomerReading, Reading
from isthmus.http import Page, PageQuery, PageRequest, keyset, service_router, to_page
from isthmus.lists import TABLE, ExportQuery

router = service_router(prefix="/v1/customers", tags=["customers"])

_HISTORY = table(
    "golden_history",
    column("golden_id", Uuid()),
    column("version", BigInteger()),
    column("valid_from"),
    column("cause"),
    column("state"),
    column("merged_into"),
    column("document"),
    column("decision_id", Uuid()),
)

# The records that came to a customer or left it at some times, with the customer on the other side of the move. All
# that one batch changes has the same time.
_MOVES = """
WITH moves AS (
    SELECT arrived.record_no, arrived.since, arrived.cause, true AS came, origin.golden_id AS other_id
    FROM link_history AS arrived
    LEFT JOIN link_history AS origin ON origin.record_no = arrived.record_no AND origin.version = arrived.version - 1
    WHERE arrived.golden_id = $1 AND arrived.since = ANY($2::timestamptz[])
  UNION ALL
    SELECT gone.record_no, gone.since, gone.cause, false, gone.golden_id
    FROM link_history AS stayed
    JOIN link_history AS gone ON gone.record_no = stayed.record_no AND gone.version = stayed.version + 1
    WHERE stayed.golden_id = $1 AND gone.since = ANY($2::timestamptz[])
)
SELECT source, record_id, moves.since, moves.cause, came, other_id, merged.golden_id IS NOT NULL AS by_merge
FROM moves JOIN records USING (record_no)
LEFT JOIN golden_history AS merged
  ON merged.golden_id = CASE WHEN came THEN other_id ELSE $1 END AND merged.valid_from = moves.since
  AND merged.merged_into = CASE WHEN came THEN $1 ELSE other_id END
ORDER BY source, record_id
"""


class MovedRecord(BaseModel):
    """A record that came or left."""

    source: str = Field(description="Source system.")
    record_id: str = Field(description="The source's own number of the record.")
    org_unit: str = Field(description="The org unit it belongs to.")
    cause: str = Field(description="resolved, record_deleted ….")
    golden_id: UUID | None = Field(description="Where it came from or went to; null for a new or a deleted record.")


class GoldenVersion(BaseModel):
    """One version of a golden customer; `?as_of=` with its `valid_from` shows it in full."""

    version: int = Field(description="Version (版本); counts up by one.")
    valid_from: AwareDatetime = Field(description="When this version began (生效时间).")
    cause: str = Field(
        description="Cause (变更原因): created, members_joined, members_left, members_changed, merged_in, merged,"
        " revived, no_members_left."
    )
    decision_id: UUID | None = Field(description="The steward's decision (数据管家裁决) that caused it.")
    state: str = Field(description="State (状态): live, merged, retired.")
    merged_into: UUID | None = Field(description="Merged into (并入): the id that took its place.")
    merged_from: list[UUID] = Field(
        description="Merged from (并入来源): ids that were merged into it with this version."
    )
    split_from: list[UUID] = Field(
        description="Split from (拆自): customers that records came from and that went on without them."
    )
    split_into: list[UUID] = Field(
        description="Split into (拆出): customers that records went to while this one went on."
    )
    display_name: str | None = Field(description="What the customer was called (称呼).")
    members: list[MemberView] = Field(description="The records it had (成员记录), by their keys.")
    joined: list[MovedRecord] = Field(description="The records that came with this version (加入的记录).")
    left: list[MovedRecord] = Field(description="The records that left with it (离开的记录).")


@router.get("/{golden_id}/history")
async def get_history(golden_id: GoldenIdPath, page: PageQuery, reading: CustomerReading) -> Page[GoldenVersion]:
    """The versions of exactly this id, newest first; that of a merged id ends with where it went."""
    return await _page(golden_id, reading, page)


@router.get("/{golden_id}/history/export", response_class=StreamingResponse, responses=TABLE)
async def export_history(
    golden_id: GoldenIdPath, query: Annotated[ExportQuery, Query()], reading: CustomerReading
) -> StreamingResponse:
    """Export the versions as a table (导出), newest first."""
    return await reading.export(GoldenVersion, f"history-{golden_id}", query, partial(_page, golden_id, reading))


async def _page(golden_id: UUID, reading: Reading, page: PageRequest) -> Page[GoldenVersion]:
    found = await find(reading.connection, golden_id, reading.principal)
    await reading.log("customer.history", [found.golden_id])
    columns = [_HISTORY.c.version]
    statement = keyset(select(_HISTORY).where(_HISTORY.c.golden_id == golden_id), columns, page, descending=True)
    rows = (await reading.session.execute(statement)).all()
    moves = await _moves(reading.connection, golden_id, {row.valid_from for row in rows})
    return to_page(rows, page, lambda row: (row.version,), lambda row: _shown(row, moves.get(row.valid_from, ())))


async def _moves(
    connection: Connection, golden_id: UUID, times: Collection[datetime]
) -> Mapping[datetime, Sequence[Mapping[str, Any]]]:
    moves: dict[datetime, list[Mapping[str, Any]]] = defaultdict(list)
    for row in await connection.fetch(_MOVES, golden_id, sorted(times)):
        moves[row["since"]].append(row)
    return moves


def _shown(row: Any, moves: Sequence[Mapping[str, Any]]) -> GoldenVersion:
    return GoldenVersion(
        version=row.version,
        valid_from=row.valid_from,
        cause=row.cause,
        decision_id=row.decision_id,
        state=row.state,
        merged_into=row.merged_into,
        merged_from=_others(moves, came=True, by_merge=True),
        split_from=_others(moves, came=True, by_merge=False),
        split_into=_others(moves, came=False, by_merge=False),
        display_name=row.document.get("display_name"),
        members=member_keys(row.document),
        joined=[_moved(move) for move in moves if move["came"]],
        left=[_moved(move) for move in moves if not move["came"]],
    )


def _others(moves: Sequence[Mapping[str, Any]], *, came: bool, by_merge: bool) -> list[UUID]:
    return sorted(
        {
            move["other_id"]
            for move in moves
            if move["other_id"] is not None and move["came"] is came and move["by_merge"] is by_merge
        }
    )


def _moved(move: Mapping[str, Any]) -> MovedRecord:
    return MovedRecord(
        source=move["source"],
        record_id=move["record_id"],
        org_unit=org_unit_of(move["source"]),
        cause=move["cause"],
        golden_id=move["other_id"],
    )
