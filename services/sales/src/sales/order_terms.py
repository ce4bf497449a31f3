"""Values in the body of an order: trade-in, loan and insurance (置换、信贷、保险), strict as all that is sent."""

from pydantic import ConfigDict, Field

from isthmus.contracts import sales_orders as contract
from isthmus.parties import Money, Vehicle


class TradeIn(contract.TradeIn):
    """A vehicle that the buyer gives in payment (置换)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vehicle: Vehicle = Field(description="Vehicle traded in (置换车辆).")
    price: Money = Field(description="What is paid for it (置换价).")


class Financing(contract.Financing):
    """A loan or lease (信贷)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    amount: Money = Field(description="Amount financed (贷款金额).")


class Insurance(contract.Insurance):
    """The insurance of the new vehicle (保险)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    premium: Money | None = Field(None, description="Premium (保费).")
