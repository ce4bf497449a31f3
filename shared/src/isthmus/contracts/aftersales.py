"""What aftersales (售后服务) tells: appointments and repair orders; rescue, claims and parts stand beside it."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from isthmus.contracts.business import CHANNELS, BusinessEvent, Lines, Value, Vehicle
from isthmus.contracts.contacts import Contact
from isthmus.contracts.fields import Code, Instant, LongText, Text
from isthmus.contracts.money import Money


class AppointmentState(BusinessEvent):
    """A service appointment (维修预约)."""

    event_key: ClassVar[str] = "appointment_id"

    appointment_id: UUID = Field(description="The appointment (预约号).")
    status: Code = Field(
        description="State (预约状态).",
        json_schema_extra={
            "x-known-values": ["arrived", "booked", "cancelled", "completed", "confirmed", "declined", "no_show"]
        },
    )
    kind: Code = Field(
        description="Kind of work (业务类别).",
        json_schema_extra={
            "x-known-values": ["claim", "door_step", "inspection", "maintenance", "recall", "repair", "rescue"]
        },
    )
    channel: Code | None = Field(
        None,
        description="How it was booked (预约渠道).",
        json_schema_extra=CHANNELS,
    )
    registered_by: Code | None = Field(
        None,
        description="Who registered it (登记方).",
        json_schema_extra={"x-known-values": ["call_center", "station"]},
    )
    interaction_id: UUID | None = Field(
        None, description="Contact of the call-center in which the customer wished it (客户互动)."
    )
    case_id: UUID | None = Field(None, description="Case of the call-center it belongs to (客服工单).")
    scheduled_at: Instant = Field(description="Agreed time (预约时间).")
    duration_minutes: int | None = Field(None, ge=0, le=100_000, description="Planned minutes (预计时长).")
    ends_at: Instant | None = Field(None, description="Planned end, breaks counted in (预计结束时间).")
    bay_id: UUID | None = Field(None, description="Bay kept for it (工位).")
    vehicle: Vehicle | None = Field(None, description="Vehicle (车辆).")
    adviser: Text | None = Field(None, description="Service adviser (服务顾问).")
    symptom: LongText | None = Field(None, description="What the customer reports (故障描述).")
    location: Text | None = Field(None, description="Where, for rescue and door-step service (救援/上门地点).")
    insurer: Text | None = Field(None, description="Insurer, for claims (保险公司).")
    claim_number: Text | None = Field(None, description="Insurer's claim number (报案号).")
    cancel_reason: Text | None = Field(None, description="Why it was cancelled or declined (取消原因).")


class AppointmentBooked(AppointmentState):
    """An appointment was registered (预约登记)."""

    event_type: ClassVar[str] = "isthmus.aftersales.appointment-booked.v1"


class AppointmentChanged(AppointmentState):
    """Time, work or adviser of an appointment changed (预约变更)."""

    event_type: ClassVar[str] = "isthmus.aftersales.appointment-changed.v1"


class AppointmentConfirmed(AppointmentState):
    """An appointment was accepted (预约受理)."""

    event_type: ClassVar[str] = "isthmus.aftersales.appointment-confirmed.v1"


class AppointmentDeclined(AppointmentState):
    """The station cannot take the appointment (预约拒绝)."""

    event_type: ClassVar[str] = "isthmus.aftersales.appointment-declined.v1"


class AppointmentArrived(AppointmentState):
    """The customer has come, or the rescue team has (到店)."""

    event_type: ClassVar[str] = "isthmus.aftersales.appointment-arrived.v1"


class AppointmentCompleted(AppointmentState):
    """An appointment was kept and is done (预约完成)."""

    event_type: ClassVar[str] = "isthmus.aftersales.appointment-completed.v1"


class AppointmentCancelled(AppointmentState):
    """An appointment was cancelled (预约取消)."""

    event_type: ClassVar[str] = "isthmus.aftersales.appointment-cancelled.v1"


class AppointmentNoShow(AppointmentState):
    """The customer did not come (预约爽约)."""

    event_type: ClassVar[str] = "isthmus.aftersales.appointment-no-show.v1"


class RepairJob(Value):
    """One complaint (故障) of a repair order, what causes it (原因) and what was done about it (措施)."""

    complaint: LongText = Field(
        min_length=1, description="What is wrong, as the customer says (故障).", examples=["刹车时有异响。"]
    )
    cause: LongText | None = Field(None, description="What causes it (原因).", examples=["前刹车片磨损到极限。"])
    remedy: LongText | None = Field(None, description="What was done (措施).", examples=["更换前刹车片。"])
    fault_code: Code | None = Field(
        None,
        description="Equal for what is the same fault (故障代码), for the three guarantees.",
        examples=["oil_leak"],
    )
    assembly: Code | None = Field(
        None,
        description="Main assembly that failed (主要总成).",
        json_schema_extra={"x-known-values": ["drive_motor", "engine", "power_battery", "transmission"]},
    )
    serious: bool = Field(default=False, description="It endangers safety (严重安全性能故障).")
    skill: Code | None = Field(None, description="Skill it needs (所需技能).", examples=["engine"])
    technician: Text | None = Field(None, description="Who does it (维修技师).")


class PayerShare(Value):
    """What one payer pays (分摊金额)."""

    payer: Code = Field(
        description="Who pays (付款方).",
        json_schema_extra={"x-known-values": ["customer", "goodwill", "insurer", "warranty"]},
    )
    amount: Money = Field(description="How much (金额).")


class RepairOrderState(BusinessEvent):
    """A repair order (维修工单)."""

    event_key: ClassVar[str] = "repair_order_id"

    repair_order_id: UUID = Field(description="The repair order (工单号).")
    number: Text | None = Field(None, description="Number printed on it (工单编号).")
    status: Code = Field(
        description="State (工单状态).",
        json_schema_extra={
            "x-known-values": ["cancelled", "checked", "closed", "completed", "in_progress", "opened", "waiting_parts"]
        },
    )
    kind: Code = Field(
        description="Kind of work (业务类别).",
        json_schema_extra={
            "x-known-values": ["claim", "door_step", "inspection", "maintenance", "recall", "repair", "rescue"]
        },
    )
    appointment_id: UUID | None = Field(None, description="Appointment it follows (预约号).")
    vehicle: Vehicle | None = Field(None, description="Vehicle with mileage (车辆及里程).")
    adviser: Text | None = Field(None, description="Service adviser (服务顾问).")
    technician: Text | None = Field(None, description="Technician (维修技师).")
    symptom: LongText | None = Field(None, description="What the customer reports (故障描述).")
    diagnosis: LongText | None = Field(None, description="What was found (检查结果).")
    work_done: LongText | None = Field(None, description="What was done (维修内容).")
    jobs: list[RepairJob] = Field(
        default_factory=list, max_length=100, description="Complaint, cause, remedy (故障-原因-措施)."
    )
    lines: Lines = Field(default_factory=list, description="Labour and parts (工时及配件).")
    total: Money | None = Field(None, description="Amount in all (总金额).")
    customer_pays: Money | None = Field(None, description="Share of the customer (客户自付).")
    settlement: list[PayerShare] = Field(
        default_factory=list, max_length=4, description="Who pays what (结算分摊); adds up to the total."
    )
    insurer: Text | None = Field(None, description="Insurer, for claims (保险公司).")
    claim_number: Text | None = Field(None, description="Insurer's claim number (报案号).")
    opened_at: Instant = Field(description="Vehicle taken in (接车时间).")
    promised_at: Instant | None = Field(None, description="Promised to be ready (承诺交车时间).")
    completed_at: Instant | None = Field(None, description="Work done (竣工时间).")
    overdue_at: Instant | None = Field(None, description="Since when the promise is broken (超时时间).")
    closed_at: Instant | None = Field(None, description="Handed back (结算交车时间).")
    next_service_due_on: date | None = Field(None, description="Next service due by date (下次保养日期).")
    next_service_due_km: int | None = Field(
        None, ge=0, le=100_000_000, description="Next service due by mileage (下次保养里程)."
    )
    cancel_reason: Text | None = Field(None, description="Why it was cancelled (取消原因).")


class RepairOrderOpened(RepairOrderState):
    """A vehicle was taken in (接车开单)."""

    event_type: ClassVar[str] = "isthmus.aftersales.repair-order-opened.v1"


class RepairOrderChanged(RepairOrderState):
    """A repair order moved on (工单变更)."""

    event_type: ClassVar[str] = "isthmus.aftersales.repair-order-changed.v1"


class RepairOrderClosed(RepairOrderState):
    """A repair order was settled, the vehicle handed back (结算交车)."""

    event_type: ClassVar[str] = "isthmus.aftersales.repair-order-closed.v1"


class RepairOrderChecked(RepairOrderState):
    """The work passed the quality check (质检合格)."""

    event_type: ClassVar[str] = "isthmus.aftersales.repair-order-checked.v1"


class RepairOrderOverdue(RepairOrderState):
    """The promised time is over and the work is not done (工单超时): somebody must see to it."""

    event_type: ClassVar[str] = "isthmus.aftersales.repair-order-overdue.v1"


class RepairOrderSettled(RepairOrderState):
    """Who pays what was agreed (工单结算)."""

    event_type: ClassVar[str] = "isthmus.aftersales.repair-order-settled.v1"


class CustomerContacted(Contact):
    """Aftersales contacted a customer (售后主动接触)."""

    event_type: ClassVar[str] = "isthmus.aftersales.customer-contacted.v1"
