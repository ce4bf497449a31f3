"""The routes of return visits (回访): the work list, and what came of each attempt."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from pydantic import Field

from feedback.access import Reading, Writing
from feedback.return_visits.rules import RULES, VisitRules
from feedback.return_visits.visits import CHANNEL, TIMER, ReturnVisitFilter, ReturnVisitView, return_visits, workflow
from isthmus.contracts.feedback import CustomerContacted
from isthmus.http import ApiModel, service_router
from isthmus.ids import new_id
from isthmus.parties import Work
from isthmus.timers import set_timer

Outcome = Literal["reached", "no_answer", "refused", "wrong_number"]

router = service_router(prefix="/v1/feedback/return-visits", tags=["return visits"])


class Attempt(ApiModel):
    """One attempt to reach the customer (拨打结果)."""

    outcome: Outcome = Field(description="What came of it (结果): reached, no_answer, refused, wrong_number.")


@router.get("/rules")
async def list_return_visit_rules(work: Reading) -> VisitRules:
    """List the rules return visits follow (回访规则)."""
    del work
    return RULES


return_visits.serve_reading(router, ReturnVisitFilter)


@router.post("/{return_visit_id}/attempts")
async def note_attempt(return_visit_id: UUID, body: Attempt, work: Writing) -> ReturnVisitView:
    """Note an attempt (记录拨打); who did not answer is called again by the rule, until it is given up."""
    visit = await return_visits.find(work, return_visit_id, lock=True)
    attempts, rule = visit.attempts + 1, RULES.rules.get(visit.rule)
    is_last = rule is None or attempts >= rule.attempts
    step = {
        "reached": "reach",
        "refused": "refuse",
        "wrong_number": "give_up",
        "no_answer": "give_up" if is_last else "miss",
    }[body.outcome]
    workflow.after(visit.status, step)
    if step == "miss" and rule is not None:
        again = work.clock.now() + timedelta(hours=rule.again_hours)
        await set_timer(work.session, kind=TIMER, key=str(visit.id), due_at=again)
    view = await return_visits.step(work, return_visit_id, step, attempts=attempts, last_outcome=body.outcome)
    if body.outcome in {"reached", "refused"}:
        _tell_contact(work, view)
    return view


def _tell_contact(work: Work, visit: ReturnVisitView) -> None:
    """Let the caps on contacts count this one."""
    contact = CustomerContacted(
        contact_id=new_id(work.clock),
        customer=visit.customer,
        org_unit=visit.org_unit,
        occurred_at=work.clock.now(),
        channel=CHANNEL,
        purpose="survey",
        template=visit.survey,
    )
    work.publish(contact, version=1, org_unit=visit.org_unit)
