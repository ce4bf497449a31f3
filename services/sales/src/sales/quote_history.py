"""What a customer was quoted (报价历史), by whichever dealer: nobody quotes a second price without knowing the first.

Whoever has a record of the golden customer sees price, vehicle, date, dealer and consultant of all its quotes, and
nothing of the customer that other dealers have written down. Each such reading is logged.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager

from isthmus.contracts.fields import OrgUnit, RecordId
from isthmus.http import ApiModel, NotFound, ShortText, service_router
from isthmus.parties import Money, Party, VehicleModel, Work
from sales.access import Reading
from sales.dealer_time import day_of
from sales.quote_table import Quote

MAX_QUOTES = 200
LIVE = ("offered", "accepted")


class PastQuoteView(ApiModel):
    """A quote as every dealer of the customer may see it (历史报价)."""

    id: UUID = Field(description="The quote (报价号).")
    org_unit: OrgUnit = Field(description="Dealer that quoted (报价经销商).")
    consultant: ShortText | None = Field(description="Who quoted (报价顾问).")
    status: str = Field(description="State (报价状态).")
    vehicle: VehicleModel | None = Field(description="Vehicle quoted (报价车型).")
    list_price: Money | None = Field(description="Maker's suggested price (指导价).")
    total: Money = Field(description="Price to pay in all (总价).")
    discount_permille: int | None = Field(description="Discount in thousandths of the list price (折扣率).")
    valid_until: date | None = Field(description="Last day the offer stands (有效期).")
    created_at: datetime = Field(description="When it was made (报价时间).")
    updated_at: datetime = Field(description="When it changed last (更新时间).")


class QuoteHistory(ApiModel):
    """All that a customer was quoted (报价历史), newest first, at most the last 200."""

    golden_id: UUID | None = Field(
        description="Golden customer (黄金客户); null while unknown, and then only this record's quotes are shown."
    )
    quotes: list[PastQuoteView] = Field(description="The quotes, drafts left out (报价).")


router = service_router(prefix="/v1/sales/customers", tags=["quotes"])


@router.get("/{record_id}/quote-history")
async def show_quote_history(record_id: RecordId, work: Reading) -> QuoteHistory:
    """Show what all dealers have quoted to this customer (报价历史)."""
    party = await work.session.scalar(select(Party).where(Party.record_id == record_id))
    if party is None or not work.caller.may_act_for(party.org_unit):
        raise NotFound("not_found", "There is no customer with this record id.")
    of_customer = Party.golden_id == party.golden_id if party.golden_id else Party.record_id == record_id
    quotes = await quotes_of(work, of_customer)
    return QuoteHistory(golden_id=party.golden_id, quotes=[PastQuoteView.model_validate(quote) for quote in quotes])


async def other_quotes(work: Work, quote: Quote) -> list[PastQuoteView]:
    """Live quotes of the same golden customer for the same vehicle at another price."""
    if quote.golden_id is None:
        return []
    live = await _newest(work, Party.golden_id == quote.golden_id, Quote.status.in_(LIVE), Quote.id != quote.id)
    today = day_of(work.clock.now())
    return [
        PastQuoteView.model_validate(other)
        for other in live
        if (other.valid_until is None or other.valid_until >= today)
        and other.total != quote.total
        and _is_for_the_same(other, quote)
    ]


def _is_for_the_same(one: Quote, other: Quote) -> bool:
    """By the catalogue where both are from it, else by what their vehicles are called."""
    if one.variant_id is not None and other.variant_id is not None:
        return one.variant_id == other.variant_id
    return is_same_variant(one.vehicle, other.vehicle)


def is_same_variant(one: VehicleModel | None, other: VehicleModel | None) -> bool:
    """Whether two quotes are for the same variant in whatever colour; what one leaves open may be the same."""
    if one is None or other is None:
        return False
    pairs = [
        (str(left).casefold().split(), str(right).casefold().split())
        for name in ("brand", "series", "model", "model_year")
        if (left := getattr(one, name)) and (right := getattr(other, name))
    ]
    return bool(pairs) and all(left == right for left, right in pairs)


async def quotes_of(work: Work, of_customer: ColumnElement[bool]) -> Sequence[Quote]:
    """All that a customer was quoted, newest first; drafts were not."""
    return await _newest(work, of_customer, Quote.status != "draft")


async def _newest(work: Work, *conditions: ColumnElement[bool]) -> Sequence[Quote]:
    """The newest quotes of a customer in all dealers; that they are read is logged."""
    statement = select(Quote).join(Quote.party).options(contains_eager(Quote.party)).where(*conditions)
    newest = statement.order_by(Quote.created_at.desc(), Quote.id.desc()).limit(MAX_QUOTES)
    quotes = (await work.session.scalars(newest)).all()
    await work.log_read("quote_history", [quote.id for quote in quotes])
    return quotes
