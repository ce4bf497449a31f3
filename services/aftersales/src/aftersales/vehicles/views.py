"""What the file of a vehicle (车辆档案) shows."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from isthmus.contracts.customer_records import RecordKey
from isthmus.http import ApiModel


class MileageEntry(ApiModel):
    """A mileage that was read (里程记录)."""

    on: date = Field(description="When (日期).")
    km: int = Field(description="Odometer in km (里程).")
    org_unit: str = Field(description="Where (组织单元).")
    doubt: str | None = Field(description="What speaks against it (疑点).")


class RepairEntry(ApiModel):
    """A repair (维修记录): technical facts; the customer's own words only at the caller's own stations."""

    repair_order_id: UUID = Field(description="Repair order (工单号).")
    org_unit: str = Field(description="Where (组织单元).")
    kind: str = Field(description="Kind of work (业务类别).")
    status: str = Field(description="State (工单状态).")
    opened_at: datetime = Field(description="Taken in (接车时间).")
    promised_at: datetime | None = Field(description="Promised to be ready (承诺交车时间).")
    overdue_at: datetime | None = Field(description="Since when the promise is broken (超时时间).")
    completed_at: datetime | None = Field(description="Work done (竣工时间).")
    mileage_km: int | None = Field(description="Odometer in km (里程).")
    complaints: list[str] = Field(description="What the customer said (故障); empty for other stations' customers.")
    causes: list[str] = Field(description="Causes found (原因).")
    remedies: list[str] = Field(description="What was done (措施).")
    fault_codes: list[str] = Field(description="Faults (故障代码).")
    parts: list[str] = Field(description="Numbers of parts fitted (更换配件).")


class HolderEntry(ApiModel):
    """Who had the vehicle in which role, from when on (车主与驾驶人); only customers of the caller's own org units."""

    customer: RecordKey = Field(description="Key of the customer's record (客户记录).")
    role: str = Field(description="Owner, driver, payer or contact (角色).")
    plate: str | None = Field(description="Plate then (车牌号).")
    first_seen_on: date = Field(description="First seen with it (起始日期).")
    last_seen_on: date = Field(description="Last seen with it (最近日期).")


class CoverView(ApiModel):
    """A warranty or guarantee (保修期)."""

    name: str = Field(description="What it covers (项目): warranty, three_guarantees or a part.")
    starts_on: date = Field(description="First day (起始日期).")
    ends_on: date = Field(description="Last day (到期日期).")
    ends_km: int = Field(description="Last kilometre (到期里程).")
    holds: bool = Field(description="Whether it holds today at the last mileage known (是否有效).")


class RecallEntry(ApiModel):
    """A recall the vehicle is in (召回)."""

    number: str = Field(description="Number of the recall (召回编号).")
    title: str = Field(description="What is wrong (召回缺陷).")
    done: bool = Field(
        description="Whether a repair order of the kind recall with this number as code is done (已完成)."
    )


class NextServiceView(ApiModel):
    """The next service (下次保养)."""

    due_on: date = Field(description="Due by date (到期日期).")
    due_km: int = Field(description="Due by mileage (到期里程).")
    because: str = Field(description="What comes first: date or mileage (依据).")
    metres_a_day: int = Field(description="How far it runs a day, in metres (日均行驶米数).")


class RemedyEntry(ApiModel):
    """A criterion of exchange or refund that is met (符合的退换条件)."""

    code: str = Field(description="Criterion (条件代码).")
    title_zh: str = Field(description="In Chinese (中文说明).")
    title_en: str = Field(description="In English (英文说明).")
    count: int = Field(description="How many faults, or days in repair (次数/天数).")


class VehicleFileView(ApiModel):
    """The file of a vehicle (车辆档案)."""

    vin: str = Field(description="Vehicle identification number as compared (车架号).")
    series: str | None = Field(description="Series (车系).")
    delivered_on: date | None = Field(description="Delivered (交车日期).")
    covers: list[CoverView] = Field(description="Warranty and three guarantees (保修与三包); none before a delivery.")
    remedies: list[RemedyEntry] = Field(description="Criteria of exchange or refund met so far (退换条件).")
    mileage: list[MileageEntry] = Field(description="Mileage over time (里程历史), oldest first.")
    repairs: list[RepairEntry] = Field(description="Repairs at all stations (维修记录), oldest first.")
    holders: list[HolderEntry] = Field(description="Owners and drivers by date (车主与驾驶人).")
    recalls: list[RecallEntry] = Field(description="Open recalls (召回).")
    next_service: NextServiceView | None = Field(description="Next service (下次保养), once one is known.")
