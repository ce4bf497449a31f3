"""Routes of cases (工单): open, assign, answer, wait, escalate, settle, close, reopen, merge, explain the clocks."""

from uuid import UUID

from call_center.access import Reading, Writing
from call_center.cases.case import (
    CaseAssignment,
    CaseChange,
    CaseClosing,
    CaseFilter,
    CaseResolution,
    CaseView,
    NewCase,
)
from call_center.cases.keeping import cases
from call_center.codes import CODES, check_code
from call_center.sla import Explained, case_clocks, explain
from isthmus.contracts.call_center import CaseChanged, CaseClosed, CaseEscalated
from isthmus.http import service_router

router = service_router(prefix="/v1/call-center/cases", tags=["cases"])
cases.serve_reading(router, CaseFilter)
cases.serve_change(router, CaseChange, CaseChanged, about="Change a case while it is not closed.")


@router.post("", status_code=201)
async def create_case(body: NewCase, work: Writing) -> CaseView:
    """Open a case (工单建立); its deadlines follow from its kind and priority."""
    return await cases.open(work, body, work.clock.now())


@router.get("/{case_id}/clocks")
async def get_case_clocks(case_id: UUID, work: Reading) -> list[Explained]:
    """Explain the deadlines of a case (时限说明): what was counted and what was paused, in Chinese and English."""
    case, now = await cases.find(work, case_id), work.clock.now()
    await cases.log_read(work, [case.id])
    return [explain(name, clock, now) for name, clock in case_clocks(case).items()]


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
    """The customer has been asked and must answer first (待客户回复): until then the resolution does not count."""
    case = await cases.find(work, case_id, lock=True)
    answered = {"first_responded_at": case.first_responded_at or work.clock.now(), "awaiting_reply_since": None}
    return await cases.step(work, case_id, "await-customer", CaseChanged, **answered)


@router.post("/{case_id}/escalate")
async def escalate_case(case_id: UUID, work: Writing) -> CaseView:
    """Somebody higher must look at it (升级)."""
    return await cases.step(work, case_id, "escalate", CaseEscalated)


@router.post("/{case_id}/resolve")
async def resolve_case(case_id: UUID, body: CaseResolution, work: Writing) -> CaseView:
    """It is settled (解决), and how; settled at once, this is the first response as well."""
    case, now = await cases.find(work, case_id, lock=True), work.clock.now()
    times = {"resolved_at": now, "first_responded_at": case.first_responded_at or now, "awaiting_reply_since": None}
    return await cases.step(work, case_id, "resolve", CaseChanged, resolution=body.resolution, **times)


@router.post("/{case_id}/reopen")
async def reopen_case(case_id: UUID, work: Writing) -> CaseView:
    """It was not settled after all (重新打开); the time it was held to be settled does not count."""
    return await cases.step(work, case_id, "reopen", CaseChanged, resolved_at=None)


@router.post("/{case_id}/close")
async def close_case(case_id: UUID, body: CaseClosing, work: Writing) -> CaseView:
    """The customer is content, or said no more (关闭); says why."""
    check_code(CODES.close, body.close_code, "close_code")
    times = {"closed_at": work.clock.now(), "close_code": body.close_code}
    return await cases.step(work, case_id, "close", CaseClosed, **times)
