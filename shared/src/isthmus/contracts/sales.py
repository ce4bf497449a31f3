"""What sales (销售) tells: leads, test drives, quotes, orders, deliveries."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from isthmus.contracts.business import BusinessEvent, Lines, Value, Vehicle, VehicleModel
from isthmus.contracts.contacts import Contact
from isthmus.contracts.fields import Code, Instant, LongText, Text
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


class TaskState(BusinessEvent):
    """A follow-up task (跟进任务): what a consultant is to do for a customer until when."""

    event_key: ClassVar[str] = "task_id"

    task_id: UUID = Field(description="The task (任务号).")
    status: Code = Field(
        description="State (任务状态).", json_schema_extra={"x-known-values": ["cancelled", "done", "open"]}
    )
    lead_id: UUID | None = Field(None, description="Lead it belongs to (线索号).")
    consultant: Text | None = Field(None, description="Who is to do it (负责人).")
    kind: Code = Field(
        description="What is to be done (任务类型).",
        json_schema_extra={"x-known-values": ["call", "message", "other", "quote", "test_drive", "visit", "win_back"]},
    )
    due_at: Instant = Field(description="Until when (截止时间).")
    overdue_at: Instant | None = Field(None, description="Since when it is overdue (逾期时间).")
    result: LongText | None = Field(None, description="What came of it (处理结果).")
    note: LongText | None = Field(None, description="Note (备注).")


class TaskCreated(TaskState):
    """A follow-up task was set (任务建立)."""

    event_type: ClassVar[str] = "isthmus.sales.task-created.v1"


class TaskChanged(TaskState):
    """A follow-up task changed, was done, fell overdue or was cancelled (任务变更)."""

    event_type: ClassVar[str] = "isthmus.sales.task-changed.v1"


class CommitmentState(BusinessEvent):
    """A commitment (承诺): what was promised to a customer, by whom, until when, and whether it was kept."""

    event_key: ClassVar[str] = "commitment_id"

    commitment_id: UUID = Field(description="The commitment (承诺号).")
    status: Code = Field(
        description="State (承诺状态).", json_schema_extra={"x-known-values": ["broken", "kept", "open", "released"]}
    )
    lead_id: UUID | None = Field(None, description="Lead it was given for (线索号).")
    order_id: UUID | None = Field(None, description="Order it was given for (订单号).")
    consultant: Text | None = Field(None, description="Who answers for it (责任人).")
    promised_by: Text = Field(description="Who gave it (承诺人).", examples=["王磊"])
    promise: LongText = Field(description="What was promised (承诺内容).", examples=["交车时赠送全车贴膜。"])
    due_at: Instant = Field(description="Until when (兑现期限).")
    overdue_at: Instant | None = Field(None, description="Since when it is overdue (逾期时间).")
    outcome: LongText | None = Field(
        None, description="How it was kept, or why not (兑现情况).", examples=["贴膜已完成，客户签字确认。"]
    )


class CommitmentMade(CommitmentState):
    """Something was promised to a customer (作出承诺)."""

    event_type: ClassVar[str] = "isthmus.sales.commitment-made.v1"


class CommitmentChanged(CommitmentState):
    """A commitment changed, was kept, broken or released, or fell overdue (承诺变更)."""

    event_type: ClassVar[str] = "isthmus.sales.commitment-changed.v1"


class VehicleOption(Value):
    """Something that can be ordered with a variant (选装件)."""

    code: OptionCode = Field(description="Option code (选装代码).", examples=["SUNROOF"])
    description: Text = Field(description="What it is (名称).")
    price: Money = Field(description="Price (价格), in the currency of the variant.")
    requires: Annotated[list[OptionCode], Field(max_length=50)] = Field(
        default_factory=list, description="Options it cannot be without (依赖).", examples=[["LEATHER"]]
    )
    excludes: Annotated[list[OptionCode], Field(max_length=50)] = Field(
        default_factory=list, description="Options it does not go with (互斥).", examples=[["TOWBAR"]]
    )


class VariantChanged(BusinessEvent):
    """A variant was added to the catalogue, changed or taken off it (车型目录变更)."""

    event_type: ClassVar[str] = "isthmus.sales.variant-changed.v1"
    event_key: ClassVar[str] = "variant_id"

    variant_id: UUID = Field(description="The variant (车型配置号).")
    status: Code = Field(description="State (状态).", json_schema_extra={"x-known-values": ["discontinued", "offered"]})
    code: Text = Field(description="The maker's code of it (车型代码).", examples=["G5-20T-LUX"])
    brand: Text = Field(description="Brand (品牌).", examples=["瑞麒"])
    series: Text = Field(description="Series (车系).", examples=["G5"])
    model: Text = Field(description="Model (车型).", examples=["G5 2.0T"])
    variant: Text = Field(description="Variant or trim (配置).", examples=["豪华型"])
    model_year: int | None = Field(None, ge=1900, le=2200, description="Model year (年款).", examples=[2026])
    vehicle_class: Code | None = Field(
        None,
        description="Class (车辆类别).",
        json_schema_extra={"x-known-values": ["commercial", "mini", "passenger"]},
    )
    list_price: Money = Field(description="Maker's suggested price (指导价).")
    options: Annotated[list[VehicleOption], Field(max_length=200)] = Field(
        default_factory=list, description="What can be ordered with it (选装)."
    )
    on_sale_from: date | None = Field(None, description="On sale from (上市日期).")


class StockVehicleChanged(BusinessEvent):
    """A vehicle of a dealer's stock came, was reserved, freed or sold (库存变更)."""

    event_type: ClassVar[str] = "isthmus.sales.stock-vehicle-changed.v1"
    event_key: ClassVar[str] = "stock_vehicle_id"

    stock_vehicle_id: UUID = Field(description="The vehicle in the stock (库存号).")
    status: Code = Field(
        description="State (库存状态).",
        json_schema_extra={"x-known-values": ["available", "in_transit", "reserved", "sold"]},
    )
    vin: Text = Field(description="Vehicle identification number (车架号).", examples=["LVVDB11B0AD000018"])
    variant_id: UUID | None = Field(None, description="What it is in the catalogue (车型配置).")
    exterior_color: Text | None = Field(None, description="Exterior colour (外观颜色).", examples=["珍珠白"])
    expected_on: date | None = Field(None, description="Expected at the dealer (预计到店日期).")
    arrived_on: date | None = Field(None, description="At the dealer since (到店日期).")
    order_id: UUID | None = Field(None, description="Order it is reserved for, or was sold by (占用订单).")


