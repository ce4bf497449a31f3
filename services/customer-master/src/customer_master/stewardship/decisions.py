"""Decisions of stewards (裁决记录) over HTTP: list, show, take back."""

from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import BigInteger, DateTime, Select, Text, Uuid, column, exists, func, or_, select, table

from customer_master.access import may_see_source, visible_org_units
from customer_master.connection import Connection
from customer_master.database import ConnectionDep
from customer_master.reading import Reading, StewardReading
from customer_master.resolver.claims import Claims
from customer_master.stewardship.deciding import DeskDep, Steward, show, take_effect
from customer_master.stewardship.decision_tables import DecisionKind, take_back
from customer_master.stewardship.decision_view import DecisionView, no_such_decision, views
from isthmus.contracts.fields import RecordId, Source
from isthmus.http import (
    Conflict,
    OptionalIfMatch,
    Page,
    PageQuery,
    PageRequest,
    Principal,
    ShortText,
    check_version,
    keyset,
    service_router,
    to_page,
)
from isthmus.http import (
    Text as BodyText,
)
from isthmus.http.access_log import log_access
from isthmus.lists import TABLE, ExportQuery

router = service_router(prefix="/v1/decisions", tags=["stewardship"], transactions="asyncpg")

_DECISIONS = table(
    "steward_decisions",
    column("decision_id", Uuid()),
    column("kind", Text()),
    column("decided_by", Text()),
    column("case_id", Uuid()),
    column("taken_back_at", DateTime(timezone=True)),
)
_MEMBERS = table("steward_decision_records", column("decision_id", Uuid()), column("record_no", BigInteger()))
_RECORDS = table("records", column("record_no", BigInteger()), column("source", Text()), column("record_id", Text()))
_LINKS = table("links", column("record_no", BigInteger()), column("golden_id", Uuid()))

_LOCK = "SELECT version, taken_back_at FROM steward_decisions WHERE decision_id = $1 FOR UPDATE"

_RECORDS_OF = """
SELECT record_no, source FROM steward_decision_records JOIN records USING (record_no) WHERE decision_id = $1
"""


class DecisionFilter(BaseModel):
    """Which decisions to list."""

    golden_id: UUID | None = Field(None, description="Only about records of this golden customer as it is now.")
    source: Source | None = Field(None, description="Only about records of this source.")
    record_id: RecordId | None = Field(None, description="Only about this record of the source.")
    kind: DecisionKind | None = Field(None, description="Only of this kind.")
    state: Literal["active", "taken_back"] | None = Field(None, description="Only in this state.")
    decided_by: ShortText | None = Field(None, description="Only by this person.")
    case_id: UUID | None = Field(None, description="Only of this review case.")
    sort: Literal["decided_at", "-decided_at"] = Field(
        "-decided_at", description="Order (排序): `-decided_at` the newest first."
    )


class DecisionExport(DecisionFilter, ExportQuery):
    """Which decisions to export, and as what."""


@router.get("")
async def list_decisions(
    asked: Annotated[DecisionFilter, Query()], page: PageQuery, reading: StewardReading
) -> Page[DecisionView]:
    """Decisions, newest first; those taken back among them."""
    return await _page(asked, reading, page)


@router.get("/export", response_class=StreamingResponse, responses=TABLE)
async def export_decisions(asked: Annotated[DecisionExport, Query()], reading: StewardReading) -> StreamingResponse:
    """Export decisions as a table (导出), filtered and sorted as the list is."""
    return await reading.export(DecisionView, "decisions", asked, partial(_page, asked, reading))


@router.get("/{decision_id}")
async def get_decision(
    decision_id: UUID, request: Request, response: Response, principal: Steward, connection: ConnectionDep
) -> DecisionView:
    """One decision, and whether it has its effect."""
    await _records_of(connection, decision_id, principal)
    await log_access(connection, principal, "decision.read", [decision_id], request)
    return await show(connection, decision_id, response)


@router.delete("/{decision_id}")
async def take_decision_back(
    decision_id: UUID,
    desk: DeskDep,
    if_match: OptionalIfMatch,
    reason: Annotated[BodyText | None, Query(description="Why it is taken back.")] = None,
) -> DecisionView:
    """Take a decision back: everything becomes as if it had never been taken. It stays on file."""

    async def work() -> DecisionView:
        connection = desk.connection
        record_nos = await _records_of(connection, decision_id, desk.principal)
        await Claims(connection).take_reach(record_nos)
        row = await connection.fetchrow(_LOCK, decision_id)
        if row is None:
            raise no_such_decision()
        if if_match is not None:
            check_version(row["version"], if_match)
        if row["taken_back_at"] is not None:
            raise Conflict("already_taken_back", "The decision was taken back before.")
        await take_back(connection, decision_id, desk.principal, desk.clock.now(), reason)
        await take_effect(connection, decision_id, frozenset(record_nos), desk.clock)
        return await show(connection, decision_id, desk.response)

    return await desk.undisturbed(work)


async def _records_of(connection: Connection, decision_id: UUID, principal: Principal) -> list[int]:
    """The records of a decision; raises 404 unless all are the caller's own."""
    rows = await connection.fetch(_RECORDS_OF, decision_id)
    if not rows or not all(may_see_source(principal, row["source"]) for row in rows):
        raise no_such_decision()
    return [row["record_no"] for row in rows]


async def _page(asked: DecisionFilter, reading: Reading, page: PageRequest) -> Page[DecisionView]:
    # Ids follow the time of the decision.
    statement = keyset(
        _matching(asked, reading.principal), [_DECISIONS.c.decision_id], page, descending=asked.sort == "-decided_at"
    )
    found = to_page((await reading.session.scalars(statement)).all(), page, lambda decision_id: (decision_id,))
    await reading.log("decision.list", found.items)
    return Page(items=await views(reading.connection, found.items), next_cursor=found.next_cursor)


def _matching(asked: DecisionFilter, principal: Principal) -> Select[Any]:
    statement = select(_DECISIONS.c.decision_id)
    for name in ("kind", "decided_by", "case_id"):
        if (value := getattr(asked, name)) is not None:
            statement = statement.where(_DECISIONS.c[name] == value)
    if asked.state is not None:
        taken_back = _DECISIONS.c.taken_back_at.is_not(None)
        statement = statement.where(taken_back if asked.state == "taken_back" else ~taken_back)
    if asked.golden_id is not None:
        statement = statement.where(_about(_LINKS, _LINKS.c.golden_id == asked.golden_id))
    if asked.source is not None:
        statement = statement.where(_about(_RECORDS, _RECORDS.c.source == asked.source))
    if asked.record_id is not None:
        statement = statement.where(_about(_RECORDS, _RECORDS.c.record_id == asked.record_id))
    if (org_units := visible_org_units(principal)) is not None:
        org_unit = func.substring(_RECORDS.c.source, "^(.*):")
        statement = statement.where(~_about(_RECORDS, or_(org_unit.is_(None), org_unit.not_in(org_units))))
    return statement


def _about(rows: Any, condition: Any) -> Any:
    """Whether a decision is about a record of which a row fulfils the condition."""
    return exists(
        select(1)
        .select_from(_MEMBERS.join(rows, _MEMBERS.c.record_no == rows.c.record_no))
        .where(_MEMBERS.c.decision_id == _DECISIONS.c.decision_id, condition)
    )
