"""Tasks (任务) of a case for a department or a dealer: told to them by event, and done by them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import Field
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from call_center.access import Writing
from call_center.cases.case import Case
from call_center.cases.keeping import cases
from call_center.codes import CODES, check_code
from isthmus.contracts.call_center import CaseTaskAssigned, CaseTaskChanged
from isthmus.contracts.fields import Code, Instant, LongText, OrgUnit, Text
from isthmus.http import ApiModel, Conflict, ShortText, service_router
from isthmus.parties import Document, DocumentFilter, Documents, DocumentView, Work
from isthmus.workflow import Workflow


class CaseTask(Document):
    """Table of tasks; each belongs to the org unit that must do it."""

    __tablename__ = "case_tasks"
    business_facts = frozenset({"assignee", "department"})
    sortable = ("due_at",)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    department: Mapped[str | None]
    assignee: Mapped[str | None]
    subject: Mapped[str]
    description: Mapped[str | None]
    due_at: Mapped[datetime | None]
    result: Mapped[str | None]
    done_at: Mapped[datetime | None]


class TaskFields(ApiModel):
    department: Code | None = Field(None, description="Department (部门), one of `/v1/call-center/codes`.")
    assignee: ShortText | None = Field(None, description="Person in charge (处理人).")
    subject: Text = Field(min_length=1, description="What is to be done (任务主题).")
    description: LongText | None = Field(None, description="What is to be known for it (任务说明).")
    due_at: Instant | None = Field(None, description="To be done by (任务期限).")


class NewTask(TaskFields):
    """A new task (派发任务)."""

    org_unit: OrgUnit = Field(description="Org unit (组织单元) that must do it.", examples=["dealer:D0001"])


class TaskResult(ApiModel):
    """What came of a task (任务结果)."""

    result: LongText = Field(min_length=1, description="What was done, or why not (任务结果).")


class CaseTaskView(DocumentView, TaskFields):
    """A task of a case (工单任务)."""

    case_id: UUID = Field(description="Case it is part of (工单号).")
    result: LongText | None = Field(description="What came of it (任务结果).")
    done_at: datetime | None = Field(description="Done or declined (完成时间).")


class CaseTaskFilter(DocumentFilter):
    """Which tasks to list."""

    sortable = CaseTask.sortable

    case_id: UUID | None = Field(None, description="Only those of this case (工单号).")
    department: Code | None = Field(None, description="Only those of this department (部门).")
    assignee: ShortText | None = Field(None, description="Only those of this person (处理人).")


task_workflow = Workflow(
    initial="assigned",
    steps={
        "start": (["assigned"], "in_progress"),
        "finish": (["assigned", "in_progress"], "done"),
        "decline": (["assigned", "in_progress"], "declined"),
        "cancel": (["assigned", "in_progress"], "cancelled"),
    },
)


class CaseTasks(Documents[CaseTask, CaseTaskView]):
    """Tasks: made for a case, about its customer, seen by who must do them."""

    async def add(self, work: Work, case: Case, body: NewTask) -> CaseTaskView:
        """Store a task about the customer of the case, whose record another org unit may keep."""
        fields = {name: getattr(body, name) for name in type(body).model_fields}
        key = {"source": case.source, "record_id": case.record_id, "party": case.party, "case_id": case.id}
        return await self._create(work, fields | key, CaseTaskAssigned)


case_tasks = CaseTasks(CaseTask, CaseTaskView, task_workflow)
adding_router = service_router(prefix="/v1/call-center/cases", tags=["case tasks"])
router = service_router(prefix="/v1/call-center/case-tasks", tags=["case tasks"])
case_tasks.serve_reading(router, CaseTaskFilter)
TaskId = Annotated[UUID, Path(alias="case_task_id", description="Its number (单据号).")]


@adding_router.post("/{case_id}/tasks", status_code=201)
async def add_case_task(case_id: UUID, body: NewTask, work: Writing) -> CaseTaskView:
    """Hand a part of a case to a department or a dealer (派发任务); they hear of it by event."""
    case = await cases.find(work, case_id, lock=True)
    work.require_org_unit(case.org_unit)
    check_code(CODES.departments, body.department, "department")
    if case.status in {"closed", "merged"}:
        raise Conflict("case_over", f"The case is {case.status}; no task can be added.")
    return await case_tasks.add(work, case, body)


@router.post("/{case_task_id}/start")
async def start_case_task(task_id: TaskId, work: Writing) -> CaseTaskView:
    """Somebody works on it."""
    return await case_tasks.step(work, task_id, "start", CaseTaskChanged)


@router.post("/{case_task_id}/finish")
async def finish_case_task(task_id: TaskId, body: TaskResult, work: Writing) -> CaseTaskView:
    """It is done (完成)."""
    return await _ended(work, task_id, "finish", body)


@router.post("/{case_task_id}/decline")
async def decline_case_task(task_id: TaskId, body: TaskResult, work: Writing) -> CaseTaskView:
    """Who was to do it will not (退回), and why."""
    return await _ended(work, task_id, "decline", body)


@router.post("/{case_task_id}/cancel")
async def cancel_case_task(task_id: TaskId, body: TaskResult, work: Writing) -> CaseTaskView:
    """It is not needed any more (取消), and why."""
    return await _ended(work, task_id, "cancel", body)


async def _ended(work: Work, task_id: UUID, step: str, body: TaskResult) -> CaseTaskView:
    return await case_tasks.step(work, task_id, step, CaseTaskChanged, result=body.result, done_at=work.clock.now())
