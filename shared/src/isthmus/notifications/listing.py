"""Shows a service's notifications: what was sent to whom, what was not, and why."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import select

from isthmus.contracts.fields import RecordId, Source
from isthmus.http import ApiModel, Page, PageRequest, keyset, service_router, to_page
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

    limit: int = Field(50, ge=1, le=200, description="Items a page.")
    cursor: str | None = Field(None, min_length=1, max_length=1_000, description="`next_cursor` of the page before.")
    status: Literal["pending", "sent", "suppressed", "failed"] | None = Field(None, description="Only these (状态).")
    source: Source | None = Field(None, description="Only of records of this source (来源系统).")
    record_id: RecordId | None = Field(None, description="Only of this customer record (客户记录号).")


def notifications_router(business: Business) -> APIRouter:
    """`GET /v1/<service>/notifications`, for a service's list of routers."""
    router = service_router(prefix=f"/v1/{business.name}/notifications", tags=["notifications"])
    reading = business.reading()

    @router.get("")
    async def list_notifications(
        query: Annotated[NotificationFilter, Query()], work: Annotated[Work, reading]
    ) -> Page[NotificationView]:
        """List notifications, newest first."""
        statement = select(Notification)
        if not work.caller.all_org_units:
            statement = statement.where(Notification.org_unit.in_(work.caller.org_units))
        for column in (Notification.status, Notification.source, Notification.record_id):
            if (value := getattr(query, column.key)) is not None:
                statement = statement.where(column == value)
        page = PageRequest(query.limit, query.cursor)
        newest_first = keyset(statement, (Notification.created_at, Notification.id), page, descending=True)
        rows = (await work.session.scalars(newest_first)).all()
        listed = to_page(rows, page, lambda row: (row.created_at, row.id), NotificationView.model_validate)
        await work.log_read("notification", [each.id for each in listed.items])
        return listed

    return router
