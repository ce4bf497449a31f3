"""What can be bought (在售车型), and what is known of it: price, attributes, stock and promotions, as facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from isthmus.parties import Money, Work
from sales.advice.fitting import Candidate, Value
from sales.advice.promotions import Promotion
from sales.advice.stock_near import NONE, StockNear, stock_near
from sales.catalogue import Variant
from sales.configuration import clashes, configured_price
from sales.dealer_time import day_of

MAX_VARIANTS = 2_000


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant that is on sale, with the wanted options as far as it has them."""

    variant: Variant
    price: Money
    stock: StockNear
    promotions: tuple[str, ...]
    """Codes of those that apply."""
    options_missing: int

    def candidate(self, currency: str | None, today: date) -> Candidate:
        """Its facts; a price in another currency than that of the budget is not known."""
        since = self.variant.on_sale_from
        facts: dict[str, Value | None] = self.variant.specification.model_dump() | {
            "series": self.variant.series,
            "price": self.price.amount_minor if currency in (None, self.price.currency) else None,
            "options_missing": self.options_missing,
            "promotions": len(self.promotions),
            "days_on_sale": None if since is None else (today - since).days,
            **self.stock.model_dump(include={"here", "coming_here", "in_all_dealers"}),
        }
        return Candidate(self.variant.code, facts)


async def offers_of(
    work: Work, org_unit: str, options: Sequence[str], promotions: Sequence[Promotion]
) -> dict[str, Offer]:
    """All variants that can be bought today, by code; stock is told as the org unit has it."""
    today = day_of(work.clock.now())
    offered = select(Variant).where(Variant.status == "offered")
    by_now = offered.where(Variant.on_sale_from.is_(None) | (Variant.on_sale_from <= today))
    variants = (await work.session.scalars(by_now.order_by(Variant.code).limit(MAX_VARIANTS))).all()
    stock = await stock_near(work, [variant.id for variant in variants], [org_unit])
    return {
        variant.code: Offer(
            variant=variant,
            price=configured_price(variant.list_price, variant.options, options),
            stock=stock.get(variant.id, NONE),
            promotions=tuple(one.code for one in promotions if one.is_for(variant.series)),
            options_missing=len(list(clashes(variant.options, options))),
        )
        for variant in variants
    }
