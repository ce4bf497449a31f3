"""Merges two cases (合并工单) of one customer: the contacts and tasks of one go to the other, which goes on."""

from uuid import UUID

from sqlalchemy import select

from call_center.access import Writing
from call_center.cases import Case, CaseTask, CaseView, cases
from call_center.cases.case import UNSETTLED, CaseMerge
from call_center.cases.tasks import case_tasks
from call_center.interactions import Interaction, interactions
from isthmus.contracts.call_center import CaseChanged, CaseTaskChanged, InteractionChanged
from isthmus.http import Conflict, FieldError, Unprocessable, service_router
from isthmus.parties import Work

router = service_router(prefix="/v1/call-center/cases", tags=["cases"])


@router.post("/{case_id}/merge")
async def merge_case(case_id: UUID, body: CaseMerge, work: Writing) -> CaseView:
    """Let another case go on in place of this one (合并工单), with its contacts and tasks; gives the one that goes on.

    It counts from when the earlier of the two was opened.
    """
    case, other = await _locked(work, case_id, body.into)
    if other.org_unit != case.org_unit:
        raise _refused("The other case is kept by another org unit.")
    if not _of_one_customer(case, other):
        raise _refused("The other case is about another customer.")
    if other.status not in UNSETTLED:
        raise Conflict("case_settled", f"The other case is {other.status}; reopen it first.")
    await cases.step(work, case.id, "merge", CaseChanged, merged_into=other.id, closed_at=work.clock.now())
    await _move(work, case.id, other.id)
    opened_at = min(case.opened_at, other.opened_at)
    await cases.act(work, other.id, None, CaseChanged, by=work.caller.subject, opened_at=opened_at)
    return await cases.get(work, other.id)


async def _locked(work: Work, case_id: UUID, into: UUID) -> tuple[Case, Case]:
    """Both cases, locked in the order of their ids, so that two merges at once cannot wait for each other."""
    if into == case_id:
        raise _refused("A case cannot be merged into itself.")
    found = {one: await cases.find(work, one, lock=True) for one in sorted([case_id, into])}
    return found[case_id], found[into]


def _of_one_customer(case: Case, other: Case) -> bool:
    return case.record_id == other.record_id or (case.golden_id is not None and case.golden_id == other.golden_id)


async def _move(work: Work, case_id: UUID, other_id: UUID) -> None:
    by, values = work.caller.subject, {"case_id": other_id}
    tasks = await work.session.scalars(select(CaseTask.id).where(CaseTask.case_id == case_id).order_by(CaseTask.id))
    for task_id in tasks.all():
        await case_tasks.act(work, task_id, None, CaseTaskChanged, by=by, **values)
    had = select(Interaction.id).where(Interaction.case_id == case_id).order_by(Interaction.id)
    for interaction_id in (await work.session.scalars(had)).all():
        await interactions.act(work, interaction_id, None, InteractionChanged, by=by, **values)


def _refused(detail: str) -> Unprocessable:
    return Unprocessable("wrong_reference", detail, [FieldError("/into", "wrong_reference", detail)])
