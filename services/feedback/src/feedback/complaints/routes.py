"""The routes of complaints (投诉)."""

from uuid import UUID

from pydantic import Field

from feedback.access import Reading, Writing
from feedback.complaints.deadlines import ExplainedDeadline, deadlines, explain
from feedback.complaints.procedure import complaints, require_known_codes
from feedback.complaints.rules import RULES, Words
from feedback.complaints.table import (
    ComplaintChange,
    ComplaintClosure,
    ComplaintFilter,
    ComplaintForwarding,
    ComplaintResolution,
    ComplaintView,
    DealerAnswer,
    NewComplaint,
)
from isthmus.contracts.feedback import ComplaintChanged, ComplaintClosed, ComplaintOpened
from isthmus.http import ApiModel, FieldError, Unprocessable, service_router

router = service_router(prefix="/v1/feedback/complaints", tags=["complaints"])


class ComplaintCodes(ApiModel):
    """The codes of causes and remedies (原因与措施代码)."""

    causes: dict[str, Words] = Field(description="Causes (原因代码).")
    remedies: dict[str, Words] = Field(description="Remedies (措施代码).")


@router.get("/codes")
async def list_complaint_codes(work: Reading) -> ComplaintCodes:
    """List the codes a complaint is settled with, in both languages."""
    del work
    return ComplaintCodes(causes=RULES.causes, remedies=RULES.remedies)


complaints.serve_reading(router, ComplaintFilter)
complaints.serve_change(router, ComplaintChange, ComplaintChanged, about="Change a complaint while it is not closed.")


@router.get("/{complaint_id}/deadlines")
async def explain_deadlines(complaint_id: UUID, work: Reading) -> list[ExplainedDeadline]:
    """Say when each stage is due, and why then (时限说明)."""
    complaint = await complaints.find(work, complaint_id)
    await complaints.log_read(work, [complaint.id])
    return [explain(deadline, work.clock.now()) for deadline in deadlines(complaint)]


@router.post("", status_code=201)
async def create_complaint(body: NewComplaint, work: Writing) -> ComplaintView:
    """Take in a complaint (投诉受理); its deadlines follow from the severity, in working time."""
    return await complaints.create(work, body, ComplaintOpened, opened_at=work.clock.now())


@router.post("/{complaint_id}/accept")
async def accept_complaint(complaint_id: UUID, work: Writing) -> ComplaintView:
    """It is justified enough to be followed (受理)."""
    return await complaints.step(work, complaint_id, "accept", ComplaintChanged)


@router.post("/{complaint_id}/forward")
async def forward_complaint(complaint_id: UUID, body: ComplaintForwarding, work: Writing) -> ComplaintView:
    """Let the responsible org unit answer (转办); from now on it sees the complaint."""
    unit = body.responsible_org_unit
    return await complaints.step(work, complaint_id, "forward", ComplaintChanged, responsible_org_unit=unit)


@router.post("/{complaint_id}/answer")
async def answer_complaint(complaint_id: UUID, body: DealerAnswer, work: Writing) -> ComplaintView:
    """The responsible org unit says what happened and what it offers (责任单位答复)."""
    require_known_codes(body.cause, None)
    return await complaints.answer(work, complaint_id, body)


@router.post("/{complaint_id}/reject")
async def reject_complaint(complaint_id: UUID, body: ComplaintResolution, work: Writing) -> ComplaintView:
    """It is not justified, and why (驳回)."""
    require_known_codes(body.cause, body.remedy)
    values = body.model_dump(exclude_none=True)
    return await complaints.step(work, complaint_id, "reject", ComplaintChanged, **values)


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
    require_known_codes(body.cause, body.remedy)
    values = body.model_dump(exclude_none=True)
    return await complaints.step(work, complaint_id, "resolve", ComplaintChanged, **values)


@router.post("/{complaint_id}/reopen")
async def reopen_complaint(complaint_id: UUID, work: Writing) -> ComplaintView:
    """The customer does not accept the settlement (重新处理): the deadlines begin anew."""
    return await complaints.step(work, complaint_id, "reopen", ComplaintChanged, satisfied=False)


@router.post("/{complaint_id}/close")
async def close_complaint(complaint_id: UUID, body: ComplaintClosure, work: Writing) -> ComplaintView:
    """Closed (结案), with what the customer says of it; who is not satisfied has it reopened instead."""
    if body.satisfied is False:
        detail = "A complaint is not closed while the customer is not satisfied: reopen it."
        raise Unprocessable("not_satisfied", detail, [FieldError("/satisfied", "not_satisfied", detail)])
    now, satisfied = work.clock.now(), body.satisfied
    return await complaints.step(work, complaint_id, "close", ComplaintClosed, closed_at=now, satisfied=satisfied)
