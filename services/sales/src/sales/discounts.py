"""Discounts (优惠折扣) of a quote: how large one is, and who may give it, as `discounts.yaml` declares."""

from collections.abc import Sequence

from pydantic import Field

from isthmus.contracts.business import Line
from isthmus.contracts.money import Money
from isthmus.http import Principal
from sales.declared import Declared, read_rules


class DiscountLimit(Declared):
    """What one role (角色) may give; `all_org_units` asks for a caller who acts for all of them."""

    role: str
    scope: str
    all_org_units: bool = False
    highest_permille: int = Field(ge=0, le=1000)

    def is_held_by(self, caller: Principal) -> bool:
        """Whether the caller has the role."""
        return self.scope in caller.scopes and (caller.all_org_units or not self.all_org_units)


class DiscountRules(Declared):
    """The limits of all roles."""

    limits: list[DiscountLimit] = Field(min_length=1)

    def limit_of(self, caller: Principal) -> int:
        """The highest discount the caller may give, in thousandths of the list price."""
        return max((limit.highest_permille for limit in self.limits if limit.is_held_by(caller)), default=0)


RULES = read_rules(DiscountRules, "discounts.yaml")


def discount_permille(list_price: Money | None, total: Money, lines: Sequence[Line]) -> int:
    """The discount in thousandths of the list price, rounded up: what the lines take off, or what the total lies below
    the list price, whichever is more. Without a list price the total before the lines' discounts stands for it.
    """
    taken_off = -sum(line.amount.amount_minor for line in lines if line.kind == "discount" and line.amount is not None)
    base = total.amount_minor + taken_off if list_price is None else list_price.amount_minor
    discount = max(taken_off, base - total.amount_minor, 0)
    if discount == 0:
        return 0
    return 1000 if base <= 0 else min(-(-discount * 1000 // base), 1000)
