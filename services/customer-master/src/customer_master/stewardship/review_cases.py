"""The review queue (待裁决案例): pairs of records that people should look at, best first, and what they decide."""

from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    case,
    column,
    func,
    literal,
    or_,
    select,
    table,
)

from customer_master.access import visible_org_units
from customer_master.database import ConnectionDep
from customer_master.reading import Reading, StewardReading
from customer_master.stewardship.case_decision import CaseDecision, decide_case, visible_case
from customer_master.stewardship.case_view import CaseDetail, CaseItem, CaseReason, CaseState, detail, items
from customer_master.stewardship.deciding import DeskDep, Steward
from customer_master.stewardship.decision_view import DecisionView
from isthmus.clock import Clock
from isthmus.contracts.fields import OrgUnit
from isthmus.http import (
    ClockDep,
    OptionalIfMatch,
    Page,
    PageQuery,
    PageRequest,
    Principal,
    ReadSession,
    etag,
    service_router,
)
from isthmus.http.access_log import log_access
from isthmus.http.sorting import Sort, fetch_sorted_rows, to_sorted_page
from isthmus.lists import TABLE, ExportQuery

router = service_router(prefix="/v1/review-cases", tags=["stewardship"], transactions="asyncpg")

CasePath = Annotated[UUID, Path(description="The case; its id stays as long as the two records are known.")]
Weight = Annotated[int, Field(ge=-(2**31), lt=2**31)]

QUEUE = table(
    "review_queue",
    column("case_id", Uuid()),
    column("left_no", BigInteger()),
    column("right_no", BigInteger()),
    column("left_golden_id", Uuid()),
    column("right_golden_id", Uuid()),
    column("left_source", Text()),
    column("right_source", Text()),
    column("reason", Text()),
    column("weight", Integer()),
    column("holds", Boolean()),
    column("is_best", Boolean()),
    column("closed_because", Text()),
    column("opened_at", DateTime(timezone=True)),
    column("changed_at", DateTime(timezone=True)),
    column("decision_id", Uuid()),
    column("answer", Text()),
    column("put_aside_until", DateTime(timezone=True)),
    column("version", BigInteger()),
)


class CaseFilter(BaseModel):
    """Which cases to list."""

    state: CaseState = Field("open", description="Only in this state.")
    reason: CaseReason | None = Field(None, description="Only opened for this reason.")
    org_unit: OrgUnit | None = Field(None, description="Only with a record of this org unit.")
    golden_id: UUID | None = Field(None, description="Only about records of this golden customer as it is now.")
    min_weight: Weight | None = Field(None, description="Only with at least this weight.")
    max_weight: Weight | None = Field(None, description="Only with at most this weight.")
    sort: Literal["weight", "-weight", "opened_at", "-opened_at"] = Field(
        "-weight", description="Order (排序): `-weight` the most likely first, `opened_at` those that wait for longest."
    )


class CaseExport(CaseFilter, ExportQuery):
    """Which cases to export, and as what."""


@router.get("")
async def list_cases(asked: Annotated[CaseFilter, Query()], page: PageQuery, reading: StewardReading) -> Page[CaseItem]:
    """Cases, the most likely first; between two customers only the best pair of records is one."""
    return await _page(asked, reading, page)


@router.get("/export", response_class=StreamingResponse, responses=TABLE)
async def export_cases(asked: Annotated[CaseExport, Query()], reading: StewardReading) -> StreamingResponse:
    """Export cases as a table (导出), filtered and sorted as the list is."""
    return await reading.export(CaseItem, "review-cases", asked, partial(_page, asked, reading))


@router.get("/{case_id}")
async def get_case(
    case_id: CasePath,
    request: Request,
    response: Response,
    principal: Steward,
    connection: ConnectionDep,
    session: ReadSession,
    clock: ClockDep,
) -> CaseDetail:
    """One case: both records side by side, field by field, and the customers they belong to."""
    await visible_case(connection, case_id, principal)
    row = (await session.execute(_with_state(clock).where(QUEUE.c.case_id == case_id))).one()
    await log_access(connection, principal, "review_case.read", [case_id], request)
    response.headers["ETag"] = etag(row.version)
    return await detail(connection, row)


@router.post("/{case_id}/decision", status_code=201)
async def decide_review_case(
    case_id: CasePath, body: CaseDecision, if_match: OptionalIfMatch, desk: DeskDep
) -> DecisionView:
    """Say that the two are the same, are different, or wait. The case tells from then on that it is decided.

    With `If-Match` only the case as it was read is decided: 412 when anything about it has changed. 409 when it is
    closed or decided already. To answer a reopened decision as before confirms all of it that was reopened.
    """
    return await desk.undisturbed(lambda: decide_case(desk, case_id, body, if_match))


async def _page(asked: CaseFilter, reading: Reading, page: PageRequest) -> Page[CaseItem]:
    name = asked.sort.removeprefix("-")
    sort = Sort(asked.sort, QUEUE.c[name], QUEUE.c.case_id)
    rows = await fetch_sorted_rows(reading.session, matching(asked, reading.principal, reading.clock), sort, page)
    found = to_sorted_page(rows, page, sort, lambda row: (getattr(row, name), row.case_id), lambda row: row)
    shown = await items(reading.connection, found.items)
    await reading.log("review_case.list", [one.case_id for one in shown])
    return Page(items=shown, next_cursor=found.next_cursor)


def matching(asked: CaseFilter, principal: Principal, clock: Clock) -> Select[Any]:
    """The cases asked for of which both records are the caller's own."""
    statement = _with_state(clock).where(_state(clock) == asked.state)
    if asked.state in {"open", "later"}:
        both_known = QUEUE.c.left_golden_id.is_not(None) & QUEUE.c.right_golden_id.is_not(None)
        statement = statement.where(QUEUE.c.holds, both_known, QUEUE.c.is_best)
    org_units = [func.substring(source, "^(.*):") for source in (QUEUE.c.left_source, QUEUE.c.right_source)]
    if (own := visible_org_units(principal)) is not None:
        statement = statement.where(*(org_unit.in_(own) for org_unit in org_units))
    if asked.reason is not None:
        statement = statement.where(QUEUE.c.reason == asked.reason)
    if asked.org_unit is not None:
        statement = statement.where(or_(*(org_unit == asked.org_unit for org_unit in org_units)))
    if asked.golden_id is not None:
        statement = statement.where(
            or_(QUEUE.c.left_golden_id == asked.golden_id, QUEUE.c.right_golden_id == asked.golden_id)
        )
    if asked.min_weight is not None:
        statement = statement.where(QUEUE.c.weight >= asked.min_weight)
    if asked.max_weight is not None:
        statement = statement.where(QUEUE.c.weight <= asked.max_weight)
    return statement


def _with_state(clock: Clock) -> Select[Any]:
    shown = [one for one in QUEUE.c if one.name != "is_best"]
    return select(*shown, _state(clock).label("state"))


def _state(clock: Clock) -> ColumnElement[str]:
    """A case that holds is open unless answered; put aside until a time, it opens again by itself."""
    put_aside = and_(
        QUEUE.c.answer == "later", or_(QUEUE.c.put_aside_until.is_(None), QUEUE.c.put_aside_until > clock.now())
    )
    return case(
        (~QUEUE.c.holds, case((QUEUE.c.answer.is_(None), literal("closed")), else_=literal("decided"))),
        (put_aside, literal("later")),
        (or_(QUEUE.c.answer.is_(None), QUEUE.c.answer == "later"), literal("open")),
        else_=literal("decided"),
    )
