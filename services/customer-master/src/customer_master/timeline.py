"""The timeline (客户互动历史): what all services told of a customer's records, newest first."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import DateTime, Row, Select, Text, Uuid, column, select, table

from customer_master.access import may_see_source
from customer_master.golden_customers import GoldenIdPath, find
from customer_master.reading import CustomerReading, Reading
from isthmus.http import Page, PageQuery, PageRequest, Principal, keyset, service_router, to_page
from isthmus.lists import TABLE, ExportQuery

router = service_router(prefix="/v1/customers", tags=["customers"])

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


class TimelineFilter(BaseModel):
    """Which events to list."""

    service: Literal["sales", "aftersales", "call-center", "feedback"] | None = Field(
        None, description="Only of this service (来源服务)."
    )
    sort: Literal["occurred_at", "-occurred_at"] = Field(
        "-occurred_at", description="Order (排序): `-occurred_at` the newest first."
    )


class TimelineExport(TimelineFilter, ExportQuery):
    """Which events to export, and as what."""


class TimelineEvent(BaseModel):
    """Something that happened with the customer."""

    event_id: UUID = Field(description="Number of the event (事件编号).")
    service: str = Field(description="Service it comes from (来源服务).")
    type: str = Field(description="Type of the event (事件类型).")
    org_unit: str = Field(description="Org unit (组织单元).")
    occurred_at: AwareDatetime = Field(description="When it happened (发生时间).")
    subject: str | None = Field(None, description="What it happened to (单据号), such as the id of a lead.")
    source: str | None = Field(None, description="Source that keeps the record (来源系统).")
    record_id: str | None = Field(None, description="Number of the record at its source (来源记录号).")
    data: dict[str, Any] | None = Field(
        None, description="The event's data (事件内容); null where it is another org unit's."
    )


@router.get("/{golden_id}/timeline")
async def get_timeline(
    golden_id: GoldenIdPath, asked: Annotated[TimelineFilter, Query()], page: PageQuery, reading: CustomerReading
) -> Page[TimelineEvent]:
    """Events of all services, newest first; of other org units' only what kind, when and where."""
    return await _page(golden_id, asked, reading, page)


@router.get("/{golden_id}/timeline/export", response_class=StreamingResponse, responses=TABLE)
async def export_timeline(
    golden_id: GoldenIdPath, asked: Annotated[TimelineExport, Query()], reading: CustomerReading
) -> StreamingResponse:
    """Export the timeline as a table (导出), filtered and sorted as the list is."""
    return await reading.export(
        TimelineEvent, f"timeline-{golden_id}", asked, partial(_page, golden_id, asked, reading)
    )


async def _page(golden_id: UUID, asked: TimelineFilter, reading: Reading, page: PageRequest) -> Page[TimelineEvent]:
    found = await find(reading.connection, golden_id, reading.principal)
    await reading.log("customer.timeline", [found.golden_id])
    statement = OF_CUSTOMER.where(LINKS.c.golden_id == found.golden_id)
    if asked.service is not None:
        statement = statement.where(EVENTS.c.service == asked.service)
    return await page_of_events(statement, reading, page, _shown, descending=asked.sort == "-occurred_at")


async def page_of_events(
    statement: Select[Any],
    reading: Reading,
    page: PageRequest,
    show: Callable[[Row[Any], Principal], Any],
    *,
    descending: bool,
) -> Page[Any]:
    """A page of events of a customer in the order of their times; `show` gives what the caller may see of one."""
    rows = (await reading.session.execute(keyset(statement, PLACE, page, descending=descending))).all()
    return to_page(
        rows, page, lambda row: (row.occurred_at, row.service, row.event_id), lambda row: show(row, reading.principal)
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
