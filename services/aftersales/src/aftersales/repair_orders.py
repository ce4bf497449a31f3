"""Repair orders (维修工单): a vehicle taken in, what is done to it, and what it costs."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.access import Writing
from aftersales.appointments import appointments
from isthmus.contracts.aftersales import RepairOrderChanged, RepairOrderClosed, RepairOrderOpened
from isthmus.contracts.customer_records import OwnedVehicle, RecordKey
from isthmus.contracts.fields import Code, Instant, LongText, Text
from isthmus.http import ApiModel, IfMatch, ShortText, service_router
from isthmus.parties import (
    Document,
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    JsonModel,
    Lines,
    Money,
    NewDocument,
    Vehicle,
    Work,
    add_vehicle,
    check_part,
    check_total,
)
from isthmus.workflow import Workflow


class RepairedVehicle(Vehicle):
    """The vehicle (车辆) taken in: at least its VIN or its plate."""

    @model_validator(mode="after")
    def _names_a_vehicle(self) -> "RepairedVehicle":
        if not self.vin and not self.plate:
            raise ValueError("a vehicle needs its VIN or its plate")
        return self


class RepairOrder(Document):
    """Table of repair orders."""

    __tablename__ = "repair_orders"
    business_facts = frozenset({"adviser", "customer_pays", "customer_role", "kind", "technician", "total"})
    sortable = ("promised_at",)

    number: Mapped[str | None]
    kind: Mapped[str]
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    vehicle: Mapped[RepairedVehicle] = mapped_column(JsonModel(RepairedVehicle))
    customer_role: Mapped[str]
    adviser: Mapped[str | None]
    technician: Mapped[str | None]
    symptom: Mapped[str | None]
    diagnosis: Mapped[str | None]
    work_done: Mapped[str | None]
    lines: Mapped[Lines] = mapped_column(JsonModel(Lines))
    total: Mapped[Money | None] = mapped_column(JsonModel(Money))
    customer_pays: Mapped[Money | None] = mapped_column(JsonModel(Money))
    insurer: Mapped[str | None]
    claim_number: Mapped[str | None]
    opened_at: Mapped[datetime]
    promised_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    next_service_due_on: Mapped[date | None]
    next_service_due_km: Mapped[int | None]
    cancel_reason: Mapped[str | None]


class RepairOrderFields(ApiModel):
    number: ShortText | None = Field(None, description="Number printed on it (工单编号).")
    kind: Code = Field("repair", description="Kind of work (业务类别): maintenance, repair, claim, rescue, recall …")
    vehicle: RepairedVehicle = Field(description="Vehicle with mileage (车辆及里程).")
    customer_role: Literal["owner", "driver", "payer", "contact"] = Field(
        "owner", description="What the customer is to the vehicle: owner (车主), driver (驾驶人), payer or contact."
    )
    adviser: ShortText | None = Field(None, description="Service adviser (服务顾问).")
    technician: ShortText | None = Field(None, description="Technician (维修技师).")
    symptom: LongText | None = Field(None, description="What the customer reports (故障描述).")
    diagnosis: LongText | None = Field(None, description="What was found (检查结果).")
    work_done: LongText | None = Field(None, description="What was done (维修内容).")
    lines: Lines = Field(default_factory=list, description="Labour and parts (工时及配件).")
    total: Money | None = Field(None, description="Amount in all (总金额), the sum of the lines' amounts.")
    customer_pays: Money | None = Field(None, description="Share of the customer (客户自付).")
    insurer: Text | None = Field(None, description="Insurer, for claims (保险公司).")
    claim_number: Text | None = Field(None, description="Insurer's claim number (报案号).")
    promised_at: Instant | None = Field(None, description="Promised to be ready (承诺交车时间).")
    next_service_due_on: date | None = Field(None, description="Next service due by date (下次保养日期).")
    next_service_due_km: int | None = Field(None, ge=0, le=100_000_000, description="… by mileage (下次保养里程).")


class NewRepairOrder(NewDocument, RepairOrderFields):
    """A vehicle taken in (接车开单)."""

    appointment_id: UUID | None = Field(None, description="Appointment it follows (预约号).")
    opened_at: Instant | None = Field(None, description="Vehicle taken in (接车时间); now, if left out.")


class RepairOrderChange(DocumentChange, RepairOrderFields):
    """What changes in a repair order (工单变更)."""


class RepairOrderCancellation(ApiModel):
    """Why a repair order is cancelled (取消原因)."""

    cancel_reason: Text = Field(min_length=1, description="Why (取消原因).")


class RepairOrderView(DocumentView, RepairOrderFields):
    """A repair order (维修工单)."""

    appointment_id: UUID | None = Field(description="Appointment it follows (预约号).")
    opened_at: datetime = Field(description="Vehicle taken in (接车时间).")
    closed_at: datetime | None = Field(description="Handed back (结算交车时间).")
    cancel_reason: Text | None = Field(description="Why it was cancelled (取消原因).")


class RepairOrderFilter(DocumentFilter):
    """Which repair orders to list."""

    sortable = RepairOrder.sortable

    kind: Code | None = Field(None, description="Only this kind of work (业务类别).")
    adviser: ShortText | None = Field(None, description="Only this adviser (服务顾问).")


def _amounts_agree(order: RepairOrder) -> None:
    if order.total is not None:
        check_total(order.total, order.lines)
        check_part(order.customer_pays, order.total, "customer_pays")


workflow = Workflow(
    initial="opened",
    steps={
        "start": (["opened", "waiting_parts"], "in_progress"),
        "wait-for-parts": (["opened", "in_progress"], "waiting_parts"),
        "complete": (["in_progress"], "completed"),
        "close": (["completed"], "closed"),
        "cancel": (["opened", "waiting_parts"], "cancelled"),
    },
)
repair_orders = Documents(RepairOrder, RepairOrderView, workflow, rule=_amounts_agree)
router = service_router(prefix="/v1/aftersales/repair-orders", tags=["repair orders"])
repair_orders.serve_reading(router, RepairOrderFilter)


@router.post("", status_code=201)
async def create_repair_order(body: NewRepairOrder, work: Writing) -> RepairOrderView:
    """Take a vehicle in (接车开单); it becomes one of the customer's vehicles."""
    await appointments.require(work, body, "appointment_id")
    opened_at = body.opened_at or work.clock.now()
    view = await repair_orders.create(work, body, RepairOrderOpened, opened_at=opened_at)
    await _keep_vehicle(work, view.customer, view.vehicle, view.customer_role)
    return view


