"""Cases (客服工单): something to be settled for a customer, by headquarters or by the org unit that must act."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy.orm import Mapped, mapped_column

from call_center.access import Writing
from isthmus.contracts.call_center import CaseChanged, CaseClosed, CaseOpened
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

Priority = Literal["low", "normal", "high", "urgent"]


class Case(Document):
    """Table of cases."""

    __tablename__ = "cases"
    business_facts = frozenset({"assigned_org_unit", "assignee", "channel", "kind", "priority"})
    sortable = ("due_at",)

    number: Mapped[str | None]
    kind: Mapped[str]
    priority: Mapped[str]
    subject: Mapped[str]
    description: Mapped[str | None]
    channel: Mapped[str | None]
    assigned_org_unit: Mapped[str | None] = mapped_column(index=True)
    assignee: Mapped[str | None]
    vehicle: Mapped[Vehicle | None] = mapped_column(JsonModel(Vehicle))
    first_response_due_at: Mapped[datetime | None]
    first_responded_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[str | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class CaseFields(ApiModel):
    number: ShortText | None = Field(None, description="Number told to the customer (工单编号).")
    kind: Code = Field(
        "enquiry", description="Kind (工单类型): enquiry, complaint, suggestion, feedback, rescue, claim, appointment."
    )
    priority: Priority = Field("normal", description="Priority (优先级).")
    subject: Text = Field(min_length=1, description="Subject (主题).")
    description: LongText | None = Field(None, description="What it is about (描述).")
    channel: Code | None = Field(None, description="Channel it came by (来源渠道).")
    vehicle: Vehicle | None = Field(None, description="Vehicle concerned (相关车辆).")
    first_response_due_at: Instant | None = Field(None, description="First answer due (首次响应期限).")
    due_at: Instant | None = Field(None, description="Solution due (解决期限).")


class NewCase(NewDocument, CaseFields):
    """A new case (工单建立)."""

    org_unit: OrgUnit = Field("hq", description="Org unit (组织单元) that keeps the case.")


class CaseChange(DocumentChange, CaseFields):
    """What changes in a case (工单变更)."""


class Assignment(ApiModel):
    assigned_org_unit: OrgUnit | None = Field(None, description="Org unit that must act (责任单位).")
    assignee: ShortText | None = Field(None, description="Person in charge (处理人).")


class CaseAssignment(Assignment):
    """Who must act (派单): an org unit, a person, or both; replaces who had to act before."""

    @model_validator(mode="after")
    def _names_somebody(self) -> "CaseAssignment":
        if self.assigned_org_unit is None and self.assignee is None:
            raise ValueError("an assignment needs an org unit or a person")
        return self


class CaseResolution(ApiModel):
    """How a case was settled (解决方案)."""

    resolution: LongText = Field(min_length=1, description="How it was settled (解决方案).")


class CaseView(DocumentView, CaseFields, Assignment):
    """A case (客服工单)."""

    first_responded_at: datetime | None = Field(description="First answered (首次响应时间).")
    resolved_at: datetime | None = Field(description="Solved (解决时间).")
    resolution: LongText | None = Field(description="How it was settled (解决方案).")
    opened_at: datetime = Field(description="Opened (建单时间).")
    closed_at: datetime | None = Field(description="Closed (关闭时间).")


class CaseFilter(DocumentFilter):
    """Which cases to list."""

    sortable = Case.sortable

    kind: Code | None = Field(None, description="Only this kind (工单类型).")
    priority: Priority | None = Field(None, description="Only this priority (优先级).")
    assigned_org_unit: OrgUnit | None = Field(None, description="Only those this org unit must act on (责任单位).")
    assignee: ShortText | None = Field(None, description="Only those of this person (处理人).")


UNSETTLED = ["new", "assigned", "in_progress", "pending_customer", "escalated"]
workflow = Workflow(
    initial="new",
    steps={
        "assign": (UNSETTLED, "assigned"),
        "start": (["new", "assigned", "pending_customer", "escalated"], "in_progress"),
        "await-customer": (["assigned", "in_progress", "escalated"], "pending_customer"),
        "escalate": (["new", "assigned", "in_progress", "pending_customer"], "escalated"),
        "resolve": (UNSETTLED, "resolved"),
        "reopen": (["resolved"], "in_progress"),
        "close": (["resolved"], "closed"),
    },
)
cases = Documents(Case, CaseView, workflow)
router = service_router(prefix="/v1/call-center/cases", tags=["cases"])
cases.serve_reading(router, CaseFilter)
cases.serve_change(router, CaseChange, CaseChanged, about="Change a case while it is not closed.")


@router.post("", status_code=201)
async def create_case(body: NewCase, work: Writing) -> CaseView:
    """Open a case (工单建立)."""
    return await cases.create(work, body, CaseOpened, opened_at=work.clock.now())


@router.post("/{case_id}/assign")
async def assign_case(case_id: UUID, body: CaseAssignment, work: Writing) -> CaseView:
    """Say who must act (派单)."""
    return await cases.step(work, case_id, "assign", CaseChanged, **body.model_dump())


@router.post("/{case_id}/start")
async def start_case(case_id: UUID, work: Writing) -> CaseView:
    """Somebody works on it; the first time, this is the first response (首次响应)."""
    case = await cases.find(work, case_id, lock=True)
    first_responded_at = case.first_responded_at or work.clock.now()
    return await cases.step(work, case_id, "start", CaseChanged, first_responded_at=first_responded_at)


@router.post("/{case_id}/await-customer")
async def await_customer(case_id: UUID, work: Writing) -> CaseView:
    """The customer must answer first (待客户回复)."""
    return await cases.step(work, case_id, "await-customer", CaseChanged)


@router.post("/{case_id}/escalate")
async def escalate_case(case_id: UUID, work: Writing) -> CaseView:
    """Somebody higher must look at it (升级)."""
    return await cases.step(work, case_id, "escalate", CaseChanged)


@router.post("/{case_id}/resolve")
async def resolve_case(case_id: UUID, body: CaseResolution, work: Writing) -> CaseView:
    """It is settled (解决), and how; settled at once, this is the first response as well."""
    case, now = await cases.find(work, case_id, lock=True), work.clock.now()
    times = {"resolved_at": now, "first_responded_at": case.first_responded_at or now}
    return await cases.step(work, case_id, "resolve", CaseChanged, resolution=body.resolution, **times)


@router.post("/{case_id}/reopen")
async def reopen_case(case_id: UUID, work: Writing) -> CaseView:
    """It was not settled after all (重新打开)."""
    return await cases.step(work, case_id, "reopen", CaseChanged, resolved_at=None)


@router.post("/{case_id}/close")
async def close_case(case_id: UUID, work: Writing) -> CaseView:
    """The customer is content, or said no more (关闭)."""
    return await cases.step(work, case_id, "close", CaseClosed, closed_at=work.clock.now())