class HandoverMade(BusinessEvent):
    """All that was open of one consultant went to another (客户交接); each document tells its own change as well."""

    event_type: ClassVar[str] = "isthmus.sales.handover-made.v1"
    event_key: ClassVar[str] = "handover_id"

    handover_id: UUID = Field(description="The handover (交接号).")
    from_consultant: Text = Field(description="Whose book it was (原顾问).", examples=["王磊"])
    to_consultant: Text = Field(description="Who goes on (接手顾问).", examples=["李娜"])
    moved_count: int = Field(ge=0, description="How many documents went over (交接单据数).", examples=[12])


class KeyAccountChanged(BusinessEvent):
    """A key account was taken on, changed, closed or reopened (大客户变更)."""

    event_type: ClassVar[str] = "isthmus.sales.key-account-changed.v1"
    event_key: ClassVar[str] = "key_account_id"

    key_account_id: UUID = Field(description="The key account (大客户号).")
    status: Code = Field(description="State (状态).", json_schema_extra={"x-known-values": ["active", "closed"]})
    account_class: Code = Field(
        description="Class (大客户类型).",
        json_schema_extra={"x-known-values": ["company", "fleet", "government", "leasing", "rental", "taxi"]},
    )
    consultant: Text | None = Field(None, description="Account manager (大客户经理).")
    fleet_size: int | None = Field(None, ge=0, description="Vehicles it runs (车队规模).", examples=[120])
    annual_need: int | None = Field(None, ge=0, description="Vehicles it buys a year (年采购量).", examples=[30])
    renewal_on: date | None = Field(None, description="When the fleet is to be renewed (更新换代日期).")
    close_reason: Text | None = Field(None, description="Why it was closed (关闭原因).", examples=["车队解散"])
    note: LongText | None = Field(None, description="Note (备注).")


class FrameContractChanged(BusinessEvent):
    """A frame contract was drafted, changed, signed, terminated, or has expired (框架协议变更)."""

    event_type: ClassVar[str] = "isthmus.sales.frame-contract-changed.v1"
    event_key: ClassVar[str] = "frame_contract_id"

    frame_contract_id: UUID = Field(description="The contract (框架协议号).")
    key_account_id: UUID = Field(description="Key account it is with (大客户号).")
    status: Code = Field(
        description="State (状态).",
        json_schema_extra={"x-known-values": ["active", "draft", "expired", "terminated"]},
    )
    consultant: Text | None = Field(None, description="Account manager (大客户经理).")
    number: Text = Field(description="Number of the contract (合同号).", examples=["KJ2026-017"])
    valid_from: date = Field(description="First day (生效日期).")
    valid_until: date = Field(description="Last day (到期日期).")
    discount_permille: int = Field(
        ge=0, le=1000, description="Discount agreed, in thousandths of the list price (协议折扣).", examples=[80]
    )
    vehicles_agreed: int | None = Field(None, ge=1, description="Vehicles agreed on (协议数量).", examples=[50])
    end_reason: Text | None = Field(None, description="Why it ended before its time (终止原因).", examples=["双方协商"])
    note: LongText | None = Field(None, description="Note (备注).")


class CustomerContacted(Contact):
    """Sales contacted a customer (销售主动接触)."""

    event_type: ClassVar[str] = "isthmus.sales.customer-contacted.v1"
