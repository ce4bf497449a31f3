"""A case (客服工单) as it is stored, shown and changed, and the states it goes through."""

from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from call_center.sla import Pause
from call_center.sla.terms import Priority
from isthmus.contracts.fields import Code, LongText, OrgUnit, Text
from isthmus.http import ApiModel, ShortText
from isthmus.parties import Document, DocumentChange, DocumentFilter, DocumentView, JsonModel, NewDocument, Vehicle
from isthmus.workflow import Workflow


class Case(Document):
    """Table of cases."""

    __tablename__ = "cases"
    business_facts = frozenset(
        {
            "assigned_org_unit",
            "assignee",
            "channel",
            "clock_marks",
            "close_code",
            "escalated_clock",
            "kind",
            "pauses",
            "priority",
        }
    )
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
    awaiting_reply_since: Mapped[datetime | None]
    next_response_due_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    pauses: Mapped[list[Pause]] = mapped_column(JsonModel(list[Pause]))
    clock_marks: Mapped[list[str]] = mapped_column(JsonModel(list[str]))
    """What the clocks have come to and was told: `resolution:warning` …"""
    escalated_clock: Mapped[str | None]
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[str | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    close_code: Mapped[str | None]
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))


CaseKind = Literal["enquiry", "complaint", "suggestion", "feedback", "rescue", "claim", "appointment"]
"""The kinds that are known; whoever opens a case may name another."""


class CaseFields(ApiModel):
    number: ShortText | None = Field(None, description="Number told to the customer (工单编号).")
    kind: Code = Field("enquiry", description=f"Kind (工单类型): {', '.join(get_args(CaseKind))}.")
    priority: Priority = Field("normal", description="Priority (优先级); the terms of the clocks follow from it.")
    subject: Text = Field(min_length=1, description="Subject (主题).")
    description: LongText | None = Field(None, description="What it is about (描述).")
    channel: Code | None = Field(None, description="Channel it came by (来源渠道).")
    vehicle: Vehicle | None = Field(None, description="Vehicle concerned (相关车辆).")


class NewCase(NewDocument, CaseFields):
    """A new case (工单建立)."""

    org_unit: OrgUnit = Field("hq", description="Org unit (组织单元) that keeps the case.")


class CaseChange(DocumentChange, CaseFields):
    """What changes in a case (工单变更)."""


class Assignment(ApiModel):
    assigned_org_unit: OrgUnit | None = Field(
        None, description="Org unit that must act (责任单位); it sees the case, and works on it."
    )
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


class CaseClosing(ApiModel):
    """Why a case is closed (结案)."""

    close_code: Code = Field(description="Close code (结案代码), one of `/v1/call-center/codes`.", examples=["solved"])


class CaseMerge(ApiModel):
    """Which case goes on (合并工单)."""

    into: UUID = Field(description="The case that goes on (合并到的工单号), of the same customer and org unit.")


class CaseView(DocumentView, CaseFields, Assignment):
    """A case (客服工单)."""

    first_response_due_at: datetime | None = Field(description="First answer due (首次响应期限).")
    first_responded_at: datetime | None = Field(description="First answered (首次响应时间).")
    awaiting_reply_since: datetime | None = Field(
        description="A message of the customer is unanswered since (待回复起)."
    )
    next_response_due_at: datetime | None = Field(description="Answer to that message due (后续响应期限).")
    due_at: datetime | None = Field(description="Solution due (解决期限); null while the customer must answer.")
    pauses: list[Pause] = Field(description="While the customer had to answer (暂停); these do not count.")
    escalated_clock: Code | None = Field(description="Clock that ran out and escalated it (超时时钟).")
    resolved_at: datetime | None = Field(description="Solved (解决时间).")
    resolution: LongText | None = Field(description="How it was settled (解决方案).")
    opened_at: datetime = Field(description="Opened (建单时间).")
    closed_at: datetime | None = Field(description="Closed (关闭时间).")
    close_code: Code | None = Field(description="Why it was closed (结案代码).")
    merged_into: UUID | None = Field(description="Case that goes on instead (合并到的工单号).")


def told_number(case: Case | CaseView) -> str:
    """What a case is called when it is spoken of: its number, else the end of its id."""
    return case.number or str(case.id)[-12:]


class CaseFilter(DocumentFilter):
    """Which cases to list."""

    sortable = Case.sortable

    kind: Code | None = Field(None, description="Only this kind (工单类型).")
    priority: Priority | None = Field(None, description="Only this priority (优先级).")
    assigned_org_unit: OrgUnit | None = Field(None, description="Only those this org unit must act on (责任单位).")
    assignee: ShortText | None = Field(None, description="Only those of this person (处理人).")


UNSETTLED = ("new", "assigned", "in_progress", "pending_customer", "escalated")
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
        "merge": ((*UNSETTLED, "resolved"), "merged"),
    },
)


def pauses_after(case: Case, status: str, now: datetime) -> list[Pause]:
    """The pauses of a case that goes to a state: waiting for the customer, and having been settled, do not count."""
    pauses = list(case.pauses)
    if case.status == "pending_customer" != status:
        return [pause if pause.ended_at else Pause(began_at=pause.began_at, ended_at=now) for pause in pauses]
    if status == "pending_customer" != case.status:
        return [*pauses, Pause(began_at=now)]
    if case.resolved_at is not None and status == "in_progress":
        return [*pauses, Pause(began_at=case.resolved_at, ended_at=now)]
    return pauses
