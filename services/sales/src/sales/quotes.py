"""Quotes (报价): what was offered and promised, each offer kept, so that nobody quotes a second price."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from isthmus.contracts.fields import LongText
from isthmus.contracts.sales import OptionCode, QuoteChanged, QuoteCreated
from isthmus.http import (
    ApiModel,
    Conflict,
    FieldError,
    Forbidden,
    ShortText,
    Unprocessable,
    service_router,
)
from isthmus.parties import (
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    Lines,
    Money,
    NewDocument,
    VehicleModel,
    Work,
    check_total,
)
from isthmus.timers import FiredTimer, Moment, cancel_timer, set_timer
from isthmus.workflow import Workflow
from sales.access import Reading, Writing
from sales.catalogue import configure, variants
from sales.dealer_time import end_of
from sales.discounts import RULES, discount_permille
from sales.key_accounts import agreed_permille, frame_contracts
from sales.leads import leads
from sales.quote_history import PastQuoteView, other_quotes
from sales.quote_table import Quote, QuoteOffer


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


class QuoteReferences(ApiModel):
    lead_id: UUID | None = Field(None, description="Lead it belongs to (线索号).")
    variant_id: UUID | None = Field(
        None, description="Variant of the catalogue (车型配置), which gives vehicle and list price."
    )
    options: list[OptionCode] = Field(default_factory=list, max_length=200, description="Options of it (选装代码).")
    frame_contract_id: UUID | None = Field(
        None, description="Frame contract (框架协议), whose discount needs no approval."
    )


class NewQuote(NewDocument, QuoteReferences, QuoteFields):
    """A new quote (报价建立)."""


class QuoteChange(DocumentChange, QuoteFields):
    """What changes in a draft (报价变更)."""


class QuoteView(DocumentView, QuoteReferences, QuoteFields):
    """A quote (报价)."""

    discount_permille: int | None = Field(description="Discount in thousandths of the list price (折扣率).")
    approved_permille: int | None = Field(description="Highest discount that was approved (已批准折扣率).")
    approved_by: str | None = Field(description="Who approved it (批准人).")


class QuoteOfferView(Terms):
    """The terms of one offer (历次报价)."""

    version: int = Field(description="Version of the quote that was sent.")
    offered_at: datetime = Field(description="When it was sent (报价时间).")


class QuoteFilter(DocumentFilter):
    """Which quotes to list."""

    sortable = Quote.sortable

    consultant: ShortText | None = Field(None, description="Only this consultant (报价顾问).")
    lead_id: UUID | None = Field(None, description="Only those of this lead (线索号).")


def _check_terms(quote: Quote) -> None:
    check_total(quote.total, quote.lines)
    if quote.list_price is not None and quote.list_price.currency != quote.total.currency:
        detail = f"The list price must be in {quote.total.currency}, as the total is."
        raise Unprocessable("wrong_amount", detail, [FieldError("/list_price", "wrong_amount", detail)])
    quote.discount_permille = discount_permille(quote.list_price, quote.total, quote.lines)


workflow = Workflow(
    initial="draft",
    steps={
        "approve": (["draft"], "draft"),
        "send": (["draft"], "offered"),
        "revise": (["offered"], "draft"),
        "accept": (["offered"], "accepted"),
        "reject": (["offered"], "rejected"),
        "expire": (["offered"], "expired"),
        "withdraw": (["draft", "offered"], "withdrawn"),
    },
    changeable=["draft"],
)
quotes = Documents(Quote, QuoteView, workflow, rule=_check_terms)
router = service_router(prefix="/v1/sales/quotes", tags=["quotes"])
quotes.serve_reading(router, QuoteFilter)
quotes.serve_change(
    router, QuoteChange, QuoteChanged, about="Change a draft (报价变更); what was sent is revised first."
)


EXPIRY = "quote_expiry"


class QuoteAnswer(QuoteView):
    """A quote that was made or sent, with a warning when the customer has other prices for the same vehicle."""

    other_quotes: list[PastQuoteView] = Field(
        default_factory=list,
        exclude_if=lambda others: not others,
        description="Live quotes of the same golden customer for the same vehicle at another price (同车型其他报价), "
        "of any dealer; left out when there are none.",
    )


@router.post("", status_code=201)
async def create_quote(body: NewQuote, work: Writing) -> QuoteAnswer:
    """Draft a quote (报价建立); the answer warns of other prices the customer was quoted."""
    await leads.require(work, body, "lead_id")
    await frame_contracts.require(work, body, "frame_contract_id")
    terms = await _terms_of_variant(work, body)
    return await _warn(work, await quotes.create(work, body, QuoteCreated, **terms))


@router.get("/{quote_id}/offers")
async def list_offers(quote_id: UUID, work: Reading) -> list[QuoteOfferView]:
    """Show what was offered each time the quote was sent (历次报价), oldest first."""
    await quotes.get(work, quote_id)
    offers = await work.session.scalars(
        select(QuoteOffer).where(QuoteOffer.quote_id == quote_id).order_by(QuoteOffer.version)
    )
    return [QuoteOfferView.model_validate(offer) for offer in offers]


@router.post("/{quote_id}/approve")
async def approve_quote(quote_id: UUID, work: Writing) -> QuoteView:
    """Approve the discount of a draft (折扣审批), as far as the caller's own limit goes."""
    quote = await quotes.find(work, quote_id, lock=True)
    discount, limit = quote.discount_permille or 0, RULES.limit_of(work.caller)
    if discount > limit:
        detail = f"The discount is {discount}‰; you may approve up to {limit}‰."
        raise Forbidden("discount_above_limit", detail)
    approval = {"approved_permille": discount, "approved_by": work.caller.subject}
    return await quotes.step(work, quote_id, "approve", QuoteChanged, **approval)


