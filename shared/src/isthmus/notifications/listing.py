"""Shows a service's notifications: what was sent to whom, what was not, and why."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field
from sqlalchemy import select

from isthmus.contracts.fields import RecordId, Source
from isthmus.http import ApiModel, Page, PageRequest, keyset, service_router, to_page
from isthmus.lists import TABLE, ExportQuery, export_list
from isthmus.notifications.tables import Notification
from isthmus.parties.work import Business, Work


class NotificationView(ApiModel):
    """A notification."""

    id: UUID = Field(description="Number of the notification (通知号).")
    org_unit: str = Field(description="Org unit in whose name it is sent (组织单元).")
    source: str | None = Field(description="Source of the customer's record (来源系统).")
    record_id: str | None = Field(description="Customer's record (客户记录号).")
    channel: str = Field(description="Channel (渠道): sms, email, wechat, phone, letter, staff.")
    purpose: str = Field(description="Purpose (处理目的).")
    template: str = Field(description="Template of its text (模板).")
    campaign: str | None = Field(description="Campaign it belongs to (营销活动).")
    language: str = Field(description="Language (语言): zh, en.")
    recipient: str | None = Field(description="Number or address it went to (接收方).")
    status: str = Field(description="State (状态): pending, sent, suppressed, failed.")
    reason: str | None = Field(description="Why it is not sent, or not yet (原因).")
    attempts: int = Field(description="Tries that failed (失败次数).")
    created_at: datetime = Field(description="When it was asked for (创建时间).")
    sent_at: datetime | None = Field(description="When it was handed on (发送时间).")


class NotificationFilter(ApiModel):
    """Which notifications to list."""

    status: Literal["pending", "sent", "suppressed", "failed"] | None = Field(None, description="Only these (状态).")
    source: Source | None = Field(None, description="Only of records of this source (来源系统).")
    record_id: RecordId | None = Field(None, description="Only of this customer record (客户记录号).")


class PagedNotificationFilter(NotificationFilter):
    """Which notifications to list, and which part of them."""

    limit: int = Field(50, ge=1, le=200, description="Items a page.")
    cursor: str | None = Field(None, min_length=1, max_length=1_000, description="`next_cursor` of the page before.")


class NotificationExport(NotificationFilter, ExportQuery):
    """Which notifications to export, and as what."""


def notifications_router(business: Business) -> APIRouter:
    """`GET /v1/<service>/notifications` and its export, for a service's list of routers."""
    router = service_router(prefix=f"/v1/{business.name}/notifications", tags=["notifications"])
    Reading = Annotated[Work, business.reading()]  # noqa: N806 - a type made for this router

    @router.get("")
    async def list_notifications(
        query: Annotated[PagedNotificationFilter, Query()], work: Reading
    ) -> Page[NotificationView]:
        """List notifications, newest first."""
        return await _page(query, work, PageRequest(query.limit, query.cursor))

    @router.get("/export", response_class=StreamingResponse, responses=TABLE)
    async def export_notifications(query: Annotated[NotificationExport, Query()], work: Reading) -> StreamingResponse:
        """Export notifications as a table (导出), filtered as the list is."""
        return await export_list(NotificationView, "notifications", work.request, query, partial(_page, query, work))

    return router


async def _page(query: NotificationFilter, work: Work, page: PageRequest) -> Page[NotificationView]:
    statement = select(Notification)
    if not work.caller.all_org_units:
        statement = statement.where(Notification.org_unit.in_(work.caller.org_units))
    for column in (Notification.status, Notification.source, Notification.record_id):
        if (value := getattr(query, column.key)) is not None:
            statement = statement.where(column == value)
    newest_first = keyset(statement, (Notification.created_at, Notification.id), page, descending=True)
    rows = (await work.session.scalars(newest_first)).all()
    listed = to_page(rows, page, lambda row: (row.created_at, row.id), NotificationView.model_validate)
    await work.log_read("notification", [each.id for each in listed.items])
    return listed
