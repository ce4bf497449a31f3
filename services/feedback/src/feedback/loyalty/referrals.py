"""Referrals (转介绍): who recommended whom, and whether an order came of it."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import Field
from sqlalchemy import Row, select

from feedback.access import Reading
from feedback.loyalty.tables import LeadOrder, Referral
from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.fields import OrgUnit
from isthmus.http import ApiModel, Page, PageRequest, ShortText, keyset, service_router, to_page
from isthmus.lists import TABLE, ExportQuery, export_list
from isthmus.parties import Work

router = service_router(prefix="/v1/feedback/referrals", tags=["loyalty"])


class ReferralFilter(ApiModel):
    """Which referrals to list."""

    org_unit: OrgUnit | None = Field(None, description="Only this org unit (组织单元).")
    referrer: ShortText | None = Field(None, description="Only those this one recommended (转介绍人).")


class PagedReferralFilter(ReferralFilter):
    """Which referrals to list, and which part of them."""

    limit: int = Field(50, ge=1, le=200, description="Items a page.")
    cursor: str | None = Field(None, min_length=1, max_length=1_000, description="`next_cursor` of the page before.")


class ReferralExport(ReferralFilter, ExportQuery):
    """Which referrals to export, and as what."""


class ReferralView(ApiModel):
    """Somebody was recommended (转介绍)."""

    lead_id: UUID = Field(description="Lead that came of it (线索号).")
    org_unit: OrgUnit = Field(description="Org unit (组织单元) of the lead.")
    referrer: str | None = Field(description="Who recommended it (转介绍人), as written; null where nobody is named.")
    customer: RecordKey = Field(description="Who was recommended (被推荐客户).")
    consultant: str | None = Field(description="Sales consultant (销售顾问).")
    occurred_at: datetime = Field(description="When (时间).")
    order_id: UUID | None = Field(description="Order that came of it (订单号), the newest that stands.")


@router.get("")
async def list_referrals(query: Annotated[PagedReferralFilter, Query()], work: Reading) -> Page[ReferralView]:
    """List who recommended whom (转介绍清单), newest first."""
    return await _page(query, work, PageRequest(query.limit, query.cursor))


@router.get("/export", response_class=StreamingResponse, responses=TABLE)
async def export_referrals(query: Annotated[ReferralExport, Query()], work: Reading) -> StreamingResponse:
    """Export who recommended whom as a table (导出), filtered as the list is."""
    return await export_list(ReferralView, "referrals", work.request, query, partial(_page, query, work))


async def _page(query: ReferralFilter, work: Work, page: PageRequest) -> Page[ReferralView]:
    order = (
        select(LeadOrder.order_id)
        .where(LeadOrder.lead_id == Referral.lead_id, LeadOrder.status != "cancelled")
        .order_by(LeadOrder.occurred_at.desc(), LeadOrder.order_id)
        .limit(1)
        .scalar_subquery()
    )
    statement: Any = select(Referral, order.label("order_id"))
    if not work.caller.all_org_units:
        statement = statement.where(Referral.org_unit.in_(work.caller.org_units))
    for column in (Referral.org_unit, Referral.referrer):
        if (value := getattr(query, column.key)) is not None:
            statement = statement.where(column == value)
    newest_first = keyset(statement, (Referral.occurred_at, Referral.lead_id), page, descending=True)
    rows = (await work.session.execute(newest_first)).all()
    listed = to_page(rows, page, lambda row: (row.Referral.occurred_at, row.Referral.lead_id), _view)
    await work.log_read("referrals", [one.lead_id for one in listed.items])
    return listed


def _view(row: Row[Any]) -> ReferralView:
    referral: Referral = row.Referral
    return ReferralView(
        lead_id=referral.lead_id,
        org_unit=referral.org_unit,
        referrer=referral.referrer,
        customer=RecordKey(source=referral.source, record_id=referral.record_id),
        consultant=referral.consultant,
        occurred_at=referral.occurred_at,
        order_id=row.order_id,
    )
