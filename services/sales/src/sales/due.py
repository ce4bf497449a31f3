"""What is due (到期): whoever is to do a task or keep a promise is reminded, and told when it has fallen overdue.

All by timer, once, and only while it is open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.business import BusinessEvent
from isthmus.notifications import notify
from isthmus.parties import Document, Documents, DocumentView, Work
from isthmus.timers import FiredTimer, Moment, TimerHandler, cancel_timer, set_timer
from sales.dealer_time import in_words
from sales.declared import Declared, read_rules


class DueRules(Declared):
    """When to remind."""

    remind_hours_before: int = Field(ge=1)


RULES = read_rules(DueRules, "due.yaml")
FALL_OVERDUE = "fall-overdue"
"""The step that only time takes; it leads from open to open, so that the history tells it."""


class DueDocument(Document):
    """Base of the tables: something that one consultant is to do until a time."""

    __abstract__ = True

    consultant: Mapped[str | None] = mapped_column(index=True)
    due_at: Mapped[datetime]
    overdue_at: Mapped[datetime | None]


def lift_overdue(document: DueDocument) -> None:
    """What was put off is not overdue any more; the rule of documents that are due."""
    if document.overdue_at is not None and document.due_at > document.updated_at:
        document.overdue_at = None


@dataclass(frozen=True)
class DueTimers:
    """The timers of one kind of documents that are due."""

    table: type[DueDocument]
    documents: Documents[Any, Any]
    fact: type[BusinessEvent]

    @property
    def handlers(self) -> Mapping[str, TimerHandler]:
        """What the service runs when a timer fires."""
        return {self._due: self._fall_overdue, self._reminder: self._remind}

    async def set(self, work: Work, view: DocumentView, due_at: datetime) -> None:
        """Set the timer of a document that was made or put off."""
        key, remind_at = str(view.id), due_at - timedelta(hours=RULES.remind_hours_before)
        await set_timer(work.session, kind=self._due, key=key, due_at=due_at)
        if remind_at > work.clock.now():
            await set_timer(work.session, kind=self._reminder, key=key, due_at=remind_at)
        else:
            await cancel_timer(work.session, self._reminder, key)

    async def cancel(self, work: Work, document_id: UUID) -> None:
        """Before a step that ends a document: in the order the timer takes its locks, so that neither waits in vain."""
        for kind in (self._due, self._reminder):
            await cancel_timer(work.session, kind, str(document_id))

    @property
    def _due(self) -> str:
        return f"{self.documents.kind.singular}_due"

    @property
    def _reminder(self) -> str:
        return f"{self.documents.kind.singular}_reminder"

    async def _remind(self, fired: FiredTimer, moment: Moment) -> None:
        document = await moment.session.get(self.table, UUID(fired.key))
        if document is not None and document.status == "open":
            await self._tell(moment, document, "due_soon")

    async def _tell(self, moment: Moment, document: DueDocument, what: str) -> None:
        """Tell the consultant, or where there is none the dealer's reception."""
        await notify(
            moment,
            org_unit=document.org_unit,
            channel="staff",
            purpose="service",
            template=f"{self.documents.kind.singular}_{what}",
            values={"number": str(document.id), "time": in_words(document.due_at)},
            customer=document.customer,
            recipient=document.consultant or document.org_unit,
        )

    async def _fall_overdue(self, fired: FiredTimer, moment: Moment) -> None:
        now = moment.clock.now()
        changes = {"overdue_at": now}
        document = await self.documents.act(moment, UUID(fired.key), FALL_OVERDUE, self.fact, by="timer", **changes)
        if document is not None:
            await self._tell(moment, document, "overdue")
