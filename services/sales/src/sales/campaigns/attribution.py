"""Which campaign a lead, a test drive or an order comes of (归因), and what a campaign brought for its cost. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

Rule = Literal["named", "last_contact"]


class Contact(NamedTuple):
    """A customer was contacted for a campaign."""

    at: datetime
    campaign: str


class Attribution(NamedTuple):
    """The campaign something comes of, and why."""

    campaign: str
    rule: Rule
    contacted_at: datetime | None


def attribute(named: str | None, at: datetime, contacts: Iterable[Contact], window: timedelta) -> Attribution | None:
    """The campaign of what happened `at`: the one it names; else the last that contacted the customer in the window.

    Of two contacts at the same time the greater code counts, so that the order they are told in does not matter.
    """
    if named:
        return Attribution(named, "named", None)
    last = max((one for one in contacts if at - window <= one.at <= at), default=None)
    return None if last is None else Attribution(last.campaign, "last_contact", last.at)


def cost_of_one(cost: int, count: int) -> int | None:
    """What one cost, in minor units, rounded to the nearest; None where there was none."""
    return (2 * cost + count) // (2 * count) if count else None


def return_permille(cost: int, revenue: int, margin_permille: int) -> int | None:
    """What the revenue leaves less the cost (回报率), in thousandths of the cost, rounded down; None without cost."""
    return (revenue * margin_permille - cost * 1000) // cost if cost > 0 else None
