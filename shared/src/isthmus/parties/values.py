"""Values in request bodies: those of the contract, strict, so that a misspelt field is told and not lost."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import ConfigDict, Field

from isthmus.contracts import business, money
from isthmus.http import FieldError, Unprocessable


class Money(money.Money):
    """An amount of money (金额) in minor units: 15,980.00 yuan is 1598000 CNY."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class VehicleModel(business.VehicleModel):
    """A vehicle as it stands in the catalogue (车型)."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Vehicle(business.Vehicle):
    """One vehicle (车辆): as written on the document; customer-master standardises it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Line(business.Line):
    """A line (明细) of a quote, an order or a repair order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit_price: Money | None = Field(None, description="Price of one (单价).")
    amount: Money | None = Field(None, description="Amount of the line (金额).")


class Attachment(business.Attachment):
    """A file kept elsewhere, by reference (附件)."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Attachments = Annotated[list[Attachment], Field(max_length=100)]
Lines = Annotated[list[Line], Field(max_length=500)]


def check_total(total: money.Money, lines: Sequence[business.Line]) -> None:
    """Raise a 422 problem unless the lines, where there are any, add up to the total, all in its currency."""
    for number, line in enumerate(lines):
        if line.amount is None:
            raise _wrong_amount(
                f"/lines/{number}/amount", "Each line needs its amount, so that the total can be checked."
            )
        if line.amount.currency != total.currency:
            raise _wrong_amount(f"/lines/{number}/amount", f"The line must be in {total.currency}, as the total is.")
    amounts = [line.amount.amount_minor for line in lines if line.amount is not None]
    if lines and sum(amounts) != total.amount_minor:
        raise _wrong_amount("/total", f"The lines add up to {sum(amounts)}, not to {total.amount_minor}.")


def check_part(part: money.Money | None, total: money.Money, field: str) -> None:
    """Raise a 422 problem unless an amount, if there is one, lies between nothing and the total, in its currency."""
    if part is not None and (part.currency != total.currency or not 0 <= part.amount_minor <= total.amount_minor):
        raise _wrong_amount(f"/{field}", f"This must be between 0 and the total, in {total.currency}.")


def _wrong_amount(pointer: str, detail: str) -> Unprocessable:
    return Unprocessable("wrong_amount", detail, [FieldError(pointer, "wrong_amount", detail)])
