"""Settlement (结算) of a repair order: who pays which part of each line, exact to the minor unit; pure functions."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from pydantic import ConfigDict, Field

from isthmus.contracts import aftersales as contracts
from isthmus.contracts.business import Line
from isthmus.http import MAX_INT64, ApiModel, FieldError, Unprocessable
from isthmus.parties import Money

Payer = Literal["customer", "warranty", "insurer", "goodwill"]
PAYERS: tuple[Payer, ...] = ("customer", "warranty", "insurer", "goodwill")

WHOLE = 10_000
"""All of a line, in basis points."""


class ShareRule(ApiModel):
    """A part of the lines that somebody else than the customer takes over (分摊规则)."""

    payer: Literal["warranty", "insurer", "goodwill"] = Field(description="Who takes it over (承担方).")
    line_kind: Literal["labour", "part"] | None = Field(
        None, description="Only of labour (工时) or of parts (配件); of every line, if left out."
    )
    basis_points: int = Field(ge=1, le=WHOLE, description="How much, in hundredths of a percent (承担比例).")


class PayerShare(contracts.PayerShare):
    """What one payer pays (分摊金额)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    payer: Payer = Field(description="Who pays (付款方): customer, warranty, insurer or goodwill.")
    amount: Money = Field(description="How much (金额).")


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount by weights, which are not all zero, so that the parts add up to it exactly.

    What rounding down leaves goes by one unit to those with the largest remainders (largest-remainder method, as in
    apportionment by Hamilton); of equals the first. A negative amount, a discount, is divided as its opposite.
    """
    sign, size, total = (-1 if amount < 0 else 1), abs(amount), sum(weights)
    parts = [size * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(size * weights[place] % total), place))
    for place in by_remainder[: size - sum(parts)]:
        parts[place] += 1
    return [sign * part for part in parts]


def settle(
    total: Money, lines: Sequence[Line], rules: Sequence[ShareRule], deductible: Money | None = None
) -> list[PayerShare]:
    """What each payer pays: a line with a payer is theirs, the rules divide the others, the rest is the customer's.

    The insurer's share is lowered by the deductible (免赔额), which the customer pays. The shares add up to the total.
    """
    shares: Counter[Payer] = Counter()
    amounts = [(line.kind, line.payer, line.amount.amount_minor) for line in lines if line.amount is not None]
    for kind, payer, amount in amounts or [("fee", None, total.amount_minor)]:
        weights = _weights(kind, payer, rules)
        for name, part in zip(PAYERS, split(amount, weights), strict=True):
            shares[name] += part
    if deductible is not None:
        carried = min(deductible.amount_minor, max(shares["insurer"], 0))
        shares["insurer"] -= carried
        shares["customer"] += carried
    if any(abs(share) > MAX_INT64 for share in shares.values()):
        detail = "The lines are beyond what can be reckoned with."
        raise Unprocessable("wrong_amount", detail, [FieldError("/lines", "wrong_amount", detail)])
    return [
        PayerShare(payer=payer, amount=Money(amount_minor=shares[payer], currency=total.currency))
        for payer in PAYERS
        if payer == "customer" or shares[payer]
    ]


def _weights(kind: str, payer: str | None, rules: Sequence[ShareRule]) -> list[int]:
    """How a line is divided among `PAYERS`, in basis points."""
    if payer in PAYERS:
        return [WHOLE if payer == name else 0 for name in PAYERS]
    taken: Counter[str] = Counter()
    for rule in rules:
        if rule.line_kind in (None, kind):
            taken[rule.payer] += rule.basis_points
    if taken.total() > WHOLE:
        detail = f"The shares of {kind} lines add up to {taken.total()} basis points, more than {WHOLE}."
        raise Unprocessable("too_much_shared", detail, [FieldError("/shares", "too_much_shared", detail)])
    return [WHOLE - taken.total(), *(taken[name] for name in PAYERS[1:])]
