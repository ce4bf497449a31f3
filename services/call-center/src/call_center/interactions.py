"""Interactions (客户互动): each contact with a customer by phone, fax, e-mail, web or WeChat, in or out."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from call_center.access import Writing
from call_center.callers import customer_at
from call_center.cases import cases
from isthmus.contracts.call_center import InteractionChanged, InteractionRecorded
from isthmus.contracts.customer_records import PartyBody
from isthmus.contracts.fields import Code, Instant, LongText, OrgUnit, Text
from isthmus.http import ApiModel, ShortText, service_router
from isthmus.parties import (
    CustomerReference,
    Document,
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    KnownCustomer,
    NewDocument,
    Work,
)
from isthmus.workflow import Workflow

Channel = Literal["phone", "fax", "email", "web", "wechat"]


class Interaction(Document):
    """Table of interactions."""

    __tablename__ = "interactions"
    business_facts = frozenset({"agent", "channel", "direction", "reason"})
    sortable = ("at",)

    channel: Mapped[str]
    direction: Mapped[str]
    address: Mapped[str | None]
    at: Mapped[datetime]
    duration_seconds: Mapped[int | None]
    agent: Mapped[str | None]
    subject: Mapped[str | None]
    body: Mapped[str | None]
    reason: Mapped[str | None]
    result: Mapped[str | None]
    commitment: Mapped[str | None]
    commitment_due_at: Mapped[datetime | None]
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)

    @property
    def occurred_at(self) -> datetime:
        """The timeline shows a contact when it took place, not when it was written up."""
        return self.at


class WrapUp(ApiModel):
    """What is noted when the contact is over (话后小结)."""

    duration_seconds: int | None = Field(None, ge=0, le=1_000_000, description="How long (时长).")
    reason: Code | None = Field(None, description="Wrap-up code (来电原因): enquiry, appointment, rescue, complaint …")
    result: Text | None = Field(None, description="Outcome (处理结果).")
    commitment: LongText | None = Field(None, description="What was promised (承诺事项).")
    commitment_due_at: Instant | None = Field(None, description="Promised until (承诺期限).")


class InteractionFields(WrapUp):
    channel: Channel = Field(description="Channel (渠道).")
    direction: Literal["inbound", "outbound"] = Field(description="Who began (呼入/呼出).")
    address: Text | None = Field(None, description="Number or address at the customer's end (对方号码/地址).")
    at: Instant = Field(description="When it began (开始时间).")
    agent: ShortText | None = Field(None, description="Agent (坐席).")
    subject: Text | None = Field(None, description="Subject (主题).")
    body: LongText | None = Field(None, description="What was written or noted (内容).")


class NewInteraction(InteractionFields):
    """A contact (互动登记). Without `customer`, the record that stands for `address` is taken or made."""

    org_unit: OrgUnit = Field("hq", description="Org unit (组织单元) that had the contact.")
    customer: CustomerReference | None = Field(None, description="Customer (客户), when the agent knows who it is.")
    case_id: UUID | None = Field(None, description="Case it belongs to (工单号); its customer is taken.")

    @model_validator(mode="after")
    def _names_somebody(self) -> "NewInteraction":
        if self.customer is None and self.address is None and self.case_id is None:
            raise ValueError("an interaction needs a customer, an address or a case")
        return self


class IdentifiedInteraction(NewDocument, InteractionFields):
    """A new interaction whose customer is settled."""

    case_id: UUID | None


class InteractionChange(DocumentChange, InteractionFields):
    """What changes in an interaction (互动补记)."""


class InteractionView(DocumentView, InteractionFields):
    """An interaction (客户互动)."""

    case_id: UUID | None = Field(description="Case it belongs to (工单号).")


class InteractionFilter(DocumentFilter):
    """Which interactions to list."""

    sortable = Interaction.sortable

    channel: Channel | None = Field(None, description="Only this channel (渠道).")
    agent: ShortText | None = Field(None, description="Only this agent (坐席).")
    case_id: UUID | None = Field(None, description="Only those of this case (工单号).")


workflow = Workflow(initial="open", steps={"complete": (["open"], "completed")})
interactions = Documents(Interaction, InteractionView, workflow)
router = service_router(prefix="/v1/call-center/interactions", tags=["interactions"])
interactions.serve_reading(router, InteractionFilter)
interactions.serve_change(
    router, InteractionChange, InteractionChanged, about="Change an interaction while it is open."
)


@router.post("", status_code=201)
async def create_interaction(body: NewInteraction, work: Writing) -> InteractionView:
    """Record a contact (互动登记) with a known customer, or with whoever is at that number or address."""
    work.require_org_unit(body.org_unit)
    return await interactions.create(work, await _identified(work, body), InteractionRecorded)


@router.post("/{interaction_id}/complete")
async def complete_interaction(interaction_id: UUID, body: WrapUp, work: Writing) -> InteractionView:
    """Wrap up (话后小结): the contact is over, and what came of it."""
    noted = {name: getattr(body, name) for name in body.model_fields_set}
    return await interactions.step(work, interaction_id, "complete", InteractionChanged, **noted)


async def _identified(work: Work, body: NewInteraction) -> IdentifiedInteraction:
    """Whom the agent names, else whom the case is about, else whoever is at the address."""
    fields = {name: getattr(body, name) for name in type(body).model_fields}
    identified = IdentifiedInteraction.model_validate(fields | {"customer": body.customer or PartyBody()})
    case = await cases.require(work, identified, "case_id")
    if body.customer is not None:
        return identified
    if case is not None:
        customer = KnownCustomer(record_id=case.record_id)
    else:
        customer = await customer_at(work, body.org_unit, body.channel, body.address or "")
    return identified.model_copy(update={"customer": customer})
