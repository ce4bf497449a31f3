"""Quotes (报价): what was offered and promised, each offer kept, so that nobody quotes a second price."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.fields import LongText
from isthmus.contracts.sales import QuoteChanged, QuoteCreated
from isthmus.db import Base
from isthmus.http import ApiModel, Conflict, ShortText, service_router
from isthmus.parties import (
    Document,
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    JsonModel,
    Line,
    Lines,
    Money,
    NewDocument,
    VehicleModel,
    check_total,
)
from isthmus.workflow import Workflow
from sales.access import Reading, Writing
from sales.leads import leads


class Quote(Document):
    """Table of quotes."""

    __tablename__ = "quotes"
    business_facts = frozenset({"consultant", "list_price", "total"})
    sortable = ("valid_until",)

    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id"), index=True)
    consultant: Mapped[str | None] = mapped_column(index=True)
    vehicle: Mapped[VehicleModel | None] = mapped_column(JsonModel(VehicleModel))
    list_price: Mapped[Money | None] = mapped_column(JsonModel(Money))
    total: Mapped[Money] = mapped_column(JsonModel(Money))
    lines: Mapped[list[Line]] = mapped_column(JsonModel(Lines))
    valid_until: Mapped[date | None]
    promises: Mapped[str | None]
    note: Mapped[str | None]


class QuoteOffer(Base):
    """Table of what was offered each time a quote was sent (历次报价)."""

    __tablename__ = "quote_offers"
    business_facts = frozenset({"total"})

    quote_id: Mapped[UUID] = mapped_column(ForeignKey("quotes.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    offered_at: Mapped[datetime]
    total: Mapped[Money] = mapped_column(JsonModel(Money))
    lines: Mapped[list[Line]] = mapped_column(JsonModel(Lines))
    valid_until: Mapped[date | None]
    promises: Mapped[str | None]


class Terms(ApiModel):
    total: Money = Field(description="Price to pay in all (总价); the lines, if given, must add up to it.")
    lines: Lines = Field(default_factory=list, description="What the price is made of (报价明细).")
    valid_until: date | None = Field(None, description="Last day the offer stands (有效期).")
    promises: LongText | None = Field(None, description="What was promised besides (承诺事项).")


class QuoteFields(Terms):
    consultant: ShortText | None = Field(None, description="Who quotes (报价顾问).")
    vehicle: VehicleModel | None = Field(None, description="Vehicle quoted (报价车型).")
    list_price: Money | None = Field(None, description="Maker's suggested price (指导价).")
    note: LongText | None = Field(None, description="Note (备注).")


class NewQuote(NewDocument, QuoteFields):
    """A new quote (报价建立)."""

    lead_id: UUID | None = Field(None, description="Lead it belongs to (线索号).")


class QuoteChange(DocumentChange, QuoteFields):
    """What changes in a draft (报价变更)."""


class QuoteView(DocumentView, QuoteFields):
    """A quote (报价)."""

    lead_id: UUID | None = Field(description="Lead it belongs to (线索号).")


class QuoteOfferView(Terms):
    """The terms of one offer (历次报价)."""

    version: int = Field(description="Version of the quote that was sent.")
    offered_at: datetime = Field(description="When it was sent (报价时间).")


class QuoteFilter(DocumentFilter):
    """Which quotes to list."""

    sortable = Quote.sortable

    consultant: ShortText | None = Field(None, description="Only this consultant (报价顾问).")
    lead_id: UUID | None = Field(None, description="Only those of this lead (线索号).")


workflow = Workflow(
    initial="draft",
    steps={
        "send": (["draft"], "offered"),
        "revise": (["offered"], "draft"),
        "accept": (["offered"], "accepted"),
        "reject": (["offered"], "rejected"),
        "expire": (["offered"], "expired"),
        "withdraw": (["draft", "offered"], "withdrawn"),
    },
    changeable=["draft"],
)
quotes = Documents(Quote, QuoteView, workflow, rule=lambda quote: check_total(quote.total, quote.lines))
router = service_router(prefix="/v1/sales/quotes", tags=["quotes"])
quotes.serve_reading(router, QuoteFilter)
quotes.serve_change(
    router, QuoteChange, QuoteChanged, about="Change a draft (报价变更); what was sent is revised first."
)


@router.post("", status_code=201)
async def create_quote(body: NewQuote, work: Writing) -> QuoteView:
    """Draft a quote (报价建立)."""
    await leads.require(work, body, "lead_id")
    return await quotes.create(work, body, QuoteCreated)


@router.get("/{quote_id}/offers")
async def list_offers(quote_id: UUID, work: Reading) -> list[QuoteOfferView]:
    """Show what was offered each time the quote was sent (历次报价), oldest first."""
    await quotes.get(work, quote_id)
    offers = await work.session.scalars(
        select(QuoteOffer).where(QuoteOffer.quote_id == quote_id).order_by(QuoteOffer.version)
    )
    return [QuoteOfferView.model_validate(offer) for offer in offers]


@router.post("/{quote_id}/send")
async def send_quote(quote_id: UUID, work: Writing) -> QuoteView:
    """Offer the quote to the customer (发出报价); the terms of the offer are kept."""
    view = await quotes.step(work, quote_id, "send", QuoteChanged)
    terms = {name: getattr(view, name) for name in Terms.model_fields}
    work.session.add(QuoteOffer(quote_id=quote_id, version=view.version, offered_at=view.updated_at, **terms))
    return view


@router.post("/{quote_id}/revise")
async def revise_quote(quote_id: UUID, work: Writing) -> QuoteView:
    """Take an offer back to draft, to offer other terms (修改报价)."""
    return await quotes.step(work, quote_id, "revise", QuoteChanged)


@router.post("/{quote_id}/accept")
async def accept_quote(quote_id: UUID, work: Writing) -> QuoteView:
    """The customer accepts the offer (客户接受) while it is valid."""
    view = await quotes.step(work, quote_id, "accept", QuoteChanged)
    if view.valid_until is not None and work.clock.now().date() > view.valid_until:
        raise Conflict(
            "quote_out_of_date", f"The offer was valid until {view.valid_until}; revise it or let it expire."
        )
    return view


@router.post("/{quote_id}/reject")
async def reject_quote(quote_id: UUID, work: Writing) -> QuoteView:
    """The customer rejects the offer (客户拒绝)."""
    return await quotes.step(work, quote_id, "reject", QuoteChanged)


@router.post("/{quote_id}/expire")
async def expire_quote(quote_id: UUID, work: Writing) -> QuoteView:
    """The offer was not answered in time (报价过期)."""
    return await quotes.step(work, quote_id, "expire", QuoteChanged)


@router.post("/{quote_id}/withdraw")
async def withdraw_quote(quote_id: UUID, work: Writing) -> QuoteView:
    """The dealer takes the quote back (撤回报价)."""
    return await quotes.step(work, quote_id, "withdraw", QuoteChanged)
