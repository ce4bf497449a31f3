"""Follow-up tasks (跟进任务): what a consultant is to do for a customer until when; one not done in time is overdue."""

from datetime import datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.fields import Code, Instant, LongText
from isthmus.contracts.sales_management import TaskChanged, TaskCreated
from isthmus.http import ApiModel, IfMatch, ShortText, service_router
from isthmus.parties import DocumentChange, DocumentFilter, Documents, DocumentView, NewDocument
from isthmus.workflow import Workflow
from sales.access import Writing
from sales.due import FALL_OVERDUE, DueDocument, DueTimers, lift_overdue
from sales.leads import leads


class Task(DueDocument):
    """Table of tasks."""

    __tablename__ = "tasks"
    business_facts = frozenset({"consultant", "kind"})
    sortable = ("due_at",)

    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id"), index=True)
    kind: Mapped[str]
    result: Mapped[str | None]
    note: Mapped[str | None]


class TaskFields(ApiModel):
    consultant: ShortText | None = Field(None, description="Who is to do it (负责人).")
    kind: Code = Field(
        description="What is to be done (任务类型): call, message, visit, test_drive, quote, win_back, other."
    )
    due_at: Instant = Field(description="Until when (截止时间).")
    note: LongText | None = Field(None, description="Note (备注).")


class NewTask(NewDocument, TaskFields):
    """A new task (任务建立)."""

    lead_id: UUID | None = Field(None, description="Lead it belongs to (线索号).")


class TaskChange(DocumentChange, TaskFields):
    """What changes in a task (任务变更)."""


class TaskResult(ApiModel):
    """How a task ended (处理结果)."""

    result: LongText = Field(min_length=1, description="What came of it, or why it was cancelled (处理结果).")


class TaskView(DocumentView, TaskFields):
    """A follow-up task (跟进任务)."""

    lead_id: UUID | None = Field(description="Lead it belongs to (线索号).")
    overdue_at: datetime | None = Field(description="Since when it is overdue (逾期时间).")
    result: LongText | None = Field(description="What came of it (处理结果).")


class TaskFilter(DocumentFilter):
    """Which tasks to list."""

    sortable = Task.sortable

    consultant: ShortText | None = Field(None, description="Only this consultant (负责人).")
    kind: Code | None = Field(None, description="Only this kind (任务类型).")
    lead_id: UUID | None = Field(None, description="Only those of this lead (线索号).")


workflow = Workflow(
    initial="open",
    steps={
        "complete": (["open"], "done"),
        "cancel": (["open"], "cancelled"),
        FALL_OVERDUE: (["open"], "open"),
    },
)
tasks = Documents(Task, TaskView, workflow, rule=lift_overdue)
timers = DueTimers(Task, tasks, TaskChanged)
router = service_router(prefix="/v1/sales/tasks", tags=["tasks"])
tasks.serve_reading(router, TaskFilter)


@router.post("", status_code=201)
async def create_task(body: NewTask, work: Writing) -> TaskView:
    """Set a task (任务建立); unless somebody is named, the lead's consultant is to do it."""
    lead = await leads.require(work, body, "lead_id")
    consultant = body.consultant or (None if lead is None else lead.consultant)
    view = await tasks.create(work, body, TaskCreated, consultant=consultant)
    await timers.set(work, view, view.due_at)
    return view


@router.patch("/{task_id}")
async def change_task(task_id: UUID, body: TaskChange, version: IfMatch, work: Writing) -> TaskView:
    """Put a task off, or give it to somebody else (任务变更)."""
    view = await tasks.change(work, task_id, version, body, TaskChanged)
    if "due_at" in body.model_fields_set:
        await timers.set(work, view, view.due_at)
    return view


@router.post("/{task_id}/complete")
async def complete_task(task_id: UUID, body: TaskResult, work: Writing) -> TaskView:
    """The task is done (任务完成)."""
    return await _end(work, task_id, "complete", body)


@router.post("/{task_id}/cancel")
async def cancel_task(task_id: UUID, body: TaskResult, work: Writing) -> TaskView:
    """The task need not be done any more, and why (任务取消)."""
    return await _end(work, task_id, "cancel", body)


async def _end(work: Writing, task_id: UUID, step: str, body: TaskResult) -> TaskView:
    await timers.cancel(work, task_id)
    return await tasks.step(work, task_id, step, TaskChanged, result=body.result)
