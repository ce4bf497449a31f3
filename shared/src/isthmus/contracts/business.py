"""What the business events (业务事件) of all services have in common: who, where, when, which vehicle, which lines."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.envelope import EventData
from isthmus.contracts.fields import Code, Instant, OrgUnit, Text
from isthmus.contracts.money import Money

CHANNELS: dict[str, JsonValue] = {"x-known-values": ["email", "fax", "phone", "walk_in", "web", "wechat"]}
"""The channels (渠道) a customer comes by."""


class Value(BaseModel):
    """Base of the value objects inside an event's data."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class BusinessEvent(EventData):
    """Base of every business event: full state of its aggregate after the fact, so that a missed one heals."""

    customer: RecordKey | None = Field(
        None, description="The customer's record in this service (客户); null if unknown."
    )
    org_unit: OrgUnit = Field(description="Org unit where it happened (组织单元).", examples=["dealer:D0001"])
    occurred_at: Instant = Field(description="When it happened in the real world (发生时间), as the timeline sorts it.")


class VehicleModel(Value):
    """A vehicle as it stands in the catalogue (车型)."""

    brand: Text | None = Field(None, description="Brand (品牌).", examples=["瑞麒"])
    series: Text | None = Field(None, description="Series (车系).", examples=["G5"])
    model: Text | None = Field(None, description="Model or trim (车型/配置).", examples=["G5 2.0T 豪华型"])
    model_year: int | None = Field(None, ge=1900, le=2200, description="Model year (年款).", examples=[2026])
    exterior_color: Text | None = Field(None, description="Exterior colour (外观颜色).", examples=["珍珠白"])
    interior_color: Text | None = Field(None, description="Interior colour (内饰颜色).")


class Vehicle(VehicleModel):
    """One vehicle (车辆): by its number, its plate, and what it is."""

    vin: Text | None = Field(
        None, description="Vehicle identification number (车架号).", examples=["LVVDB11B0AD000018"]
    )
    plate: Text | None = Field(None, description="Number plate (车牌号).", examples=["皖B12345"])
    mileage_km: int | None = Field(None, ge=0, le=100_000_000, description="Odometer in km (行驶里程).")


class Line(Value):
    """A line of a quote, an order or a repair order (明细)."""

    kind: Code = Field(
        description="Kind of line (明细类别).",
        json_schema_extra={
            "x-known-values": ["accessory", "discount", "fee", "insurance", "labour", "part", "tax", "vehicle"]
        },
    )
    code: Text | None = Field(None, description="Part, operation or article number (编码).")
    description: Text = Field(description="What it is (名称).")
    quantity_thousandths: int = Field(
        1000, ge=0, le=10**12, description="Quantity in thousandths (数量×1000): 1500 is 1.5 hours or litres."
    )
    unit_price: Money | None = Field(None, description="Price of one (单价).")
    amount: Money | None = Field(None, description="Amount of the line (金额).")
    payer: Code | None = Field(
        None,
        description="Who pays (付款方).",
        json_schema_extra={"x-known-values": ["customer", "goodwill", "insurer", "warranty"]},
    )


class Attachment(Value):
    """A file kept elsewhere, by reference (附件)."""

    name: Text = Field(min_length=1, description="File name (文件名).", examples=["行驶证.jpg"])
    media_type: Text | None = Field(None, description="Media type (文件类型).", examples=["image/jpeg"])
    address: Text = Field(min_length=1, description="Where it is kept (存放地址): a URL or a path.")
    size: int | None = Field(None, ge=0, le=2**63 - 1, description="Size in bytes (大小).")
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$", description="SHA-256 of its content in hex (校验值).")


Lines = Annotated[list[Line], Field(max_length=500)]
