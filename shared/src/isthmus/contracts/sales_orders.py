"""What sales (销售) tells of what was bought: orders with all that belongs to them, deliveries."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from isthmus.contracts.business import BusinessEvent, Lines, Value, Vehicle
from isthmus.contracts.fields import Code, Instant, LongText, Text
from isthmus.contracts.money import Money


class TradeIn(Value):
    """A vehicle that the buyer gives in payment (置换)."""

    vehicle: Vehicle = Field(description="Vehicle traded in (置换车辆).")
    price: Money = Field(description="What is paid for it (置换价).")
    appraised_by: Text | None = Field(None, description="Who appraised it (评估人).", examples=["评估师 何军"])
    appraised_on: date | None = Field(None, description="When it was appraised (评估日期).")
    condition: LongText | None = Field(None, description="Condition found (车况).", examples=["左前门补漆。"])


class Financing(Value):
    """A loan or lease (信贷)."""

    lender: Text = Field(description="Bank or lessor (金融机构).", examples=["奇瑞徽银汽车金融"])
    amount: Money = Field(description="Amount financed (贷款金额).")
    months: int = Field(ge=1, le=600, description="Term in months (期数).", examples=[36])
    contract_number: Text | None = Field(None, description="Number of the contract (合同号).", examples=["JR20261101"])


class Insurance(Value):
    """The insurance of the new vehicle (保险)."""

    insurer: Text = Field(description="Insurer (保险公司).")
    premium: Money | None = Field(None, description="Premium (保费).")
    policy_number: Text | None = Field(None, description="Number of the policy (保单号).", examples=["PDAA202634"])
    valid_until: date | None = Field(None, description="Ends (到期日).")


class ChecklistItem(Value):
    """Something to be done for an order (办理事项)."""

    item: Code = Field(
        description="What (事项).",
        json_schema_extra={
            "x-known-values": [
                *("balance", "contract", "financing", "inspection", "insurance"),
                *("purchase_tax", "registration", "trade_in_papers"),
            ]
        },
    )
    step: Code = Field(
        description="Step that waits for it (所属步骤).", json_schema_extra={"x-known-values": ["deliver", "ready"]}
    )
    done_at: Instant | None = Field(None, description="When it was done (完成时间).")
    done_by: Text | None = Field(None, description="Who did it (办理人).", examples=["李娜"])
    note: LongText | None = Field(None, description="Note (备注).")


class ProtocolItem(Value):
    """Something shown to the buyer at the handover (交车确认项)."""

    item: Code = Field(description="What (确认项).", examples=["keys"])
    ok: bool = Field(description="Whether it was in order (是否合格).")
    note: LongText | None = Field(None, description="Note (备注).")


class OrderState(BusinessEvent):
    """A vehicle order (整车订单)."""

    event_key: ClassVar[str] = "order_id"

    order_id: UUID = Field(description="The order (订单号).")
    status: Code = Field(
        description="State (订单状态).",
        json_schema_extra={"x-known-values": ["cancelled", "confirmed", "delivered", "placed", "ready"]},
    )
    quote_id: UUID | None = Field(None, description="Quote it follows (报价号).")
    lead_id: UUID | None = Field(None, description="Lead it follows (线索号).")
    consultant: Text | None = Field(None, description="Sales consultant (销售顾问).")
    vehicle: Vehicle | None = Field(None, description="Vehicle ordered; its VIN once allotted (订购车辆).")
    total: Money = Field(description="Price to pay in all (订单总价).")
    deposit: Money | None = Field(None, description="Deposit paid (定金).")
    lines: Lines = Field(default_factory=list, description="What the price is made of (订单明细).")
    payment_method: Code | None = Field(
        None,
        description="How it is paid (付款方式).",
        json_schema_extra={"x-known-values": ["cash", "lease", "loan"]},
    )
    trade_in: TradeIn | None = Field(None, description="Vehicle given in payment (置换).")
    financing: Financing | None = Field(None, description="Loan or lease (信贷).")
    insurance: Insurance | None = Field(None, description="Insurance (保险).")
    checklist: Annotated[list[ChecklistItem], Field(max_length=100)] = Field(
        default_factory=list, description="What is done for the buyer (办理清单)."
    )
    expected_delivery_on: date | None = Field(None, description="Promised delivery (预计交车日期).")
    cancel_reason: Text | None = Field(None, description="Why it was cancelled (退订原因).")
    note: LongText | None = Field(None, description="Note (备注).")


class OrderPlaced(OrderState):
    """A vehicle was ordered (订单建立)."""

    event_type: ClassVar[str] = "isthmus.sales.order-placed.v1"


class OrderChanged(OrderState):
    """An order changed, was confirmed or cancelled (订单变更)."""

    event_type: ClassVar[str] = "isthmus.sales.order-changed.v1"


class VehicleDelivered(BusinessEvent):
    """A vehicle was handed over to its buyer (交车)."""

    event_type: ClassVar[str] = "isthmus.sales.vehicle-delivered.v1"
    event_key: ClassVar[str] = "delivery_id"

    delivery_id: UUID = Field(description="The delivery (交车号).")
    order_id: UUID | None = Field(None, description="Order it fulfils (订单号).")
    consultant: Text | None = Field(None, description="Sales consultant (销售顾问).")
    vehicle: Vehicle = Field(description="Vehicle handed over, with VIN (交付车辆).")
    price: Money | None = Field(None, description="Price paid (成交价).")
    delivered_at: Instant = Field(description="When it was handed over (交车时间).")
    first_service_due_on: date | None = Field(None, description="First service due (首保日期).")
    warranty_until: date | None = Field(None, description="Warranty ends (质保到期).")
    protocol: Annotated[list[ProtocolItem], Field(max_length=100)] = Field(
        default_factory=list, description="What was shown to the buyer (交车确认单)."
    )
    note: LongText | None = Field(None, description="Note (备注).")
