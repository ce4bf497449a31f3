"""The complaint procedure (投诉处理流程): states, who takes part, deadlines that follow each write, escalation."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_

from feedback.complaints.deadlines import deadlines, due, escalation_level, next_look_at
from feedback.complaints.rules import RULES
from feedback.complaints.table import Complaint, ComplaintView, DealerAnswer
from isthmus.calendars import local_time
from isthmus.contracts.feedback import ComplaintChanged
from isthmus.http import FieldError, Forbidden, Unprocessable
from isthmus.notifications import notify
from isthmus.parties import Acting, Documents, Work
from isthmus.parties.entries import Fact
from isthmus.parties.history import CREATION
from isthmus.timers import FiredTimer, Moment, cancel_timer, set_timer
from isthmus.workflow import Workflow

TIMER = "complaint_deadline"

workflow = Workflow(
    initial="opened",
    steps={
        "accept": (["opened", "escalated"], "accepted"),
        "forward": (["accepted", "answered", "escalated", "in_progress"], "forwarded"),
        "answer": (["forwarded"], "answered"),
        "reject": (["opened", "accepted", "answered", "in_progress"], "rejected"),
        "start": (["accepted", "answered", "escalated"], "in_progress"),
        "escalate": (["opened", "accepted", "answered", "forwarded", "in_progress"], "escalated"),
        "resolve": (["accepted", "answered", "escalated", "in_progress"], "resolved"),
        "reopen": (["closed", "rejected", "resolved"], "in_progress"),
        "close": (["rejected", "resolved"], "closed"),
    },
    changeable=["accepted", "answered", "escalated", "forwarded", "in_progress", "opened", "rejected", "resolved"],
)
_NOT_YET_ACCEPTED = frozenset({"opened", "escalated"})


class Complaints(Documents[Complaint, ComplaintView]):
    """Complaints are seen by the org unit that keeps them and by the one that answers for them."""

    timer_kinds = (TIMER,)

    async def answer(self, work: Work, complaint_id: UUID, body: DealerAnswer) -> ComplaintView:
        """Take the answer of the responsible org unit, which need not be the one that keeps the complaint."""
        complaint = await self.find(work, complaint_id, lock=True)
        if not work.caller.may_act_for(complaint.responsible_org_unit or complaint.org_unit):
            work.require_org_unit(complaint.org_unit)
        values = {"status": self._workflow.after(complaint.status, "answer"), "dealer_answer": body.dealer_answer}
        if body.cause is not None:
            values["cause"] = body.cause
        await self._write(work, complaint, values, ComplaintChanged, by=work.caller.subject, step="answer")
        return self._answer(work, complaint)

    def _visible(self, work: Work) -> Select[Complaint]:
        if work.caller.all_org_units:
            return self._statement()
        units = work.caller.org_units
        return self._statement().where(or_(Complaint.org_unit.in_(units), Complaint.responsible_org_unit.in_(units)))

    async def _lock(self, work: Work, entry_id: UUID) -> Complaint:
        """The responsible org unit may read and answer; all else is for the one that keeps the complaint."""
        complaint = await self.find(work, entry_id, lock=True)
        if not work.caller.may_act_for(complaint.org_unit):
            detail = "The responsible org unit answers a complaint; its other steps are for the org unit that keeps it."
            raise Forbidden("org_unit_not_granted", detail)
        return complaint

    async def _write(
        self,
        moment: Acting,
        entry: Complaint,
        values: dict[str, Any],
        fact: Fact | None,
        *,
        by: str,
        step: str | None = None,
    ) -> None:
        """Each write may move deadlines, so the timer of the next one is set with it."""
        for name, value in values.items():
            setattr(entry, name, value)
        _stamp(entry, step, moment.clock.now())
        _set_deadlines(entry, step, values)
        await super()._write(moment, entry, values, fact, by=by, step=step)
        look_at = next_look_at(deadlines(entry), moment.clock.now())
        if look_at is None:
            await cancel_timer(moment.session, TIMER, str(entry.id))
        else:
            await set_timer(moment.session, kind=TIMER, key=str(entry.id), due_at=look_at)


complaints = Complaints(Complaint, ComplaintView, workflow)


async def look_at_deadlines(fired: FiredTimer, moment: Moment) -> None:
    """A deadline has passed: escalate (升级) the complaint and tell whoever is in charge."""
    complaint = await moment.session.get(Complaint, UUID(fired.key), with_for_update=True)
    if complaint is None:
        return
    level = escalation_level(deadlines(complaint), moment.clock.now())
    if level <= complaint.escalation_level:
        return
    await complaints.act(moment, complaint.id, None, ComplaintChanged, by="timer", escalation_level=level)
    unit = complaint.responsible_org_unit or complaint.org_unit
    await notify(
        moment,
        org_unit=complaint.org_unit,
        channel="staff",
        purpose="staff",
        recipient=complaint.handler or unit,
        template="complaint_overdue",
        values={
            "complaint": str(complaint.id),
            "unit": unit,
            "level": level,
            "due": local_time(fired.due_at),
        },
    )


def require_known_codes(cause: str | None, remedy: str | None) -> None:
    """Raise a 422 problem that names the field unless the codes are declared."""
    for field, code, known in (("cause", cause, RULES.causes), ("remedy", remedy, RULES.remedies)):
        if code is not None and code not in known:
            detail = f"The codes are {', '.join(known)}."
            raise Unprocessable("unknown_code", detail, [FieldError(f"/{field}", "unknown_code", detail)])


def _stamp(complaint: Complaint, step: str | None, now: datetime) -> None:
    """Note when a step was taken; a reopened complaint begins anew."""
    if complaint.accepted_at is None and complaint.status not in _NOT_YET_ACCEPTED:
        complaint.accepted_at = now
    match step:
        case "forward":
            complaint.forwarded_at, complaint.answered_at = now, None
        case "answer":
            complaint.answered_at = now
        case "resolve" | "reject":
            complaint.resolved_at = now
        case "reopen":
            complaint.reopened_at, complaint.reopenings = now, complaint.reopenings + 1
            complaint.resolved_at = complaint.closed_at = None
            complaint.forwarded_at = complaint.answer_due_at = complaint.answered_at = None


def _set_deadlines(complaint: Complaint, step: str | None, values: dict[str, Any]) -> None:
    """Reckon the deadlines the write has begun or moved; a date agreed with the customer stays."""
    severity, is_regraded = complaint.severity, "severity" in values
    if step == CREATION or (is_regraded and complaint.accepted_at is None):
        complaint.accept_due_at = due(complaint.opened_at, severity, "accept")
    if complaint.forwarded_at and (step == "forward" or (is_regraded and complaint.answered_at is None)):
        complaint.answer_due_at = due(complaint.forwarded_at, severity, "answer")
    is_agreed = values.get("due_at") is not None
    if step == "reopen" or complaint.due_at is None or (is_regraded and not is_agreed):
        complaint.due_at = due(complaint.reopened_at or complaint.opened_at, severity, "resolve")