@router.patch("/{repair_order_id}")
async def change_repair_order(
    repair_order_id: UUID, body: RepairOrderChange, version: IfMatch, work: Writing
) -> RepairOrderView:
    """Change a repair order, for instance add lines (增项)."""
    view = await repair_orders.change(work, repair_order_id, version, body, RepairOrderChanged)
    if {"vehicle", "customer_role"} & body.model_fields_set:
        await _keep_vehicle(work, view.customer, view.vehicle, view.customer_role)
    return view


@router.post("/{repair_order_id}/start")
async def start_repair_order(repair_order_id: UUID, work: Writing) -> RepairOrderView:
    """Work begins, or goes on after waiting (开工)."""
    return await repair_orders.step(work, repair_order_id, "start", RepairOrderChanged)


@router.post("/{repair_order_id}/wait-for-parts")
async def wait_for_parts(repair_order_id: UUID, work: Writing) -> RepairOrderView:
    """Work rests until parts have come (待料)."""
    return await repair_orders.step(work, repair_order_id, "wait-for-parts", RepairOrderChanged)


@router.post("/{repair_order_id}/complete")
async def complete_repair_order(repair_order_id: UUID, work: Writing) -> RepairOrderView:
    """The work is done (竣工)."""
    return await repair_orders.step(work, repair_order_id, "complete", RepairOrderChanged)


@router.post("/{repair_order_id}/close")
async def close_repair_order(repair_order_id: UUID, work: Writing) -> RepairOrderView:
    """Settled, the vehicle handed back (结算交车)."""
    now = work.clock.now()
    return await repair_orders.step(work, repair_order_id, "close", RepairOrderClosed, closed_at=now)


@router.post("/{repair_order_id}/cancel")
async def cancel_repair_order(repair_order_id: UUID, body: RepairOrderCancellation, work: Writing) -> RepairOrderView:
    """The order is given up, before any work or for want of parts (工单作废)."""
    reason = body.cancel_reason
    return await repair_orders.step(work, repair_order_id, "cancel", RepairOrderChanged, cancel_reason=reason)


async def _keep_vehicle(work: Work, customer: RecordKey, vehicle: Vehicle, role: str) -> None:
    """The vehicle joins the customer's record, and so reaches the golden customer."""
    await add_vehicle(work, customer, OwnedVehicle(vin=vehicle.vin, plate=vehicle.plate, role=role))
