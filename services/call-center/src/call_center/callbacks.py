"""Callbacks (回电): whom to ring when; each comes due by a timer, so that nobody has to remember it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from call_center.access import Writing
from call_center.cases import cases
from isthmus.contracts.business import BusinessEvent
from isthmus.contracts.call_center import CallbackChanged, CallbackPlanned
from isthmus.contracts.fields import Count, Instant, OrgUnit, Text
from isthmus.http import ApiModel, ShortText, service_router
from isthmus.parties import (
    Acting,
    Document,
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    NewDocument,
)
from isthmus.timers import FiredTimer, Moment, cancel_timer, set_timer
from isthmus.workflow import Workflow

CALLBACK_DUE = "callback_due"


class Callback(Document):
    """Table of callbacks."""

    __tablename__ = "callbacks"
    business_facts = frozenset({"assignee"})
    sortable = ("callback_at",)

    callback_at: Mapped[datetime]
    address: Mapped[str | None]
    assignee: Mapped[str | None]
    subject: Mapped[str]
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    attempts: Mapped[int]
    result: Mapped[str | None]


class CallbackFields(ApiModel):
    callback_at: Instant = Field(description="When to ring (回电时间).")
    address: Text | None = Field(None, description="Number to ring (回电号码), if not one of the customer's record.")
    assignee: ShortText | None = Field(None, description="Agent who rings (坐席).")
    subject: Text = Field(min_length=1, description="What about (回电事由).")


class NewCallback(NewDocument, CallbackFields):
    """A callback that was promised (预约回电)."""

    org_unit: OrgUnit = Field("hq", description="Org unit (组织单元) that rings.")
    case_id: UUID | None = Field(None, description="Case it is about (工单号).")


class CallbackChange(DocumentChange, CallbackFields):
    """What changes in a callback (改约)."""


class CallbackResult(ApiModel):
    """What came of it (回电结果)."""

    result: Text = Field(min_length=1, description="What came of it (回电结果).")


class CallbackRetry(ApiModel):
    """When to try again (再次回电)."""

    callback_at: Instant = Field(description="When to ring again (再次回电时间).")


class CallbackView(DocumentView, CallbackFields):
    """A callback (回电)."""

    case_id: UUID | None = Field(description="Case it is about (工单号).")
    attempts: Count = Field(description="How often it was tried in vain (已尝试次数).")
    result: Text | None = Field(description="What came of it (回电结果).")


class CallbackFilter(DocumentFilter):
    """Which callbacks to list."""

    sortable = Callback.sortable

    assignee: ShortText | None = Field(None, description="Only those of this agent (坐席).")
    case_id: UUID | None = Field(None, description="Only those about this case (工单号).")


workflow = Workflow(
    initial="planned",
    steps={
        "fall-due": (["planned"], "due"),
        "retry": (["planned", "due"], "planned"),
        "finish": (["planned", "due"], "done"),
        "cancel": (["planned", "due"], "cancelled"),
    },
)


class Callbacks(Documents[Callback, CallbackView]):
    """Callbacks; a planned one has a timer."""

    timer_kinds = (CALLBACK_DUE,)

    async def _write(
        self,
        moment: Acting,
        entry: Callback,
        values: dict[str, Any],
        fact: type[BusinessEvent] | None,
        *,
        by: str,
        step: str | None = None,
    ) -> None:
        await super()._write(moment, entry, values, fact, by=by, step=step)
        if entry.status == "planned":
            await set_timer(moment.session, kind=CALLBACK_DUE, key=str(entry.id), due_at=entry.callback_at)
        else:
            await cancel_timer(moment.session, CALLBACK_DUE, str(entry.id))


callbacks = Callbacks(Callback, CallbackView, workflow)
router = service_router(prefix="/v1/call-center/callbacks", tags=["callbacks"])
callbacks.serve_reading(router, CallbackFilter)
callbacks.serve_change(router, CallbackChange, CallbackChanged, about="Move or correct a callback (改约).")


@router.post("", status_code=201)
async def create_callback(body: NewCallback, work: Writing) -> CallbackView:
    """Promise a callback (预约回电)."""
    await cases.require(work, body, "case_id")
    return await callbacks.create(work, body, CallbackPlanned, attempts=0)


@router.post("/{callback_id}/retry")
async def retry_callback(callback_id: UUID, body: CallbackRetry, work: Writing) -> CallbackView:
    """Nobody answered; ring again later (再次回电)."""
    callback = await callbacks.find(work, callback_id, lock=True)
    again = {"callback_at": body.callback_at, "attempts": callback.attempts + 1}
    return await callbacks.step(work, callback_id, "retry", CallbackChanged, **again)


@router.post("/{callback_id}/finish")
async def finish_callback(callback_id: UUID, body: CallbackResult, work: Writing) -> CallbackView:
    """The customer was rung (已回电)."""
    return await callbacks.step(work, callback_id, "finish", CallbackChanged, result=body.result)


@router.post("/{callback_id}/cancel")
async def cancel_callback(callback_id: UUID, body: CallbackResult, work: Writing) -> CallbackView:
    """It is not needed any more (取消), and why."""
    return await callbacks.step(work, callback_id, "cancel", CallbackChanged, result=body.result)


async def callback_fell_due(fired: FiredTimer, moment: Moment) -> None:
    """It is time to ring."""
    await callbacks.act(moment, UUID(fired.key), "fall-due", CallbackChanged, by=CALLBACK_DUE)
