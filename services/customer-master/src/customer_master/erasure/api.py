"""Erasures over HTTP: ask for one, see how far it is in each service, lift the block it leaves."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import DateTime, Text, Uuid, column, select, table

from customer_master.connection import Connection
from customer_master.database import ConnectionDep
from customer_master.erasure.carrying_out import Request, carry_out
from customer_master.golden_customers import GoldenIdPath
from customer_master.reading import Reading, reading
from isthmus.contracts.topic import SUPERSEDED_GONE
from isthmus.contracts.topics import SERVICES
from isthmus.http import (
    ApiModel,
    ClockDep,
    DatabaseDep,
    Forbidden,
    IfMatch,
    LongText,
    NotFound,
    Page,
    PageQuery,
    PageRequest,
    Principal,
    ShortText,
    WriteConnection,
    check_version,
    etag,
    require,
    service_router,
)
from isthmus.http.sorting import Sort, fetch_sorted_rows, to_sorted_page
from isthmus.lists import TABLE, ExportQuery

router = service_router(prefix="/v1", tags=["erasure"], transactions="asyncpg")

Officer = Annotated[Principal, require("privacy")]
OfficerReading = Annotated[Reading, reading("privacy")]
ErasureId = Annotated[UUID, Path(description="The erasure (删除编号).")]

_COLUMNS: tuple[Any, ...] = (
    column("erasure_id", Uuid()),
    column("golden_id", Uuid()),
    column("state", Text()),
    column("reason", Text()),
    column("requester_reference", Text()),
    column("requested_by", Text()),
    column("requested_at", DateTime(timezone=True)),
    column("completed_at", DateTime(timezone=True)),
    column("removed"),
    column("block_lifted_at", DateTime(timezone=True)),
    column("block_lifted_by", Text()),
    column("version"),
)
_ERASURES = table("erasures", *_COLUMNS)

_RECEIPTS = """
SELECT erasure_id, service, answered_at, removed FROM erasure_receipts
WHERE erasure_id = ANY($1::uuid[]) ORDER BY service
"""

_REFUSED = """
SELECT erasure_id, count(*) AS refused FROM refused_arrivals WHERE erasure_id = ANY($1::uuid[]) GROUP BY erasure_id
"""

_LIFT = """
UPDATE erasures SET block_lifted_at = $2, block_lifted_by = $3, version = version + 1
WHERE erasure_id = $1 AND block_lifted_at IS NULL
"""


class NewErasure(ApiModel):
    """Why a customer is erased. Both texts are kept for ever: they must not tell who it was."""

    reason: LongText = Field(description="Ground (删除理由): consent withdrawn, purpose fulfilled ….")
    requester_reference: ShortText = Field(
        description="Where the request is on file (申请编号).", examples=["DSR-2026-17"]
    )


class Receipt(BaseModel):
    """What one service has forgotten: counts, never content."""

    service: str = Field(description="Service it comes from (来源服务).")
    state: Literal["waiting", "done"] = Field(description="State (状态).")
    answered_at: AwareDatetime | None = Field(None, description="When it answered (答复时间).")
    removed: dict[str, int] = Field({}, description="How many rows were emptied or deleted, by what they are.")


class ErasureView(BaseModel):
    """An erasure (删除), and how far it is."""

    erasure_id: UUID = Field(description="Number of the erasure (删除编号).")
    golden_id: UUID = Field(description="Golden customer (黄金客户).")
    state: Literal["running", "complete"] = Field(
        description="State (状态). running: not readable in customer-master any more, services follow; complete: all"
        " have answered."
    )
    reason: str = Field(description="Why (原因).")
    requester_reference: str = Field(description="Reference of the person's request (申请编号).")
    requested_by: str = Field(description="Who asked for it here (申请人).")
    requested_at: AwareDatetime = Field(description="Asked for (申请时间).")
    completed_at: AwareDatetime | None = Field(description="When it was complete (完成时间).")
    compacted_by: AwareDatetime | None = Field(
        description="From then on (日志压缩期限) no closed log segment of a compacted topic holds an older state; null"
        " until complete."
    )
    receipts: list[Receipt] = Field(description="Receipts (回执): one a service, customer-master first.")
    refused_arrivals: int = Field(
        description="How many records of the erased customer have been refused since (拒收记录数)."
    )
    block_lifted_at: AwareDatetime | None = Field(
        description="Since when the customer's records are taken in again (解除时间)."
    )
    block_lifted_by: str | None = Field(description="Who lifted the block (解除人).")
    version: int = Field(description="Version (版本).")


class ErasureFilter(BaseModel):
    """Which erasures to list."""

    state: Literal["running", "complete"] | None = Field(None, description="Only in this state (状态).")
    sort: Literal["requested_at", "-requested_at", "completed_at", "-completed_at"] = Field(
        "-requested_at", description="Order (排序): `-requested_at` the newest first; what is not complete is last."
    )


class ErasureExport(ErasureFilter, ExportQuery):
    """Which erasures to export, and as what."""


@router.post("/customers/{golden_id}/erasure", status_code=202)
async def erase_customer(
    golden_id: GoldenIdPath,
    body: NewErasure,
    version: IfMatch,
    response: Response,
    principal: Officer,
    connection: WriteConnection,
    database: DatabaseDep,
    clock: ClockDep,
) -> ErasureView:
    """Erase a customer with all records of all org units. `If-Match` is the customer's ETag. This cannot be undone."""
    _require_everywhere(principal)
    asked = Request(golden_id, version, body.reason, body.requester_reference, principal)
    erasure_id = await carry_out(connection, database, clock, asked)
    response.headers["Location"] = f"/v1/erasures/{erasure_id}"
    return await _show(connection, erasure_id, response)


