"""An interaction (客户互动) as it is stored, shown and changed, and the states it goes through."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from isthmus.contracts.fields import Code, Instant, LongText, OrgUnit, Text
from isthmus.http import ApiModel, ShortText
from isthmus.parties import CustomerReference, Document, DocumentChange, DocumentFilter, DocumentView, NewDocument
from isthmus.workflow import Workflow

Channel = Literal["phone", "fax", "email", "web", "wechat"]
Direction = Literal["inbound", "outbound"]


class Interaction(Document):
    """Table of interactions."""

    __tablename__ = "interactions"
    business_facts = frozenset(
        {"agent", "call_outcome", "channel", "delivery", "delivery_reason", "direction", "reason", "reason_detail"}
    )
    sortable = ("at",)

    channel: Mapped[str]
    direction: Mapped[str]
    address: Mapped[str | None]
    address_key: Mapped[str | None]
    """The address as it is compared with others (`callers.comparable`); null for one that names nobody."""
    recipient: Mapped[str | None]
    at: Mapped[datetime]
    duration_seconds: Mapped[int | None]
    agent: Mapped[str | None]
    subject: Mapped[str | None]
    body: Mapped[str | None]
    reason: Mapped[str | None]
    reason_detail: Mapped[str | None]
    result: Mapped[str | None]
    commitment: Mapped[str | None]
    commitment_due_at: Mapped[datetime | None]
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    thread_id: Mapped[UUID | None] = mapped_column(index=True)
    message_id: Mapped[str | None]
    in_reply_to: Mapped[str | None]
    is_automatic: Mapped[bool]
    call_outcome: Mapped[str | None]
    delivery: Mapped[str | None]
    delivery_reason: Mapped[str | None]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[object, ...]:  # noqa: N805 - a class method by SQLAlchemy's rules
        """A message is recorded once; threads are found by the address."""
        return (
            *super().__table_args__,
            Index("interactions_address_idx", "org_unit", "channel", "address_key", "at"),
            UniqueConstraint("org_unit", "channel", "message_id", name="interactions_message_id_key"),
        )

    @property
    def occurred_at(self) -> datetime:
        """The timeline shows a contact when it took place, not when it was written up."""
        return self.at


class WrapUp(ApiModel):
    """What is noted when the contact is over (话后小结)."""

    duration_seconds: int | None = Field(None, ge=0, le=1_000_000, description="How long, in seconds (时长).")
    reason: Code | None = Field(
        None, description="Wrap-up code (来电原因), one of `/v1/call-center/codes`: enquiry, appointment, rescue …"
    )
    reason_detail: Code | None = Field(None, description="Its second level (二级原因): price, model, test_drive …")
    result: Text | None = Field(None, description="Outcome (处理结果).")
    commitment: LongText | None = Field(None, description="What was promised (承诺事项).")
    commitment_due_at: Instant | None = Field(None, description="Promised until (承诺期限).")


class InteractionFields(WrapUp):
    channel: Channel = Field(description="Channel (渠道).")
    direction: Direction = Field(description="Who began (呼入/呼出).")
    address: Text | None = Field(None, description="Number or address at the customer's end (对方号码/地址).")
    at: Instant = Field(description="When it began (开始时间).")
    agent: ShortText | None = Field(None, description="Agent (坐席).")
    subject: Text | None = Field(None, description="Subject (主题).")
    body: LongText | None = Field(None, description="What was written or noted (内容).")


class MessageFields(ApiModel):
    message_id: ShortText | None = Field(
        None, description="The channel's own id of the message (消息号), such as the Message-ID of an e-mail."
    )
    in_reply_to: ShortText | None = Field(None, description="Id of the message it answers (回复的消息号).")
    recipient: Text | None = Field(None, description="Our address that the customer wrote to (收件地址).")
    is_automatic: bool = Field(
        default=False, description="Sent by a machine (自动发送), such as an out-of-office reply; nothing answers it."
    )


class NewInteraction(InteractionFields, MessageFields):
    """A contact (互动登记). Without `customer`, the record that stands for `address` is taken or made.

    A message belongs to the conversation (会话) of the one it answers, else to the one its sender began not long ago
    about the same subject; customer and case are those of the conversation unless named.
    """

    org_unit: OrgUnit = Field("hq", description="Org unit (组织单元) that had the contact.")
    customer: CustomerReference | None = Field(None, description="Customer (客户), when the agent knows who it is.")
    case_id: UUID | None = Field(None, description="Case it belongs to (工单号); its customer is taken.")

    @model_validator(mode="after")
    def _names_somebody(self) -> "NewInteraction":
        if self.customer is None and self.address is None and self.case_id is None:
            raise ValueError("an interaction needs a customer, an address or a case")
        return self


class IdentifiedInteraction(NewDocument, InteractionFields, MessageFields):
    """A new interaction whose customer and conversation are settled."""

    case_id: UUID | None
    thread_id: UUID | None
    address_key: str | None


class InteractionChange(DocumentChange, InteractionFields):
    """What changes in an interaction (互动补记)."""


class InteractionView(DocumentView, InteractionFields, MessageFields):
    """An interaction (客户互动)."""

    case_id: UUID | None = Field(description="Case it belongs to (工单号).")
    thread_id: UUID | None = Field(description="Conversation it is part of (会话号): its first interaction.")
    call_outcome: Code | None = Field(description="How a call ended (通话结果).")
    delivery: Code | None = Field(
        description="Whether an answer of ours went out (发送状态): pending, sent, suppressed, failed."
    )
    delivery_reason: Text | None = Field(description="Why it did not (未发送原因).")


class InteractionFilter(DocumentFilter):
    """Which interactions to list."""

    sortable = Interaction.sortable

    channel: Channel | None = Field(None, description="Only this channel (渠道).")
    agent: ShortText | None = Field(None, description="Only this agent (坐席).")
    case_id: UUID | None = Field(None, description="Only those of this case (工单号).")
    thread_id: UUID | None = Field(None, description="Only those of this conversation (会话号).")
    reason: Code | None = Field(None, description="Only this wrap-up code (来电原因).")


workflow = Workflow(initial="open", steps={"complete": (["open"], "completed")})
