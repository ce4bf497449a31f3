"""Campaigns (营销活动): planned with cost, channel, material and target; run, and closed."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from isthmus.contracts.fields import LongText, OrgUnit, Text
from isthmus.contracts.sales_campaigns import CampaignChanged
from isthmus.http import (
    ApiModel,
    Conflict,
    FieldError,
    IfMatch,
    ShortText,
    Unprocessable,
    naming_conflicts,
    service_router,
)
from isthmus.parties import Entries, EntryChange, EntryFilter, EntryView, Money, NewEntry, Work
from isthmus.timers import set_timer
from isthmus.workflow import Workflow
from sales.access import Writing
from sales.campaigns.placeholders import check_words
from sales.campaigns.sending import SENDING, SENT_BY_US
from sales.campaigns.tables import Campaign, Target

Channel = Literal["email", "event", "letter", "phone", "sms", "visit", "web"]
Purpose = Literal["care", "marketing", "safety", "service"]


class CampaignFields(ApiModel):
    title: ShortText = Field(description="Name (活动名称).")
    purpose: Purpose = Field(
        "marketing", description="Purpose (处理目的) that each customer must bear with: marketing, care …"
    )
    channel: Channel = Field(description="Channel (渠道): email, letter and sms are sent; others are worked by hand.")
    starts_on: date = Field(description="First day (开始日期).")
    ends_on: date = Field(description="Last day (结束日期).")
    planned_cost: Money | None = Field(None, description="Planned cost (预算费用).")
    actual_cost: Money | None = Field(None, description="Actual cost (实际费用), in the currency of the plan.")
    org_units: list[OrgUnit] = Field(
        default_factory=list, max_length=200, description="Where it runs (适用组织单元); empty: in its own org unit."
    )
    target: Target = Field(default_factory=Target, description="Whom it is for (目标客户).")
    goal: Text | None = Field(None, description="What is to be reached (活动目标).")
    material: Text | None = Field(None, description="Material that is given out (宣传资料).")
    subject: ShortText | None = Field(None, description="Subject of the message (消息标题), as `message`.")
    message: LongText | None = Field(
        None, description="Words of the message (消息内容); what `placeholders` lists may stand in it: {salutation}."
    )


class NewCampaign(NewEntry, CampaignFields):
    """A new campaign (活动策划)."""

    code: ShortText = Field(description="Code (活动代码) that leads name it by; no other campaign has it.")


class CampaignChange(EntryChange, CampaignFields):
    """What changes in a campaign (活动变更)."""


class CampaignView(EntryView, CampaignFields):
    """A campaign (营销活动)."""

    code: ShortText = Field(description="Code (活动代码) that leads name it by.")


class CampaignFilter(EntryFilter):
    """Which campaigns to list."""

    sortable = Campaign.sortable

    code: ShortText | None = Field(None, description="Only that with this code (活动代码).")
    channel: Channel | None = Field(None, description="Only this channel (渠道).")


def _check_campaign(campaign: Campaign) -> None:
    if campaign.ends_on < campaign.starts_on:
        detail = "A campaign does not end before it begins."
        raise Unprocessable("wrong_span", detail, [FieldError("/ends_on", "wrong_span", detail)])
    planned, actual = campaign.planned_cost, campaign.actual_cost
    for field, cost in (("planned_cost", planned), ("actual_cost", actual)):
        if cost is not None and cost.amount_minor < 0:
            raise _wrong_cost(field, "A cost is not less than nothing.")
    if planned and actual and planned.currency != actual.currency:
        raise _wrong_cost("actual_cost", f"This must be in {planned.currency}, as the plan is.")


def _wrong_cost(field: str, detail: str) -> Unprocessable:
    return Unprocessable("wrong_amount", detail, [FieldError(f"/{field}", "wrong_amount", detail)])


workflow = Workflow(
    initial="planned",
    steps={
        "start": (["planned"], "running"),
        "close": (["running"], "closed"),
        "cancel": (["planned"], "cancelled"),
    },
    changeable=["planned", "running", "closed"],
)
campaigns = Entries(Campaign, CampaignView, workflow, rule=_check_campaign)
router = service_router(prefix="/v1/sales/campaigns", tags=["campaigns"])
campaigns.serve_reading(router, CampaignFilter)


@router.post("", status_code=201)
async def plan_campaign(body: NewCampaign, work: Writing) -> CampaignView:
    """Plan a campaign (活动策划); 409 `code_taken` when another has its code, 422 for an unknown placeholder."""
    _require_places(work, body.org_units)
    _check_words(body)
    detail = "Another campaign has this code."
    taken = Conflict("code_taken", detail, [FieldError("/code", "code_taken", detail)])
    with naming_conflicts({"campaigns_code_key": taken}):
        return await campaigns.create(work, body, CampaignChanged)


@router.patch("/{campaign_id}")
async def change_campaign(campaign_id: UUID, body: CampaignChange, version: IfMatch, work: Writing) -> CampaignView:
    """Change a campaign (活动变更); its cost also once it is closed, when the bills have come."""
    if "org_units" in body.model_fields_set:
        _require_places(work, body.org_units)
    _check_words(body)
    return await campaigns.change(work, campaign_id, version, body, CampaignChanged)


@router.post("/{campaign_id}/start")
async def start_campaign(campaign_id: UUID, work: Writing) -> CampaignView:
    """Start a campaign (活动启动); where its channel is one we send by, its message goes out to all its customers."""
    campaign = await campaigns.find(work, campaign_id, lock=True)
    if campaign.channel in SENT_BY_US and campaign.status == workflow.initial:
        _require_words(campaign)
        await set_timer(work.session, kind=SENDING, key=str(campaign.id), due_at=work.clock.now())
    return await campaigns.step(work, campaign_id, "start", CampaignChanged)


@router.post("/{campaign_id}/close")
async def close_campaign(campaign_id: UUID, work: Writing) -> CampaignView:
    """The campaign is over (活动结束); nothing more is sent."""
    return await campaigns.step(work, campaign_id, "close", CampaignChanged)


@router.post("/{campaign_id}/cancel")
async def cancel_campaign(campaign_id: UUID, work: Writing) -> CampaignView:
    """The campaign does not take place (活动取消)."""
    return await campaigns.step(work, campaign_id, "cancel", CampaignChanged)


def _require_places(work: Work, org_units: list[OrgUnit]) -> None:
    for org_unit in org_units:
        work.require_org_unit(org_unit)


def _check_words(body: CampaignFields) -> None:
    """Of a change only the words that are sent: older ones stay as they are."""
    check_words({name: getattr(body, name) for name in ("subject", "message") if name in body.model_fields_set})


def _require_words(campaign: Campaign) -> None:
    missing = [name for name in ("subject", "message") if not getattr(campaign, name)]
    if missing:
        detail = "A campaign that is sent needs a subject and a message."
        raise Conflict("nothing_to_send", detail, [FieldError(f"/{name}", "missing", detail) for name in missing])
