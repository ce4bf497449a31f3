"""Leads (销售线索): somebody may want a vehicle; followed from the first word until won or lost."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.fields import Code, Instant, LongText, Text
from isthmus.contracts.sales import LeadChanged, LeadCreated
from isthmus.http import ApiModel, ShortText, service_router
from isthmus.parties import (
    Document,
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    JsonModel,
    Money,
    NewDocument,
    VehicleModel,
)
from isthmus.workflow import Workflow
from sales.access import Writing


class Lead(Document):
    """Table of leads."""

    __tablename__ = "leads"
    business_facts = frozenset({"budget", "channel", "consultant", "intent_level"})
    sortable = ("next_contact_at", "score")

    channel: Mapped[str | None]
    campaign: Mapped[str | None]
    consultant: Mapped[str | None] = mapped_column(index=True)
    vehicle: Mapped[VehicleModel | None] = mapped_column(JsonModel(VehicleModel))
    intent_level: Mapped[str | None]
    budget: Mapped[Money | None] = mapped_column(JsonModel(Money))
    expected_purchase_on: Mapped[date | None]
    next_contact_at: Mapped[datetime | None]
    score: Mapped[int | None]
    lost_reason: Mapped[str | None]
    note: Mapped[str | None]


class LeadFields(ApiModel):
    channel: Code | None = Field(None, description="How it came (来源渠道): web, walk_in, phone, adf, referral …")
    campaign: Text | None = Field(None, description="Campaign that brought it (营销活动).")
    consultant: ShortText | None = Field(None, description="Sales consultant in charge (销售顾问).")
    vehicle: VehicleModel | None = Field(None, description="Vehicle of interest (意向车型).")
    intent_level: Code | None = Field(None, description="Intent grade (意向级别): h, a, b, c.")
    budget: Money | None = Field(None, description="Budget (预算).")
    expected_purchase_on: date | None = Field(None, description="Expected date of purchase (预计购车日期).")
    next_contact_at: Instant | None = Field(None, description="Next contact promised (下次联系时间).")
    score: int | None = Field(None, ge=0, le=1000, description="Score, 1000 is best (线索评分).")
    note: LongText | None = Field(None, description="Note (备注).")


class NewLead(NewDocument, LeadFields):
    """A new lead (线索建立)."""


class LeadChange(DocumentChange, LeadFields):
    """What changes in a lead (线索变更)."""


class LeadLoss(ApiModel):
    """Why a lead is lost (战败)."""

    lost_reason: Text = Field(min_length=1, description="Why it was lost (战败原因).")


class LeadView(DocumentView, LeadFields):
    """A lead (销售线索)."""

    lost_reason: Text | None = Field(description="Why it was lost (战败原因).")


class LeadFilter(DocumentFilter):
    """Which leads to list."""

    sortable = Lead.sortable

    consultant: ShortText | None = Field(None, description="Only this consultant (销售顾问).")
    channel: Code | None = Field(None, description="Only this channel (来源渠道).")


workflow = Workflow(
    initial="new",
    steps={
        "contact": (["new"], "contacted"),
        "qualify": (["new", "contacted"], "qualified"),
        "convert": (["qualified"], "converted"),
        "lose": (["new", "contacted", "qualified"], "lost"),
    },
)
leads = Documents(Lead, LeadView, workflow)
router = service_router(prefix="/v1/sales/leads", tags=["leads"])
leads.serve_reading(router, LeadFilter)
leads.serve_change(
    router, LeadChange, LeadChanged, about="Change a lead, for instance assign it to a consultant (线索分配)."
)


@router.post("", status_code=201)
async def create_lead(body: NewLead, work: Writing) -> LeadView:
    """Record a lead (线索建立)."""
    return await leads.create(work, body, LeadCreated)


@router.post("/{lead_id}/contact")
async def contact_lead(lead_id: UUID, work: Writing) -> LeadView:
    """The customer was reached (首次联系)."""
    return await leads.step(work, lead_id, "contact", LeadChanged)


@router.post("/{lead_id}/qualify")
async def qualify_lead(lead_id: UUID, work: Writing) -> LeadView:
    """The wish is real: need, budget and time are known (线索确认)."""
    return await leads.step(work, lead_id, "qualify", LeadChanged)


@router.post("/{lead_id}/convert")
async def convert_lead(lead_id: UUID, work: Writing) -> LeadView:
    """The lead became a purchase (成交转化)."""
    return await leads.step(work, lead_id, "convert", LeadChanged)


@router.post("/{lead_id}/lose")
async def lose_lead(lead_id: UUID, body: LeadLoss, work: Writing) -> LeadView:
    """The lead is lost, and why (战败)."""
    return await leads.step(work, lead_id, "lose", LeadChanged, lost_reason=body.lost_reason)
