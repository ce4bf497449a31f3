"""Keeps the deadlines of cases (工单时限) and watches them: warns at 80 %, escalates when a term is used up."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from call_center.cases.case import UNSETTLED, Case, told_number
from call_center.cases.keeping import CASE_CLOCK, cases
from call_center.sla import case_clocks, passed_marks
from isthmus.contracts.call_center import CaseEscalated, CaseWarned
from isthmus.notifications import notify
from isthmus.timers import FiredTimer, Moment


async def look_at_clocks(fired: FiredTimer, moment: Moment) -> None:
    """Tell what the clocks of a case have come to since the last look, and escalate it if a term is used up.

    What a case has come to is kept on it, so that a late or repeated look tells nothing twice; after a change that
    takes a mark back (a lower priority), the same mark may come again.
    """
    case = await _locked(moment.session, UUID(fired.key))
    if case is None or case.status not in UNSETTLED:
        return
    marks = passed_marks(case_clocks(case), moment.clock.now())
    told = set(case.clock_marks)
    late = next((mark.partition(":")[0] for mark in marks if mark not in told and mark.endswith(":overdue")), None)
    if late is not None:
        step = None if case.status == "escalated" else "escalate"
        values = {"clock_marks": marks, "escalated_clock": late}
        await cases.act(moment, case.id, step, CaseEscalated, by=CASE_CLOCK, **values)
        await _tell(moment, case, "case_escalated")
    elif not told.issuperset(marks):
        await cases.act(moment, case.id, None, CaseWarned, by=CASE_CLOCK, clock_marks=marks)
        await _tell(moment, case, "case_warned")
    else:
        await cases.watch(moment.session, case, moment.clock.now())


async def _tell(moment: Moment, case: Case, template: str) -> None:
    """Tell who must act; of a case that was escalated also the org unit that keeps it, where that is another."""
    acting = case.assigned_org_unit or case.org_unit
    told = [(acting, case.assignee or acting)]
    if template == "case_escalated" and case.org_unit != acting:
        told.append((case.org_unit, case.org_unit))
    for org_unit, recipient in told:
        await notify(
            moment,
            org_unit=org_unit,
            customer=case.customer,
            channel="staff",
            purpose="staff",
            recipient=recipient,
            template=template,
            values={"case": told_number(case), "subject": case.subject},
        )


async def _locked(session: AsyncSession, case_id: UUID) -> Case | None:
    return await session.get(Case, case_id, with_for_update=True, populate_existing=True)
