"""The table of complaints (投诉) and how they are written and shown."""

from datetime import datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from feedback.complaints.rules import Severity
from isthmus.contracts.fields import Code, Instant, LongText, OrgUnit, Text
from isthmus.http import ApiModel, ShortText
from isthmus.parties import Document, DocumentChange, DocumentFilter, DocumentView, JsonModel, NewDocument, Vehicle


class Complaint(Document):
    """Table of complaints."""

    __tablename__ = "complaints"
    business_facts = frozenset(
        {"category", "cause", "channel", "handler", "remedy", "responsible_org_unit", "severity"}
    )
    sortable = ("due_at",)

    category: Mapped[str]
    severity: Mapped[str]
    channel: Mapped[str | None]
    subject: Mapped[str]
    description: Mapped[str | None]
    demand: Mapped[str | None]
    responsible_org_unit: Mapped[str | None] = mapped_column(index=True)
    handler: Mapped[str | None]
    vehicle: Mapped[Vehicle | None] = mapped_column(JsonModel(Vehicle))
    due_at: Mapped[datetime | None]
    resolution: Mapped[str | None]
    satisfied: Mapped[bool | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    accept_due_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    forwarded_at: Mapped[datetime | None]
    answer_due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    dealer_answer: Mapped[str | None]
    cause: Mapped[str | None]
    remedy: Mapped[str | None]
    resolved_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]
    reopenings: Mapped[int] = mapped_column(default=0)
    escalation_level: Mapped[int] = mapped_column(default=0)
    survey_response_id: Mapped[UUID | None] = mapped_column(ForeignKey("survey_responses.id"), unique=True)


class ComplaintFields(ApiModel):
    category: Code = Field(
        "other",
        description="What is complained of (投诉类别): sales, service, quality, parts, delivery, price, attitude.",
    )
    severity: Severity = Field("normal", description="Severity (严重程度).")
    channel: Code | None = Field(None, description="Channel it came by (投诉渠道).")
    subject: Text = Field(min_length=1, description="Subject (主题).")
    description: LongText | None = Field(None, description="What happened (投诉内容).")
    demand: LongText | None = Field(None, description="What the customer wants (客户诉求).")
    responsible_org_unit: OrgUnit | None = Field(None, description="Org unit complained of (责任单位).")
    handler: ShortText | None = Field(None, description="Person in charge (处理人).")
    vehicle: Vehicle | None = Field(None, description="Vehicle concerned (相关车辆).")
    due_at: Instant | None = Field(
        None, description="Solution due (解决期限); unless agreed with the customer, it follows from the severity."
    )


class NewComplaint(NewDocument, ComplaintFields):
    """A new complaint (投诉受理)."""


class ComplaintChange(DocumentChange, ComplaintFields):
    """What changes in a complaint (投诉跟进); another severity sets the deadlines anew."""


class ComplaintForwarding(ApiModel):
    """To whom a complaint is forwarded (转办)."""

    responsible_org_unit: OrgUnit = Field(
        description="Org unit that is to answer (责任单位).", examples=["dealer:D0001"]
    )


class DealerAnswer(ApiModel):
    """What the responsible org unit says (责任单位答复)."""

    dealer_answer: LongText = Field(min_length=1, description="Answer of the responsible org unit (责任单位答复).")
    cause: Code | None = Field(None, description="Cause it sees (原因代码); the codes are those of `/codes`.")


class ComplaintResolution(ApiModel):
    """How a complaint is settled or why it is rejected (处理结果)."""

    resolution: LongText = Field(min_length=1, description="How it is settled, or why it is rejected (处理结果).")
    cause: Code | None = Field(None, description="Cause (原因代码); the codes are those of `/codes`.")
    remedy: Code | None = Field(None, description="Remedy (措施代码); the codes are those of `/codes`.")


class ComplaintClosure(ApiModel):
    """What the customer says of the settlement (客户确认)."""

    satisfied: bool | None = Field(
        None, description="Whether the customer accepts it (客户是否满意); null when nobody could be reached."
    )


class ComplaintView(DocumentView, ComplaintFields):
    """A complaint (投诉)."""

    resolution: LongText | None = Field(description="How it was settled (处理结果).")
    satisfied: bool | None = Field(description="Whether the customer accepts it (客户是否满意).")
    opened_at: datetime = Field(description="Opened (受理时间).")
    closed_at: datetime | None = Field(description="Closed (结案时间).")
    accept_due_at: datetime | None = Field(description="Acceptance due (受理期限).")
    accepted_at: datetime | None = Field(description="Accepted (接单时间).")
    forwarded_at: datetime | None = Field(description="Forwarded to the responsible org unit (转办时间).")
    answer_due_at: datetime | None = Field(description="Answer of the responsible org unit due (答复期限).")
    answered_at: datetime | None = Field(description="Answered by the responsible org unit (答复时间).")
    dealer_answer: LongText | None = Field(description="Answer of the responsible org unit (责任单位答复).")
    cause: Code | None = Field(description="Cause (原因代码).")
    remedy: Code | None = Field(description="Remedy (措施代码).")
    resolved_at: datetime | None = Field(description="Settled or rejected (解决时间).")
    reopened_at: datetime | None = Field(description="Last reopened (重开时间).")
    reopenings: int = Field(description="How often it was reopened (重开次数).")
    escalation_level: int = Field(description="Escalation (升级级别): 0 unless a deadline was missed.")
    survey_response_id: UUID | None = Field(description="Survey response that opened it (相关答卷).")


class ComplaintFilter(DocumentFilter):
    """Which complaints to list."""

    sortable = Complaint.sortable

    category: Code | None = Field(None, description="Only this category (投诉类别).")
    severity: Severity | None = Field(None, description="Only this severity (严重程度).")
    responsible_org_unit: OrgUnit | None = Field(None, description="Only those of this org unit (责任单位).")
    cause: Code | None = Field(None, description="Only this cause (原因代码).")
    remedy: Code | None = Field(None, description="Only this remedy (措施代码).")
    escalation_level: int | None = Field(None, ge=0, le=9, description="Only this escalation (升级级别).")
    survey_response_id: UUID | None = Field(None, description="Only the one of this response (相关答卷).")
