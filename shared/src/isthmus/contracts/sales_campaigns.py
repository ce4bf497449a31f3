"""What sales (销售) tells of campaigns, of the customers they reach, and of visitors of the web site."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from isthmus.contracts.business import BusinessEvent, Value
from isthmus.contracts.fields import Code, Instant, LongText, OrgUnit, Text
from isthmus.contracts.money import Money


class CampaignTarget(Value):
    """Whom a campaign is for (目标客户): what is given must all hold."""

    segment: Code | None = Field(None, description="Segment (客户类型).", examples=["private"])
    stage: Code | None = Field(None, description="Stage (客户阶段).", examples=["actual"])
    grade: Code | None = Field(None, description="Value grade (价值等级).", examples=["gold"])
    series: Text | None = Field(None, description="Series the customer has asked for (意向车系).", examples=["G5"])


class CampaignChanged(BusinessEvent):
    """A campaign was planned, changed, begun, closed or cancelled (营销活动变更)."""

    event_type: ClassVar[str] = "isthmus.sales.campaign-changed.v1"
    event_key: ClassVar[str] = "campaign_id"

    campaign_id: UUID = Field(description="The campaign (活动号).")
    status: Code = Field(
        description="State (状态).",
        json_schema_extra={"x-known-values": ["cancelled", "closed", "planned", "running"]},
    )
    code: Text = Field(description="Code that leads and contacts name it by (活动代码).", examples=["2026-AUTUMN"])
    title: Text = Field(description="Name (活动名称).", examples=["金秋试驾节"])
    purpose: Code = Field(
        description="Purpose of its contacts (处理目的).",
        json_schema_extra={"x-known-values": ["care", "marketing", "safety", "service"]},
    )
    channel: Code = Field(
        description="Channel (渠道).",
        json_schema_extra={"x-known-values": ["email", "event", "letter", "phone", "sms", "visit", "web"]},
    )
    starts_on: date = Field(description="First day (开始日期).")
    ends_on: date = Field(description="Last day (结束日期).")
    planned_cost: Money | None = Field(None, description="Planned cost (预算费用).")
    actual_cost: Money | None = Field(None, description="Actual cost (实际费用).")
    org_units: Annotated[list[OrgUnit], Field(max_length=200)] = Field(
        default_factory=list,
        description="Where it runs (适用组织单元); empty: in its own org unit.",
        examples=[["dealer:D0001"]],
    )
    target: CampaignTarget = Field(description="Whom it is for (目标客户).")


class CampaignMemberChanged(BusinessEvent):
    """A customer was contacted for a campaign, or not and why, or has answered it (营销活动响应)."""

    event_type: ClassVar[str] = "isthmus.sales.campaign-member-changed.v1"
    event_key: ClassVar[str] = "campaign_member_id"

    campaign_member_id: UUID = Field(description="The customer in the campaign (活动成员号).")
    campaign_id: UUID = Field(description="The campaign (活动号).")
    campaign: Text = Field(description="Code of the campaign (活动代码).")
    status: Code = Field(
        description="State (状态).",
        json_schema_extra={
            "x-known-values": ["contacted", "failed", "removed", "responded", "selected", "sending", "suppressed"]
        },
    )
    contact_channel: Code | None = Field(
        None, description="How the customer was contacted (接触渠道).", examples=["sms"]
    )
    contacted_at: Instant | None = Field(None, description="When the customer was contacted (接触时间).")
    not_contacted: Text | None = Field(
        None, description="Why the customer was not contacted (未接触原因).", examples=["consent_withdrawn"]
    )
    response: Code | None = Field(
        None,
        description="What came of it (响应).",
        json_schema_extra={"x-known-values": ["answered", "declined", "interested", "order", "test_drive"]},
    )
    responded_at: Instant | None = Field(None, description="When the customer answered (响应时间).")
    note: LongText | None = Field(None, description="Note (备注).")


class WebVisit(Value):
    """A page that was looked at (页面浏览)."""

    at: Instant = Field(description="When (浏览时间).")
    path: Text = Field(description="Page, without its query (页面).", examples=["/models/g5"])
    series: Text | None = Field(None, description="Series it is about (浏览车系).", examples=["G5"])


class WebVisitorChanged(BusinessEvent):
    """A visitor of the web site left a phone or e-mail, or who did has visited again (官网访客归户)."""

    event_type: ClassVar[str] = "isthmus.sales.web-visitor-changed.v1"
    event_key: ClassVar[str] = "web_visitor_id"

    web_visitor_id: UUID = Field(description="The visitor (访客号).")
    lead_id: UUID = Field(description="Lead the visitor became (线索号).")
    visit_count: int = Field(ge=0, description="Pages looked at in all (浏览次数).", examples=[12])
    visits: Annotated[list[WebVisit], Field(max_length=100)] = Field(
        description="What was looked at (浏览记录), the newest 100, oldest first."
    )
