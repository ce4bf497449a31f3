"""The contact log (接触记录): every contact of every department with a customer, newest first.

It is made of what services told: contacts they began (`customer-contacted`), and the interactions of the call-center,
each as it was last told.
"""

from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, Field
from sqlalchemy import ColumnElement, Row, Select, exists, func

from customer_master.access import may_see_source
from customer_master.golden_customers import GoldenIdPath, find
from customer_master.reading import CustomerReading, Reading
from customer_master.timeline import EVENTS, LINKS, OF_CUSTOMER, page_of_events
from isthmus.contracts.fields import Code, Text
from isthmus.http import ApiModel, Page, PageRequest, Principal, service_router
from isthmus.lists import TABLE, ExportQuery

router = service_router(prefix="/v1/customers", tags=["customers"])

_CONTACTED = "isthmus.%.customer-contacted.v%"
_INTERACTION = "isthmus.call-center.interaction-%"
_LATER = EVENTS.alias("later")


class ContactFilter(ApiModel):
    """Which contacts to list."""

    department: Literal["sales", "aftersales", "call-center", "feedback"] | None = Field(
        None, description="Only of this department (部门)."
    )
    channel: Code | None = Field(None, description="Only by this channel (渠道).")
    purpose: Code | None = Field(None, description="Only for this purpose (处理目的).")
    campaign: Text | None = Field(None, description="Only of this campaign (营销活动).")
    template: Text | None = Field(None, description="Only with this template (内容模板).")
    material: Text | None = Field(None, description="Only those that sent this material (资料).")
    sort: Literal["at", "-at"] = Field("-at", description="Order (排序): `-at` the newest first.")


class ContactExport(ContactFilter, ExportQuery):
    """Which contacts to export, and as what."""


class PagedContactFilter(ContactFilter):
    """Which contacts to list, and which part of them."""

    limit: int = Field(50, ge=1, le=200, description="Items a page.")
    cursor: str | None = Field(None, min_length=1, max_length=1_000, description="`next_cursor` of the page before.")


class ContactView(ApiModel):
    """A contact with a customer (接触)."""

    at: AwareDatetime = Field(description="When (时间).")
    department: str = Field(description="Department (部门): sales, aftersales, call-center, feedback.")
    org_unit: str = Field(description="Org unit (组织单元) that had it.")
    direction: Literal["inbound", "outbound"] = Field(description="Who began (呼入/呼出).")
    channel: str | None = Field(description="Channel (渠道).")
    purpose: str | None = Field(description="Purpose (处理目的), of those we began; of others the reason (来电原因).")
    campaign: str | None = Field(description="Campaign (营销活动) it belongs to.")
    template: str | None = Field(description="Template (内容模板) of what was sent.")
    material: str | None = Field(description="Material (资料) that was sent.")
    subject: str | None = Field(description="Its number in that department (单据号); null of another org unit.")
    source: str | None = Field(description="Source (来源系统) of the record; null of another org unit.")
    record_id: str | None = Field(description="The record (来源记录号) it was with; null of another org unit.")


@router.get("/{golden_id}/contacts")
async def list_contacts(
    golden_id: GoldenIdPath, query: Annotated[PagedContactFilter, Query()], reading: CustomerReading
) -> Page[ContactView]:
    """List the contacts of all departments with a customer, newest first.

    Of another org unit's contacts one sees when, where and what kind they were, so that nothing is sent twice; not what
    was said.
    """
    return await _page(golden_id, query, reading, PageRequest(query.limit, query.cursor))


@router.get("/{golden_id}/contacts/export", response_class=StreamingResponse, responses=TABLE)
async def export_contacts(
    golden_id: GoldenIdPath, query: Annotated[ContactExport, Query()], reading: CustomerReading
) -> StreamingResponse:
    """Export the contacts as a table (导出), filtered and sorted as the list is."""
    return await reading.export(ContactView, f"contacts-{golden_id}", query, partial(_page, golden_id, query, reading))


async def _page(golden_id: UUID, query: ContactFilter, reading: Reading, page: PageRequest) -> Page[ContactView]:
    found = await find(reading.connection, golden_id, reading.principal)
    await reading.log("customer.contacts", [found.golden_id])
    statement = _contacts_of(found.golden_id, query)
    return await page_of_events(statement, reading, page, _shown, descending=query.sort == "-at")


def _contacts_of(golden_id: UUID, query: ContactFilter) -> Select[Any]:
    """The contacts that pass the filter; of an interaction the event that told of it last."""
    later = exists().where(
        _LATER.c.service == EVENTS.c.service,
        _LATER.c.source == EVENTS.c.source,
        _LATER.c.record_id == EVENTS.c.record_id,
        _LATER.c.subject == EVENTS.c.subject,
        _LATER.c.event_id > EVENTS.c.event_id,
    )
    interaction = EVENTS.c.type.like(_INTERACTION) & ~later
    statement = OF_CUSTOMER.where(LINKS.c.golden_id == golden_id, EVENTS.c.type.like(_CONTACTED) | interaction)
    if query.department is not None:
        statement = statement.where(EVENTS.c.service == query.department)
    if query.purpose is not None:
        statement = statement.where(func.coalesce(_said("purpose"), _said("reason")) == query.purpose)
    for name in ("channel", "campaign", "template", "material"):
        if (wanted := getattr(query, name)) is not None:
            statement = statement.where(_said(name) == wanted)
    return statement


def _said(name: str) -> ColumnElement[Any]:
    return EVENTS.c.data.op("->>")(name)


def _shown(row: Row[Any], principal: Principal) -> ContactView:
    is_own = principal.may_act_for(row.org_unit) or may_see_source(principal, row.source)
    data = row.data
    return ContactView(
        at=row.occurred_at,
        department=row.service,
        org_unit=row.org_unit,
        direction=data.get("direction", "outbound"),
        channel=data.get("channel"),
        purpose=data.get("purpose") or data.get("reason"),
        campaign=data.get("campaign"),
        template=data.get("template"),
        material=data.get("material"),
        subject=row.subject if is_own else None,
        source=row.source if is_own else None,
        record_id=row.record_id if is_own else None,
    )
