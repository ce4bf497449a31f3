"""Values in request bodies: those of the contract, strict, so that a misspelt field is told and not lost."""

from typing import Annotated

from pydantic import ConfigDict, Field

from isthmus.contracts import business, money


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


Lines = Annotated[list[Line], Field(max_length=500)]
