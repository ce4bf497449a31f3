"""An outbound list (外呼名单): one purpose, one channel, one script."""

from typing import Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Mapped

from call_center.access import Writing
from isthmus.contracts.fields import LongText, OrgUnit
from isthmus.http import ApiModel, ShortText, service_router
from isthmus.parties import Entries, Entry, EntryChange, EntryFilter, EntryView, NewEntry
from isthmus.workflow import Workflow

Purpose = Literal["care", "contract", "marketing", "safety", "service", "survey"]
OutboundChannel = Literal["email", "letter", "phone", "sms", "wechat"]


class OutboundList(Entry):
    """Table of outbound lists."""

    __tablename__ = "outbound_lists"
    sortable = ("name",)

    name: Mapped[str]
    purpose: Mapped[str]
    channel: Mapped[str]
    script: Mapped[str | None]


class ListTexts(ApiModel):
    name: ShortText = Field(description="Name (名单名称); also the campaign (营销活动) that contacts belong to.")
    script: LongText | None = Field(None, description="What to say (话术).")


class ListFields(ListTexts):
    purpose: Purpose = Field(description="Purpose (处理目的), which consent and caps are judged by.")
    channel: OutboundChannel = Field("phone", description="Channel (渠道).")


class NewList(NewEntry, ListFields):
    """A new list (新建名单)."""

    org_unit: OrgUnit = Field("hq", description="Org unit (组织单元) that contacts.")


class ListChange(EntryChange, ListTexts):
    """What changes in a list; its purpose and channel stay, for they were checked."""


class OutboundListView(EntryView, ListFields):
    """An outbound list (外呼名单)."""


class ListFilter(EntryFilter):
    """Which lists to show."""

    sortable = OutboundList.sortable

    purpose: Purpose | None = Field(None, description="Only of this purpose (处理目的).")


lists = Entries(OutboundList, OutboundListView, Workflow(initial="open", steps={"close": (["open"], "closed")}))
router = service_router(prefix="/v1/call-center/outbound-lists", tags=["outbound"])
lists.serve_reading(router, ListFilter)
lists.serve_change(router, ListChange)


@router.post("", status_code=201)
async def create_list(body: NewList, work: Writing) -> OutboundListView:
    """Begin a list (新建名单)."""
    return await lists.create(work, body)


@router.post("/{outbound_list_id}/close")
async def close_list(outbound_list_id: UUID, work: Writing) -> OutboundListView:
    """Nobody on it is contacted any more (关闭名单)."""
    return await lists.step(work, outbound_list_id, "close")
