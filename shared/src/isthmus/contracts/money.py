"""Money (金额): integer minor units and a currency, never a float."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Money(BaseModel):
    """An amount in the currency's minor units: 15,980.00 yuan is `{"amount_minor": 1598000, "currency": "CNY"}`."""

    model_config = ConfigDict(frozen=True)

    amount_minor: int = Field(
        ge=-(2**63), le=2**63 - 1, description="Amount in minor units (最小货币单位): fen for CNY.", examples=[15980000]
    )
    currency: Currency = Field(description="ISO 4217 code (币种).", examples=["CNY"])
