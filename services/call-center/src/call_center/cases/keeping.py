"""How cases are kept: seen and worked on by the org unit that must act as well, their deadlines set at every write."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_
from sqlalchemy.ext.asyncio import AsyncSession

from call_center.cases.case import UNSETTLED, Case, CaseView, NewCase, pauses_after, workflow
from call_center.sla import case_clocks, next_look_at, passed_marks
from isthmus.contracts.business import BusinessEvent
from isthmus.contracts.call_center import CaseOpened
from isthmus.parties import Acting, Documents, Work
from isthmus.timers import cancel_timer, set_timer

CASE_CLOCK = "case_clock"
"""Kind of the timer that looks at a case when one of its clocks comes to its warning or its end."""


def _set_deadlines(case: Case) -> None:
    """From the facts of the case alone."""
    clocks = case_clocks(case)
    case.first_response_due_at = clocks["first_response"].due_at()
    case.due_at = clocks["resolution"].due_at()
    answering = clocks.get("next_response")
    case.next_response_due_at = answering.due_at() if answering else None


class Cases(Documents[Case, CaseView]):
    """Cases are of the org unit that keeps them, and of the one that must act."""

    timer_kinds = (CASE_CLOCK,)

    async def open(self, work: Work, body: NewCase, opened_at: datetime) -> CaseView:
        """Open a case; its deadlines follow from its kind and priority, and count from when it was opened."""
        return await self.create(work, body, CaseOpened, opened_at=opened_at, pauses=[], clock_marks=[])

    async def watch(self, session: AsyncSession, case: Case, now: datetime) -> None:
        """Set the timer to the next time a clock comes to something; none when nothing is left to come.

        What has come already and was not told, as of a message that lay somewhere for weeks, is looked at at once.
        """
        look_at = None
        if case.status in UNSETTLED:
            clocks = case_clocks(case)
            is_told = set(case.clock_marks).issuperset(passed_marks(clocks, now))
            look_at = next_look_at(clocks, now) if is_told else now
        if look_at is None:
            await cancel_timer(session, CASE_CLOCK, str(case.id))
        else:
            await set_timer(session, kind=CASE_CLOCK, key=str(case.id), due_at=look_at)

    async def _lock(self, work: Work, entry_id: UUID) -> Case:
        """Who sees a case may work on it."""
        return await self.find(work, entry_id, lock=True)

    def _visible(self, work: Work) -> Select[Case]:
        if work.caller.all_org_units:
            return self._statement()
        units = work.caller.org_units
        return self._statement().where(or_(Case.org_unit.in_(units), Case.assigned_org_unit.in_(units)))

    async def _write(
        self,
        moment: Acting,
        entry: Case,
        values: dict[str, Any],
        fact: type[BusinessEvent] | None,
        *,
        by: str,
        step: str | None = None,
    ) -> None:
        now = moment.clock.now()
        pauses = pauses_after(entry, values.get("status", entry.status), now)
        await super()._write(moment, entry, {"pauses": pauses} | values, fact, by=by, step=step)
        await self.watch(moment.session, entry, now)


cases = Cases(Case, CaseView, workflow, rule=_set_deadlines)
