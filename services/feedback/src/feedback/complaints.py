"""Complaints (投诉): taken in, followed to a settlement that the customer accepts or not."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Mapped, mapped_column

from feedback.access import Writing
from isthmus.contracts.feedback import ComplaintChanged, ComplaintClosed, ComplaintOpened
from isthmus.contracts.fields import Code, Instant, LongText, OrgUnit, Text
from isthmus.http import ApiModel, ShortText, service_router
from isthmus.parties import (
    Document,
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    JsonModel,
    NewDocument,
    Vehicle,
)
from isthmus.workflow import Workflow

Severity = Literal["low", "normal", "serious", "critical"]


class Complaint(Document):
    """Table of complaints."""

    __tablename__ = "complaints"
    business_facts = frozenset({"category", "channel", "handler", "responsible_org_unit", "severity"})
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
    due_at: Instant | None = Field(None, description="Solution due (解决期限).")


class NewComplaint(NewDocument, ComplaintFields):
    """A new complaint (投诉受理)."""


class ComplaintChange(DocumentChange, ComplaintFields):
    """What changes in a complaint (投诉跟进)."""


class ComplaintResolution(ApiModel):
    """How a complaint is settled or why it is rejected (处理结果)."""

    resolution: LongText = Field(min_length=1, description="How it is settled, or why it is rejected (处理结果).")


class ComplaintClosure(ApiModel):
    """What the customer says of the settlement (客户确认)."""

    satisfied: bool | None = Field(None, description="Whether the customer accepts it (客户是否满意).")


class ComplaintView(DocumentView, ComplaintFields):
    """A complaint (投诉)."""

    resolution: LongText | None = Field(description="How it was settled (处理结果).")
    satisfied: bool | None = Field(description="Whether the customer accepts it (客户是否满意).")
    opened_at: datetime = Field(description="Opened (受理时间).")
    closed_at: datetime | None = Field(description="Closed (结案时间).")


class ComplaintFilter(DocumentFilter):
    """Which complaints to list."""

    sortable = Complaint.sortable

    category: Code | None = Field(None, description="Only this category (投诉类别).")
    severity: Severity | None = Field(None, description="Only this severity (严重程度).")
    responsible_org_unit: OrgUnit | None = Field(None, description="Only those of this org unit (责任单位).")


workflow = Workflow(
    initial="opened",
    steps={
        "accept": (["opened"], "accepted"),
        "reject": (["opened", "accepted", "in_progress"], "rejected"),
        "start": (["accepted", "escalated"], "in_progress"),
        "escalate": (["opened", "accepted", "in_progress"], "escalated"),
        "resolve": (["accepted", "in_progress", "escalated"], "resolved"),
        "reopen": (["resolved", "rejected"], "in_progress"),
        "close": (["resolved", "rejected"], "closed"),
    },
)
complaints = Documents(Complaint, ComplaintView, workflow)
router = service_router(prefix="/v1/feedback/complaints", tags=["complaints"])
complaints.serve_reading(router, ComplaintFilter)
complaints.serve_change(router, ComplaintChange, ComplaintChanged, about="Change a complaint while it is not closed.")


@router.post("", status_code=201)
async def create_complaint(body: NewComplaint, work: Writing) -> ComplaintView:
    """Take in a complaint (投诉受理)."""
    return await complaints.create(work, body, ComplaintOpened, opened_at=work.clock.now())


@router.post("/{complaint_id}/accept")
async def accept_complaint(complaint_id: UUID, work: Writing) -> ComplaintView:
    """It is justified enough to be followed (受理)."""
    return await complaints.step(work, complaint_id, "accept", ComplaintChanged)


@router.post("/{complaint_id}/reject")
async def reject_complaint(complaint_id: UUID, body: ComplaintResolution, work: Writing) -> ComplaintView:
    """It is not justified, and why (驳回)."""
    return await complaints.step(work, complaint_id, "reject", ComplaintChanged, resolution=body.resolution)


@router.post("/{complaint_id}/start")
async def start_complaint(complaint_id: UUID, work: Writing) -> ComplaintView:
    """Somebody works on it (处理中)."""
    return await complaints.step(work, complaint_id, "start", ComplaintChanged)


@router.post("/{complaint_id}/escalate")
async def escalate_complaint(complaint_id: UUID, work: Writing) -> ComplaintView:
    """Somebody higher must look at it (升级)."""
    return await complaints.step(work, complaint_id, "escalate", ComplaintChanged)


@router.post("/{complaint_id}/resolve")
async def resolve_complaint(complaint_id: UUID, body: ComplaintResolution, work: Writing) -> ComplaintView:
    """It is settled (解决), and how."""
    return await complaints.step(work, complaint_id, "resolve", ComplaintChanged, resolution=body.resolution)


@router.post("/{complaint_id}/reopen")
async def reopen_complaint(complaint_id: UUID, work: Writing) -> ComplaintView:
    """The customer does not accept the settlement (重新处理)."""
    return await complaints.step(work, complaint_id, "reopen", ComplaintChanged, satisfied=False)


@router.post("/{complaint_id}/close")
async def close_complaint(complaint_id: UUID, body: ComplaintClosure, work: Writing) -> ComplaintView:
    """Closed (结案), with what the customer says of it."""
    now, satisfied = work.clock.now(), body.satisfied
    return await complaints.step(work, complaint_id, "close", ComplaintClosed, closed_at=now, satisfied=satisfied)
