"""What sales (销售) tells before a customer has bought: leads, test drives, quotes; orders are in `sales_orders.py`."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from isthmus.contracts.business import BusinessEvent, Lines, Vehicle, VehicleModel
from isthmus.contracts.contacts import Contact
from isthmus.contracts.fields import Code, Instant, LongText, RecordId, Text
from isthmus.contracts.money import Money

OptionCode = Annotated[Text, Field(min_length=1)]
"""Code of something that can be ordered with a vehicle (选装代码)."""


class LeadState(BusinessEvent):
    """A lead (销售线索): somebody may want a vehicle."""

    event_key: ClassVar[str] = "lead_id"

    lead_id: UUID = Field(description="The lead (线索号).")
    status: Code = Field(
        description="State (线索状态).",
        json_schema_extra={"x-known-values": ["contacted", "converted", "lost", "new", "qualified"]},
    )
    channel: Code | None = Field(
        None,
        description="How it came (来源渠道).",
        json_schema_extra={
            "x-known-values": ["adf", "campaign", "event", "phone", "referral", "walk_in", "web", "wechat"]
        },
    )
    campaign: Text | None = Field(None, description="Campaign that brought it (营销活动).")
    consultant: Text | None = Field(None, description="Sales consultant in charge (销售顾问).")
    vehicle: VehicleModel | None = Field(None, description="Vehicle of interest (意向车型).")
    intent_level: Code | None = Field(None, description="Intent grade (意向级别): h, a, b, c ….")
    budget: Money | None = Field(None, description="Budget (预算).")
    expected_purchase_on: date | None = Field(None, description="Expected date of purchase (预计购车日期).")
    next_contact_at: Instant | None = Field(None, description="Next contact promised (下次联系时间).")
    referrer: Text | None = Field(None, description="Who referred the customer (转介绍人).", examples=["老车主 周涛"])
    referred_by: RecordId | None = Field(
        None,
        description="Record of the customer who referred (转介绍客户记录), in the source of `customer`.",
        examples=["01990000-0000-7000-8000-0000000000c1"],
    )
    rival: Text | None = Field(None, description="Vehicle it is compared with (竞品车型).", examples=["长安 CS75"])
    trade_in: bool | None = Field(
        None, description="Whether there is a vehicle to trade in (是否置换).", examples=[True]
    )
    test_driven_at: Instant | None = Field(None, description="When a test drive took place (试驾时间).")
    score: int | None = Field(None, ge=0, le=1000, description="Score, 1000 is best (线索评分).")
    lost_code: Code | None = Field(
        None,
        description="Reason by the list (战败原因代码).",
        json_schema_extra={
            "x-known-values": [
                *("delivery_time", "finance", "no_need", "not_real", "other"),
                *("price", "rival", "service", "unreachable", "vehicle"),
            ]
        },
    )
    lost_at: Instant | None = Field(None, description="When it was lost (战败时间).")
    lost_reason: Text | None = Field(None, description="Why it was lost (战败原因).")
    note: LongText | None = Field(None, description="Note (备注).")


class LeadCreated(LeadState):
    """A lead was entered (线索建立)."""

    event_type: ClassVar[str] = "isthmus.sales.lead-created.v1"


class LeadChanged(LeadState):
    """A lead changed, was assigned, qualified, converted or lost (线索变更)."""

    event_type: ClassVar[str] = "isthmus.sales.lead-changed.v1"


class TestDriveState(BusinessEvent):
    """A test drive (试乘试驾)."""

    event_key: ClassVar[str] = "test_drive_id"

    test_drive_id: UUID = Field(description="The test drive (试驾号).")
    status: Code = Field(
        description="State (试驾状态).",
        json_schema_extra={"x-known-values": ["booked", "cancelled", "completed", "confirmed", "no_show"]},
    )
    lead_id: UUID | None = Field(None, description="Lead it belongs to (线索号).")
    scheduled_at: Instant = Field(description="Agreed time (预约时间).")
    duration_minutes: int | None = Field(None, ge=0, description="How long it takes, in minutes (试驾时长).")
    demo_vehicle: Text | None = Field(None, description="Demo vehicle (试驾车).", examples=["试驾 03"])
    vehicle: Vehicle | None = Field(None, description="Vehicle to be driven (试驾车辆).")
    consultant: Text | None = Field(None, description="Consultant who rides along (陪驾顾问).")
    result: LongText | None = Field(None, description="Impression afterwards (试驾反馈).")
    cancel_reason: Text | None = Field(None, description="Why it was cancelled (取消原因).")


class TestDriveBooked(TestDriveState):
    """A test drive was booked (试驾预约)."""

    event_type: ClassVar[str] = "isthmus.sales.test-drive-booked.v1"


class TestDriveChanged(TestDriveState):
    """Time, vehicle or consultant of a test drive changed (试驾变更)."""

    event_type: ClassVar[str] = "isthmus.sales.test-drive-changed.v1"


class TestDriveConfirmed(TestDriveState):
    """A test drive was confirmed to the customer (试驾确认)."""

    event_type: ClassVar[str] = "isthmus.sales.test-drive-confirmed.v1"


class TestDriveCompleted(TestDriveState):
    """A test drive took place (试驾完成)."""

    event_type: ClassVar[str] = "isthmus.sales.test-drive-completed.v1"


class TestDriveCancelled(TestDriveState):
    """A test drive was cancelled (试驾取消)."""

    event_type: ClassVar[str] = "isthmus.sales.test-drive-cancelled.v1"


class TestDriveNoShow(TestDriveState):
    """The customer did not come (试驾爽约)."""

    event_type: ClassVar[str] = "isthmus.sales.test-drive-no-show.v1"


class QuoteState(BusinessEvent):
    """A quote (报价): what was offered, visible to all, so that nobody quotes a second price."""

    event_key: ClassVar[str] = "quote_id"

    quote_id: UUID = Field(description="The quote (报价号).")
    status: Code = Field(
        description="State (报价状态).",
        json_schema_extra={"x-known-values": ["accepted", "draft", "expired", "offered", "rejected", "withdrawn"]},
    )
    lead_id: UUID | None = Field(None, description="Lead it belongs to (线索号).")
    variant_id: UUID | None = Field(None, description="Variant of the catalogue (车型配置).")
    options: Annotated[list[OptionCode], Field(max_length=200)] = Field(
        default_factory=list, description="Options of it (选装代码).", examples=[["SUNROOF"]]
    )
    frame_contract_id: UUID | None = Field(None, description="Frame contract it follows (框架协议).")
    consultant: Text | None = Field(None, description="Who quoted (报价顾问).")
    vehicle: VehicleModel | None = Field(None, description="Vehicle quoted (报价车型).")
    list_price: Money | None = Field(None, description="Maker's suggested price (指导价).")
    total: Money = Field(description="Price to pay in all (总价).")
    lines: Lines = Field(default_factory=list, description="What the price is made of (报价明细).")
    discount_permille: int | None = Field(
        None, ge=0, le=1000, description="Discount in thousandths of the list price (折扣率).", examples=[25]
    )
    approved_by: Text | None = Field(
        None, description="Who approved the discount (批准人).", examples=["销售经理 赵敏"]
    )
    valid_until: date | None = Field(None, description="Valid until (有效期).")
    promises: LongText | None = Field(None, description="What was promised besides (承诺事项).")
    note: LongText | None = Field(None, description="Note (备注).")


class QuoteCreated(QuoteState):
    """A quote was made (报价建立)."""

    event_type: ClassVar[str] = "isthmus.sales.quote-created.v1"


class QuoteChanged(QuoteState):
    """A quote changed, was offered, accepted, rejected or withdrawn (报价变更)."""

    event_type: ClassVar[str] = "isthmus.sales.quote-changed.v1"


class CustomerContacted(Contact):
    """Sales contacted a customer (销售主动接触)."""

    event_type: ClassVar[str] = "isthmus.sales.customer-contacted.v1"
