"""An entry of an outbound list (名单条目): a customer, cleared by the suppression check before anybody may ring."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from call_center.access import Writing
from call_center.outbound.lists import OutboundChannel, OutboundList, Purpose, lists
from isthmus.contracts.call_center import CustomerContacted
from isthmus.contracts.fields import Code, Count, LongText, OrgUnit, Text
from isthmus.http import ApiModel, Conflict, service_router
from isthmus.parties import Document, DocumentFilter, Documents, DocumentView, JsonModel, NewDocument, Work
from isthmus.platform_client import Unanswered, ask
from isthmus.workflow import Workflow

CLEARED_FOR = timedelta(hours=1)
"""How long a clearance holds; what it was judged by may change at any time."""

Outcome = Literal["reached", "no_answer", "wrong_number", "refused", "callback"]


class Hindrance(BaseModel):
    """Why a customer is not contacted (免打扰原因)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: Code = Field(description="Reason (原因码): consent_withdrawn, frequency_cap, open_complaint, not_asked …")
    text: Text = Field(description="The reason in words (原因).")


class OutboundEntry(Document):
    """Table of the entries of all lists."""

    __tablename__ = "outbound_entries"
    business_facts = frozenset({"campaign", "channel", "hindrances", "outcome", "purpose"})
    template = material = None

    list_id: Mapped[UUID] = mapped_column(ForeignKey("outbound_lists.id"))
    purpose: Mapped[str]
    channel: Mapped[str]
    campaign: Mapped[str]
    hindrances: Mapped[list[Hindrance]] = mapped_column(JsonModel(list[Hindrance]))
    checked_at: Mapped[datetime | None]
    attempts: Mapped[int]
    outcome: Mapped[str | None]
    note: Mapped[str | None]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[object, ...]:  # noqa: N805 - a class method by SQLAlchemy's rules
        """A customer stands on a list once."""
        once = UniqueConstraint("list_id", "record_id", name="outbound_entries_list_id_record_id_key")
        return (*super().__table_args__, once)


class NewOutboundEntry(NewDocument):
    """A customer to be contacted (名单条目)."""

    org_unit: OrgUnit = Field("hq", description="Org unit (组织单元) of the list.")
    list_id: UUID = Field(description="The list (名单号).")


class OutboundEntryView(DocumentView):
    """An entry of an outbound list (名单条目)."""

    list_id: UUID = Field(description="The list (名单号).")
    purpose: Purpose = Field(description="Purpose (处理目的).")
    channel: OutboundChannel = Field(description="Channel (渠道).")
    hindrances: list[Hindrance] = Field(description="What stood against it at the last check (免打扰原因).")
    checked_at: datetime | None = Field(description="Last answered check (检查时间).")
    attempts: Count = Field(description="How often it was tried (已尝试次数).")
    outcome: Outcome | None = Field(description="What came of the last try (外呼结果).")
    note: LongText | None = Field(description="Note (备注).")


class OutboundEntryFilter(DocumentFilter):
    """Which entries to list."""

    list_id: UUID | None = Field(None, description="Only of this list (名单号).")


class ContactOutcome(ApiModel):
    """What came of a try (外呼结果)."""

    outcome: Outcome = Field(description="What came of it (外呼结果).")
    note: LongText | None = Field(None, description="Note (备注).")


workflow = Workflow(
    initial="waiting",
    steps={
        "clear": (["waiting", "suppressed", "cleared"], "cleared"),
        "suppress": (["waiting", "suppressed", "cleared"], "suppressed"),
        "contact": (["cleared"], "contacted"),
        "miss": (["cleared"], "waiting"),
    },
)
entries = Documents(OutboundEntry, OutboundEntryView, workflow)
router = service_router(prefix="/v1/call-center/outbound-entries", tags=["outbound"])
entries.serve_reading(router, OutboundEntryFilter)


@router.post("", status_code=201)
async def create_entry(body: NewOutboundEntry, work: Writing) -> OutboundEntryView:
    """Put a customer on a list (加入名单), once."""
    chosen = await lists.require(work, body, "list_id")
    own = _open(chosen)
    fields: dict[str, Any] = {"purpose": own.purpose, "channel": own.channel, "campaign": own.name}
    return await entries.create(work, body, hindrances=[], attempts=0, **fields)


@router.post("/{outbound_entry_id}/clear")
async def clear_entry(outbound_entry_id: UUID, work: Writing, request: Request) -> OutboundEntryView:
    """Ask whether the customer may be contacted now (免打扰检查): consent, caps, open complaints.

    Allowed, the entry is cleared for an hour; not allowed, it is suppressed, and the reasons are kept. When
    customer-master does not answer, it stays as it was, and says so.
    """
    entry = await entries.find(work, outbound_entry_id, lock=True)
    _open(await work.session.get(OutboundList, entry.list_id))
    question = {"customer": entry.customer.model_dump(), "channel": entry.channel, "purpose": entry.purpose}
    context = request.app.state.context
    answer = await ask(context, "POST", "/v1/customers/suppression-check", body=question, purpose=entry.purpose)
    if isinstance(answer, Unanswered) or answer.status != 200:
        reason = answer.reason if isinstance(answer, Unanswered) else f"status {answer.status}"
        silent = Hindrance(code="not_asked", text=f"customer-master did not answer: {reason}")
        await entries.act(work, entry.id, None, by=work.caller.subject, hindrances=[silent])
        return await entries.get(work, entry.id)
    hindrances = [Hindrance.model_validate(reason) for reason in answer.body["reasons"]]
    step = "clear" if answer.body["allowed"] else "suppress"
    return await entries.step(work, entry.id, step, hindrances=hindrances, checked_at=work.clock.now())


@router.post("/{outbound_entry_id}/contact")
async def contact_entry(outbound_entry_id: UUID, body: ContactOutcome, work: Writing) -> OutboundEntryView:
    """Note that a cleared customer was contacted (外呼); who was reached counts for the caps of all services."""
    entry = await entries.find(work, outbound_entry_id, lock=True)
    _open(await work.session.get(OutboundList, entry.list_id))
    if entry.status == "cleared" and not _is_fresh(entry, work):
        raise Conflict("clearance_too_old", "It was cleared more than an hour ago; clear it again.")
    noted: dict[str, Any] = {"outcome": body.outcome, "note": body.note, "attempts": entry.attempts + 1}
    if body.outcome == "no_answer":
        return await entries.step(work, entry.id, "miss", **noted)
    fact = None if body.outcome == "wrong_number" else CustomerContacted
    return await entries.step(work, entry.id, "contact", fact, **noted)


def _is_fresh(entry: OutboundEntry, work: Work) -> bool:
    return entry.checked_at is not None and work.clock.now() - entry.checked_at <= CLEARED_FOR


def _open(chosen: OutboundList | None) -> OutboundList:
    if chosen is None or chosen.status != "open":
        raise Conflict("list_closed", "The list is closed.")
    return chosen