@router.post("/{quote_id}/send")
async def send_quote(quote_id: UUID, work: Writing) -> QuoteAnswer:
    """Offer the quote to the customer (发出报价); the terms of the offer are kept, and it expires by itself.

    409 `approval_needed` when the discount is above the caller's limit and was not approved.
    """
    view = await quotes.step(work, quote_id, "send", QuoteChanged)
    agreed = await agreed_permille(work, view.frame_contract_id)
    discount, limit = view.discount_permille or 0, max(RULES.limit_of(work.caller), view.approved_permille or 0, agreed)
    if discount > limit:
        detail = f"The discount is {discount}‰, above {limit}‰; it must be approved first."
        raise Conflict("approval_needed", detail, [FieldError("/total", "approval_needed", detail)])
    terms = {name: getattr(view, name) for name in Terms.model_fields}
    work.session.add(QuoteOffer(quote_id=quote_id, version=view.version, offered_at=view.updated_at, **terms))
    await _set_expiry(work, view)
    return await _warn(work, view)


@router.post("/{quote_id}/revise")
async def revise_quote(quote_id: UUID, work: Writing) -> QuoteView:
    """Take an offer back to draft, to offer other terms (修改报价)."""
    return await quotes.step(work, quote_id, "revise", QuoteChanged)


@router.post("/{quote_id}/accept")
async def accept_quote(quote_id: UUID, work: Writing) -> QuoteView:
    """The customer accepts the offer (客户接受) while it is valid."""
    view = await quotes.step(work, quote_id, "accept", QuoteChanged)
    if view.valid_until is not None and work.clock.now() >= end_of(view.valid_until):
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


async def _terms_of_variant(work: Work, body: NewQuote) -> dict[str, Any]:
    """What the catalogue says of the vehicle: its name, and its list price with the options; colours are the body's."""
    variant = await variants.require(work, body, "variant_id")
    if variant is None:
        if body.options:
            detail = "Options are those of a variant of the catalogue."
            raise Unprocessable("variant_missing", detail, [FieldError("/variant_id", "variant_missing", detail)])
        return {}
    configured = configure(variant, body.options)
    colours = {} if body.vehicle is None else body.vehicle.model_dump(include={"exterior_color", "interior_color"})
    return {"list_price": configured.list_price, "vehicle": configured.vehicle.model_copy(update=colours)}


async def _warn(work: Work, view: QuoteView) -> QuoteAnswer:
    """The answer with the other prices of the customer; that they were read is logged."""
    quote = await quotes.find(work, view.id)
    others = await other_quotes(work, quote)
    return QuoteAnswer.model_validate(view.model_dump() | {"other_quotes": others})


async def _set_expiry(work: Work, view: QuoteView) -> None:
    if view.valid_until is None:
        await cancel_timer(work.session, EXPIRY, str(view.id))
    else:
        await set_timer(work.session, kind=EXPIRY, key=str(view.id), due_at=end_of(view.valid_until))


async def expire_in_time(fired: FiredTimer, moment: Moment) -> None:
    """The offer is not valid any more (报价到期): it expires, unless it was answered or taken back."""
    await quotes.act(moment, UUID(fired.key), "expire", QuoteChanged, by="timer")
