"""What sales (销售) tells of what surrounds selling: tasks, commitments, catalogue, stock, handovers, key accounts."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from isthmus.contracts.business import BusinessEvent, Value
from isthmus.contracts.fields import Code, Instant, LongText, Text
from isthmus.contracts.money import Money

OptionCode = Annotated[Text, Field(min_length=1)]
"""Code of something that can be ordered with a vehicle (选装代码)."""

Number = Annotated[int, Field(ge=0, le=1_000_000)]
"""A figure of a data sheet, in the unit that its field names."""


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


class VariantSpecification(Value):
    """What a variant is and has (配置参数) as its maker declares it: whole numbers in the unit named, and codes."""

    seats: Number | None = Field(None, description="Seats (座位数).", examples=[5])
    body_type: Code | None = Field(
        None,
        description="Body (车身形式).",
        json_schema_extra={"x-known-values": ["estate", "hatchback", "mpv", "pickup", "sedan", "suv", "van"]},
    )
    energy: Code | None = Field(
        None,
        description="Energy (能源类型).",
        json_schema_extra={"x-known-values": ["diesel", "electric", "gas", "hybrid", "petrol", "plug_in_hybrid"]},
    )
    transmission: Code | None = Field(
        None,
        description="Transmission (变速箱).",
        json_schema_extra={"x-known-values": ["automatic", "cvt", "dual_clutch", "manual", "single_speed"]},
    )
    drive: Code | None = Field(
        None, description="Driven wheels (驱动形式).", json_schema_extra={"x-known-values": ["all", "front", "rear"]}
    )
    displacement_ccm: Number | None = Field(None, description="Displacement in ccm (排量（毫升）).", examples=[1998])
    power_kw: Number | None = Field(None, description="Highest power in kW (最大功率（千瓦）).", examples=[187])
    torque_nm: Number | None = Field(None, description="Highest torque in Nm (最大扭矩（牛米）).", examples=[390])
    fuel_ml_per_100km: Number | None = Field(
        None, description="Fuel used in ml per 100 km (百公里油耗（毫升）).", examples=[7300]
    )
    electricity_wh_per_km: Number | None = Field(
        None, description="Electricity used in Wh per km (每公里电耗（瓦时）).", examples=[125]
    )
    electric_range_km: Number | None = Field(
        None, description="Range on electricity in km (纯电续航（公里）).", examples=[110]
    )
    length_mm: Number | None = Field(None, description="Length in mm (车长（毫米）).", examples=[4722])
    wheelbase_mm: Number | None = Field(None, description="Wheelbase in mm (轴距（毫米）).", examples=[2710])
    luggage_litres: Number | None = Field(
        None, description="Luggage space in litres (后备厢容积（升）).", examples=[889]
    )
    payload_kg: Number | None = Field(None, description="Payload in kg (载质量（千克）).", examples=[500])
    airbags: Number | None = Field(None, description="Airbags (安全气囊数).", examples=[6])
    service_interval_km: Number | None = Field(
        None, description="Kilometres between services (保养间隔（公里）).", examples=[10000]
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
    specification: VariantSpecification = Field(
        default_factory=VariantSpecification, description="What it is and has (配置参数), as far as the maker tells."
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
