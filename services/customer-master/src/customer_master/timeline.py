"""The timeline (客户互动历史): what all services told of a customer's records, newest first."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import DateTime, Row, Text, Uuid, column, select, table

from customer_master.access import may_see_source
from customer_master.database import ConnectionDep
from customer_master.golden_customers import GoldenIdPath, find
from isthmus.http import Page, PageQuery, Principal, ReadSession, keyset, require, service_router, to_page
from isthmus.http.access_log import log_access

router = service_router(prefix="/v1/customers", tags=["customers"])

Reader = Annotated[Principal, require("customers:read")]

EVENTS = table(
    "timeline_events",
    column("service", Text()),
    column("event_id", Uuid()),
    column("type", Text()),
    column("subject", Text()),
    column("source", Text()),
    column("record_id", Text()),
    column("org_unit", Text()),
    column("occurred_at", DateTime(timezone=True)),
    column("data"),
)
_RECORDS = table("records", column("record_no"), column("source", Text()), column("record_id", Text()))
LINKS = table("links", column("record_no"), column("golden_id", Uuid()))

PLACE = [EVENTS.c.occurred_at, EVENTS.c.service, EVENTS.c.event_id]

OF_CUSTOMER = select(EVENTS).select_from(
    LINKS.join(_RECORDS, LINKS.c.record_no == _RECORDS.c.record_no).join(
        EVENTS, (EVENTS.c.source == _RECORDS.c.source) & (EVENTS.c.record_id == _RECORDS.c.record_id)
    )
)


class TimelineEvent(BaseModel):
    """Something that happened with the customer."""

    event_id: UUID = Field(description="Number of the event (事件编号).")
    service: str = Field(description="Service it comes from (来源服务).")
    type: str = Field(description="Type of the event (事件类型).")
    org_unit: str = Field(description="Org unit (组织单元).")
    occurred_at: AwareDatetime = Field(description="When it happened (发生时间).")
    subject: str | None = Field(None, description="What it happened to, such as the id of a lead.")
    source: str | None = Field(None, description="Source that keeps the record (来源系统).")
    record_id: str | None = Field(None, description="Number of the record at its source (来源记录号).")
    data: dict[str, Any] | None = Field(None, description="The event's data; null where it is another org unit's.")


@router.get("/{golden_id}/timeline")
async def get_timeline(
    golden_id: GoldenIdPath,
    page: PageQuery,
    request: Request,
    principal: Reader,
    connection: ConnectionDep,
    session: ReadSession,
) -> Page[TimelineEvent]:
    """Events of all services, newest first; of other org units' only what kind, when and where."""
    found = await find(connection, golden_id, principal)
    await log_access(connection, principal, "customer.timeline", [found.golden_id], request)
    statement = keyset(OF_CUSTOMER.where(LINKS.c.golden_id == found.golden_id), PLACE, page, descending=True)
    rows = (await session.execute(statement)).all()
    return to_page(
        rows, page, lambda row: (row.occurred_at, row.service, row.event_id), lambda row: _shown(row, principal)
    )


def _shown(row: Row[Any], principal: Principal) -> TimelineEvent:
    event = TimelineEvent(
        event_id=row.event_id, service=row.service, type=row.type, org_unit=row.org_unit, occurred_at=row.occurred_at
    )
    if principal.may_act_for(row.org_unit) or may_see_source(principal, row.source):
        event.subject = row.subject
        event.source = row.source
        event.record_id = row.record_id
        event.data = row.data
    return event
