"""What a contact with the customer means to a case: an answer stops a clock, an unanswered message starts one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from call_center.cases.case import UNSETTLED, Case
from call_center.cases.keeping import cases
from isthmus.contracts.call_center import CaseChanged
from isthmus.parties import Acting

TALKED = frozenset({"phone", "walk_in"})
"""Channels on which the customer is answered at once."""


async def contact_was_made(
    moment: Acting, case_id: UUID, *, direction: str, channel: str, at: datetime, by: str
) -> None:
    """Note a contact about a case: who is spoken to or written to has been answered; who writes waits for an answer.

    A case that waits for the customer goes on when the customer writes.
    """
    case = await moment.session.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is None or case.status not in UNSETTLED:
        return
    values = _after(case, answers=direction == "outbound" or channel in TALKED, at=at)
    has_answered = direction == "inbound" and case.status == "pending_customer"
    if values or has_answered:
        await cases.act(moment, case_id, "start" if has_answered else None, CaseChanged, by=by, **values)


def _after(case: Case, *, answers: bool, at: datetime) -> dict[str, Any]:
    """What changes in the case; empty when nothing does."""
    if answers:
        first = {} if case.first_responded_at else {"first_responded_at": max(at, case.opened_at)}
        return first if case.awaiting_reply_since is None else first | {"awaiting_reply_since": None}
    if case.awaiting_reply_since is None and case.first_responded_at is not None and at >= case.first_responded_at:
        return {"awaiting_reply_since": at}
    return {}
