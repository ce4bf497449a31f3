"""Commitments (承诺): who promised what to a customer until when, and whether it was kept, whoever leaves."""

from datetime import datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.fields import Instant, LongText
from isthmus.contracts.sales_management import CommitmentChanged, CommitmentMade
from isthmus.http import ApiModel, IfMatch, ShortText, service_router
from isthmus.parties import DocumentChange, DocumentFilter, Documents, DocumentView, NewDocument
from isthmus.workflow import Workflow
from sales.access import Writing
from sales.due import FALL_OVERDUE, DueDocument, DueTimers, lift_overdue
from sales.leads import leads
from sales.orders import orders


class Commitment(DueDocument):
    """Table of commitments."""

    __tablename__ = "commitments"
    business_facts = frozenset({"consultant", "promised_by"})
    sortable = ("due_at",)

    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id"), index=True)
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("orders.id"), index=True)
    promised_by: Mapped[str]
    promise: Mapped[str]
    outcome: Mapped[str | None]


class CommitmentFields(ApiModel):
    consultant: ShortText | None = Field(
        None, description="Who answers for it (责任人), from a handover on somebody else."
    )
    due_at: Instant = Field(description="Until when (兑现期限).")


class CommitmentWords(ApiModel):
    promised_by: ShortText = Field(description="Who gave it (承诺人).")
    promise: LongText = Field(min_length=1, description="What was promised (承诺内容); its words are never changed.")


class NewCommitment(NewDocument, CommitmentWords, CommitmentFields):
    """A new commitment (作出承诺)."""

    lead_id: UUID | None = Field(None, description="Lead it was given for (线索号).")
    order_id: UUID | None = Field(None, description="Order it was given for (订单号).")


class CommitmentChange(DocumentChange, CommitmentFields):
    """What changes in a commitment (承诺变更)."""


class CommitmentOutcome(ApiModel):
    """How a commitment ended (兑现情况)."""

    outcome: LongText = Field(min_length=1, description="How it was kept, or why not (兑现情况).")


class CommitmentView(DocumentView, CommitmentWords, CommitmentFields):
    """A commitment (承诺)."""

    lead_id: UUID | None = Field(description="Lead it was given for (线索号).")
    order_id: UUID | None = Field(description="Order it was given for (订单号).")
    overdue_at: datetime | None = Field(description="Since when it is overdue (逾期时间).")
    outcome: LongText | None = Field(description="How it was kept, or why not (兑现情况).")


class CommitmentFilter(DocumentFilter):
    """Which commitments to list."""

    sortable = Commitment.sortable

    consultant: ShortText | None = Field(None, description="Only those this person answers for (责任人).")
    promised_by: ShortText | None = Field(None, description="Only those this person gave (承诺人).")
    lead_id: UUID | None = Field(None, description="Only those of this lead (线索号).")
    order_id: UUID | None = Field(None, description="Only those of this order (订单号).")


workflow = Workflow(
    initial="open",
    steps={
        "keep": (["open"], "kept"),
        "break": (["open"], "broken"),
        "release": (["open"], "released"),
        FALL_OVERDUE: (["open"], "open"),
    },
)
commitments = Documents(Commitment, CommitmentView, workflow, rule=lift_overdue)
timers = DueTimers(Commitment, commitments, CommitmentChanged)
router = service_router(prefix="/v1/sales/commitments", tags=["commitments"])
commitments.serve_reading(router, CommitmentFilter)


@router.post("", status_code=201)
async def make_commitment(body: NewCommitment, work: Writing) -> CommitmentView:
    """Record what was promised (作出承诺); unless somebody else is named, who gave it answers for it."""
    await leads.require(work, body, "lead_id")
    await orders.require(work, body, "order_id")
    view = await commitments.create(work, body, CommitmentMade, consultant=body.consultant or body.promised_by)
    await timers.set(work, view, view.due_at)
    return view


@router.patch("/{commitment_id}")
async def change_commitment(
    commitment_id: UUID, body: CommitmentChange, version: IfMatch, work: Writing
) -> CommitmentView:
    """Agree on another time, or let somebody else answer for it (承诺变更)."""
    view = await commitments.change(work, commitment_id, version, body, CommitmentChanged)
    if "due_at" in body.model_fields_set:
        await timers.set(work, view, view.due_at)
    return view


@router.post("/{commitment_id}/keep")
async def keep_commitment(commitment_id: UUID, body: CommitmentOutcome, work: Writing) -> CommitmentView:
    """The promise was kept (承诺兑现)."""
    return await _end(work, commitment_id, "keep", body)


@router.post("/{commitment_id}/break")
async def break_commitment(commitment_id: UUID, body: CommitmentOutcome, work: Writing) -> CommitmentView:
    """The promise was not kept, and why (承诺未兑现)."""
    return await _end(work, commitment_id, "break", body)


@router.post("/{commitment_id}/release")
async def release_commitment(commitment_id: UUID, body: CommitmentOutcome, work: Writing) -> CommitmentView:
    """The customer does not hold the dealer to it any more (客户免除)."""
    return await _end(work, commitment_id, "release", body)


async def _end(work: Writing, commitment_id: UUID, step: str, body: CommitmentOutcome) -> CommitmentView:
    await timers.cancel(work, commitment_id)
    return await commitments.step(work, commitment_id, step, CommitmentChanged, outcome=body.outcome)