@router.get("/erasures")
async def list_erasures(
    asked: Annotated[ErasureFilter, Query()], page: PageQuery, reading: OfficerReading
) -> Page[ErasureView]:
    """Erasures, newest first."""
    return await _page(asked, reading, page)


@router.get("/erasures/export", response_class=StreamingResponse, responses=TABLE)
async def export_erasures(asked: Annotated[ErasureExport, Query()], reading: OfficerReading) -> StreamingResponse:
    """Export erasures as a table (导出), filtered and sorted as the list is."""
    return await reading.export(ErasureView, "erasures", asked, partial(_page, asked, reading))


@router.get("/erasures/{erasure_id}")
async def get_erasure(
    erasure_id: ErasureId, response: Response, principal: Officer, connection: ConnectionDep
) -> ErasureView:
    """How far an erasure is in each service."""
    _require_everywhere(principal)
    return await _show(connection, erasure_id, response)


@router.delete("/erasures/{erasure_id}/block")
async def lift_block(
    erasure_id: ErasureId,
    version: IfMatch,
    response: Response,
    principal: Officer,
    connection: WriteConnection,
    clock: ClockDep,
) -> ErasureView:
    """Take the customer's records in again, as after a new purchase; what was refused must be sent anew."""
    _require_everywhere(principal)
    current = await connection.fetchval("SELECT version FROM erasures WHERE erasure_id = $1 FOR UPDATE", erasure_id)
    if current is None:
        raise _no_such_erasure()
    check_version(current, version)
    await connection.execute("DELETE FROM erased_keys WHERE erasure_id = $1", erasure_id)
    await connection.execute(_LIFT, erasure_id, clock.now(), principal.subject)
    return await _show(connection, erasure_id, response)


async def _page(asked: ErasureFilter, reading: Reading, page: PageRequest) -> Page[ErasureView]:
    _require_everywhere(reading.principal)
    statement = select(_ERASURES)
    if asked.state is not None:
        statement = statement.where(_ERASURES.c.state == asked.state)
    name = asked.sort.removeprefix("-")
    sort = Sort(asked.sort, _ERASURES.c[name], _ERASURES.c.erasure_id)
    rows = await fetch_sorted_rows(reading.session, statement, sort, page)
    beside = await _beside(reading.connection, [row.erasure_id for row in rows])
    return to_sorted_page(
        rows,
        page,
        sort,
        lambda row: (getattr(row, name), row.erasure_id),
        lambda row: _view(row._asdict(), *beside),
    )


def _require_everywhere(principal: Principal) -> None:
    """An erasure touches the records of all org units."""
    if not principal.all_org_units:
        raise Forbidden("org_unit_not_granted", "Erasing takes all org units.")


async def _show(connection: Connection, erasure_id: UUID, response: Response) -> ErasureView:
    row = await connection.fetchrow("SELECT * FROM erasures WHERE erasure_id = $1", erasure_id)
    if row is None:
        raise _no_such_erasure()
    response.headers["ETag"] = etag(row["version"])
    return _view(row, *await _beside(connection, [erasure_id]))


async def _beside(connection: Connection, erasure_ids: list[UUID]) -> tuple[list[Any], dict[UUID, int]]:
    receipts = await connection.fetch(_RECEIPTS, erasure_ids)
    refused = {row["erasure_id"]: row["refused"] for row in await connection.fetch(_REFUSED, erasure_ids)}
    return receipts, refused


def _view(row: Mapping[str, Any], receipts: Sequence[Any], refused: Mapping[UUID, int]) -> ErasureView:
    answered = {one["service"]: one for one in receipts if one["erasure_id"] == row["erasure_id"]}
    done = row["completed_at"]
    return ErasureView(
        **{name: row[name] for name in ("erasure_id", "golden_id", "state", "reason", "requester_reference")},
        **{name: row[name] for name in ("requested_by", "requested_at", "completed_at", "version")},
        **{name: row[name] for name in ("block_lifted_at", "block_lifted_by")},
        compacted_by=None if done is None else done + SUPERSEDED_GONE,
        receipts=[
            Receipt(service="customer-master", state="done", answered_at=row["requested_at"], removed=row["removed"]),
            *(_receipt(service, answered.get(service)) for service in SERVICES),
        ],
        refused_arrivals=refused.get(row["erasure_id"], 0),
    )


def _receipt(service: str, row: Any) -> Receipt:
    if row is None:
        return Receipt(service=service, state="waiting")
    return Receipt(service=service, state="done", answered_at=row["answered_at"], removed=row["removed"])


def _no_such_erasure() -> NotFound:
    return NotFound("erasure_not_found", "There is no such erasure.")
