"""Handovers (客户交接): when a consultant leaves, the whole book goes to another at once, with its history."""

from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.fields import RecordId, Text
from isthmus.contracts.sales_management import HandoverMade
from isthmus.db.errors import violated_constraint
from isthmus.http import ApiModel, FieldError, ShortText, Unprocessable, service_router
from isthmus.parties import Entries, Entry, EntryFilter, EntryView, JsonModel, NewEntry, Work
from isthmus.workflow import Workflow
from sales.access import Writing
from sales.book import BOOK, Chapter
from sales.test_drives import queue_for_slots


class HandedOver(ApiModel):
    """A document of the book (交接单据)."""

    kind: str = Field(description="Kind (单据类型): lead, test_drive, quote, order, task, commitment.")
    id: UUID = Field(description="Number (单据号).")
    record_id: RecordId = Field(description="Customer's record (客户记录号).")
    status: str = Field(description="State (状态) at the handover.")


class Handover(Entry):
    """Table of handovers."""

    __tablename__ = "handovers"

    from_consultant: Mapped[str] = mapped_column(index=True)
    to_consultant: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str]
    moved: Mapped[list[HandedOver]] = mapped_column(JsonModel(list[HandedOver]))
    left: Mapped[list[HandedOver]] = mapped_column(JsonModel(list[HandedOver]))

    @property
    def moved_count(self) -> int:
        """How many documents went over."""
        return len(self.moved)


class HandoverFields(ApiModel):
    from_consultant: ShortText = Field(description="Whose book it was (原顾问).")
    to_consultant: ShortText = Field(description="Who goes on (接手顾问).")
    reason: Text = Field(min_length=1, description="Why (交接原因).")


class NewHandover(NewEntry, HandoverFields):
    """A handover of everything open that a consultant has in an org unit (客户交接)."""


class HandoverView(EntryView, HandoverFields):
    """A handover (客户交接) and what moved with it."""

    moved: list[HandedOver] = Field(description="What went over (已交接).")
    left: list[HandedOver] = Field(
        description="What did not (未交接): test drives at a time when the new consultant has another one."
    )


class HandoverFilter(EntryFilter):
    """Which handovers to list."""

    from_consultant: ShortText | None = Field(None, description="Only from this consultant (原顾问).")
    to_consultant: ShortText | None = Field(None, description="Only to this consultant (接手顾问).")


handovers = Entries(Handover, HandoverView, Workflow(initial="done", steps={}))
router = service_router(prefix="/v1/sales/handovers", tags=["handovers"])
handovers.serve_reading(router, HandoverFilter)


@router.post("", status_code=201)
async def hand_over(body: NewHandover, work: Writing) -> HandoverView:
    """Give all that is open of one consultant to another (客户交接), as a manager; all of it moves, or nothing.

    Each document keeps its history and notes the change. The answer lists what moved.
    """
    work.caller.require_scopes(frozenset({"sales:approve"}))
    work.require_org_unit(body.org_unit)
    if body.from_consultant == body.to_consultant:
        detail = "A book is handed over to somebody else."
        raise Unprocessable("same_consultant", detail, [FieldError("/to_consultant", "same_consultant", detail)])
    await queue_for_slots(work, body.org_unit)
    moved: list[HandedOver] = []
    left: list[HandedOver] = []
    for kind, chapter in BOOK.items():
        for document in await _open_documents(work, chapter, body):
            handed = HandedOver(kind=kind, id=document.id, record_id=document.record_id, status=document.status)
            (moved if await _move(work, chapter, document.id, body.to_consultant) else left).append(handed)
    return await handovers.create(work, body, HandoverMade, moved=moved, left=left)


async def _open_documents(work: Work, chapter: Chapter, body: NewHandover) -> list[Any]:
    """Locked in one order, so that two handovers wait for each other instead of in vain."""
    table = chapter.table
    of_book = table.org_unit == body.org_unit, table.consultant == body.from_consultant
    query = select(table).where(*of_book, table.status.in_(chapter.open_states)).order_by(table.id)
    return list((await work.session.scalars(query.with_for_update())).all())


async def _move(work: Work, chapter: Chapter, document_id: UUID, consultant: str) -> bool:
    """Whether the document went over; a slot that is taken undoes the move of this one alone."""
    try:
        async with work.session.begin_nested():
            by = work.caller.subject
            await chapter.documents.act(work, document_id, None, chapter.fact, by=by, consultant=consultant)
    except IntegrityError as error:
        if violated_constraint(error) != "test_drives_consultant_excl":
            raise
        return False
    return True
