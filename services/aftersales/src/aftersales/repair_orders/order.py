"""A repair order (维修工单): its table, its fields, its states, its odometer reading and the clock of its promise."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from sqlalchemy import ForeignKey, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.mileages import Reading, doubts
from aftersales.notices import tell_station
from aftersales.repair_orders.promise import warning_at
from aftersales.repair_orders.settlements import PayerShare
from aftersales.service_standard import service_standard
from aftersales.vehicle_numbers import normal_vin
from isthmus.calendars import CHINA
from isthmus.contracts import aftersales as contracts
from isthmus.contracts.aftersales import RepairOrderChanged, RepairOrderOverdue
from isthmus.contracts.fields import LATEST, Code, Instant, LongText, Text
from isthmus.http import ApiModel, ShortText
from isthmus.parties import (
    Acting,
    Attachments,
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
    check_part,
    check_total,
)
from isthmus.timers import FiredTimer, Moment, cancel_timer, set_timer
from isthmus.workflow import Workflow

WARNING, OVERDUE = "repair_order_warning", "repair_order_overdue"
"""Kinds of timers."""
WORKING = ("opened", "in_progress", "waiting_parts")
"""States in which the promise to be ready is open."""


class RepairedVehicle(Vehicle):
    """The vehicle (车辆) taken in: at least its VIN or its plate."""

    @model_validator(mode="after")
    def _names_a_vehicle(self) -> "RepairedVehicle":
        if not self.vin and not self.plate:
            raise ValueError("a vehicle needs its VIN or its plate")
        return self


class RepairJob(contracts.RepairJob):
    """One complaint (故障) with its cause (原因) and remedy (措施)."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RepairOrder(Document):
    """Table of repair orders."""

    __tablename__ = "repair_orders"
    business_facts = frozenset(
        {"adviser", "customer_pays", "customer_role", "kind", "mileage_doubt", "settlement", "technician", "total"}
    )
    sortable = ("promised_at",)

    number: Mapped[str | None]
    kind: Mapped[str]
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    vehicle: Mapped[RepairedVehicle] = mapped_column(JsonModel(RepairedVehicle))
    vin: Mapped[str | None] = mapped_column(index=True)
    mileage_doubt: Mapped[str | None]
    customer_role: Mapped[str]
    adviser: Mapped[str | None]
    technician: Mapped[str | None]
    symptom: Mapped[str | None]
    diagnosis: Mapped[str | None]
    work_done: Mapped[str | None]
    jobs: Mapped[list[RepairJob]] = mapped_column(JsonModel(list[RepairJob]))
    attachments: Mapped[Attachments] = mapped_column(JsonModel(Attachments))
    lines: Mapped[Lines] = mapped_column(JsonModel(Lines))
    total: Mapped[Money | None] = mapped_column(JsonModel(Money))
    customer_pays: Mapped[Money | None] = mapped_column(JsonModel(Money))
    settlement: Mapped[list[PayerShare]] = mapped_column(JsonModel(list[PayerShare]), default=list)
    insurer: Mapped[str | None]
    claim_number: Mapped[str | None]
    opened_at: Mapped[datetime]
    promised_at: Mapped[datetime | None]
    reworks: Mapped[int] = mapped_column(default=0)
    service_due_on: Mapped[date | None] = mapped_column(index=True)
    service_due_km: Mapped[int | None]
    warned_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    next_service_due_on: Mapped[date | None]
    next_service_due_km: Mapped[int | None]
    cancel_reason: Mapped[str | None]


class RepairOrderFields(ApiModel):
    number: ShortText | None = Field(None, description="Number printed on it (工单编号).")
    kind: Code = Field("repair", description="Kind of work (业务类别): maintenance, repair, claim, rescue, recall …")
    vehicle: RepairedVehicle = Field(description="Vehicle with mileage (车辆及里程).")
    customer_role: Literal["owner", "driver", "payer", "contact"] = Field(
        "owner", description="Customer's role (客户与车辆关系): owner (车主), driver (驾驶人), payer or contact."
    )
    adviser: ShortText | None = Field(None, description="Service adviser (服务顾问).")
    technician: ShortText | None = Field(None, description="Technician (维修技师).")
    symptom: LongText | None = Field(None, description="What the customer reports (故障描述).")
    diagnosis: LongText | None = Field(None, description="What was found (检查结果).")
    work_done: LongText | None = Field(None, description="What was done (维修内容).")
    jobs: list[RepairJob] = Field(
        default_factory=list, max_length=100, description="Complaint, cause and remedy of each fault (故障-原因-措施)."
    )
    attachments: Attachments = Field(
        default_factory=list, description="Photos taken at check-in and other papers (接车照片及附件)."
    )
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
    mileage_doubt: str | None = Field(
        description="What speaks against the mileage (里程疑点): below_earlier, above_later or too_fast."
    )
    settlement: list[PayerShare] = Field(description="Who pays what (结算分摊); adds up to the total.")
    reworks: int = Field(description="How often the work failed the quality check (返工次数).")
    warned_at: datetime | None = Field(description="Warned that the promise is near (临近超时提醒时间).")
    overdue_at: datetime | None = Field(description="Since when the promise is broken (超时时间).")
    completed_at: datetime | None = Field(description="Work done (竣工时间).")
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
    settled = sum(share.amount.amount_minor for share in order.settlement or [])
    if order.settlement and (order.total is None or settled != order.total.amount_minor):
        order.settlement = []  # of another total; it must be made anew


workflow = Workflow(
    initial="opened",
    steps={
        "start": (["opened", "waiting_parts"], "in_progress"),
        "wait-for-parts": (["opened", "in_progress"], "waiting_parts"),
        "complete": (["in_progress"], "completed"),
        "check": (["completed"], "checked"),
        "rework": (["completed", "checked"], "in_progress"),
        "close": (["completed", "checked"], "closed"),
        "cancel": (["opened", "waiting_parts"], "cancelled"),
    },
)


class RepairOrders(Documents[RepairOrder, RepairOrderView]):
    """Repair orders; each write looks at the odometer and winds the clock of the promise."""

    async def _write(
        self, moment: Acting, entry: RepairOrder, values: dict[str, Any], *details: Any, **more: Any
    ) -> None:
        for name, value in values.items():
            setattr(entry, name, value)
        changed = {column.key for column in inspect(entry).attrs if column.history.has_changes()}
        with moment.session.no_autoflush:
            if "vehicle" in changed:
                await look_at_odometer(moment.session, entry)
            if changed & {"status", "promised_at", "opened_at"}:
                await wind_clock(moment, entry)
        await super()._write(moment, entry, {}, *details, **more)


repair_orders = RepairOrders(RepairOrder, RepairOrderView, workflow, rule=_amounts_agree)


async def look_at_odometer(session: AsyncSession, order: RepairOrder) -> None:
    """Note the vehicle's number as it is searched by, and what speaks against the mileage read at check-in."""
    order.vin = normal_vin(order.vehicle.vin)
    order.mileage_doubt = None
    if order.vin is not None and order.vehicle.mileage_km is not None:
        reading = Reading(local_date(order.opened_at), order.vehicle.mileage_km)
        known = [other.reading for other in await readings(session, order.vin, but=order.id) if not other.doubt]
        found = doubts(reading, known)
        order.mileage_doubt = found[0].code if found else None


@dataclass(frozen=True)
class OrderReading:
    """A mileage read when a vehicle was taken in."""

    order_id: UUID
    org_unit: str
    reading: Reading
    doubt: str | None


async def readings(session: AsyncSession, vin: str, *, but: UUID | None = None) -> list[OrderReading]:
    """The mileages of a vehicle on the repair orders of all stations, oldest first."""
    query = select(RepairOrder).where(RepairOrder.vin == vin, RepairOrder.status != "cancelled")
    orders = await session.scalars(query.order_by(RepairOrder.opened_at, RepairOrder.id))
    return [
        OrderReading(
            order.id,
            order.org_unit,
            Reading(local_date(order.opened_at), order.vehicle.mileage_km),
            order.mileage_doubt,
        )
        for order in orders
        if order.vehicle.mileage_km is not None and order.id != but
    ]


async def wind_clock(moment: Acting, order: RepairOrder) -> None:
    """Set the timers of a promise that is open, and take away those of one that is kept or given up."""
    key = str(order.id)
    if order.status not in WORKING:
        for kind in (WARNING, OVERDUE):
            await cancel_timer(moment.session, kind, key)
        return
    limit = timedelta(hours=service_standard().limits.repair_hours_without_promise)
    due_at = order.promised_at or min(order.opened_at, LATEST - limit) + limit
    order.warned_at = order.overdue_at = None
    await set_timer(moment.session, kind=WARNING, key=key, due_at=warning_at(order.opened_at, due_at))
    await set_timer(moment.session, kind=OVERDUE, key=key, due_at=due_at)


async def warn_of_promise(fired: FiredTimer, moment: Moment) -> None:
    """Most of the promised time is over (临近超时): say so on the order."""
    if await _is_working(fired, moment):
        now = moment.clock.now()
        order = await repair_orders.act(moment, UUID(fired.key), None, RepairOrderChanged, by=WARNING, warned_at=now)
        if order is not None:
            due_at = order.promised_at or fired.due_at
            await tell_station(moment, order.org_unit, "repair_order_warning", order.id, due_at)


async def escalate_promise(fired: FiredTimer, moment: Moment) -> None:
    """The promised time is over and the work is not done (超时升级): tell everybody."""
    if await _is_working(fired, moment):
        at = fired.due_at
        order = await repair_orders.act(moment, UUID(fired.key), None, RepairOrderOverdue, by=OVERDUE, overdue_at=at)
        if order is not None:
            await tell_station(moment, order.org_unit, "repair_order_overdue", order.id, at)


async def _is_working(fired: FiredTimer, moment: Moment) -> bool:
    query = select(RepairOrder.status).where(RepairOrder.id == UUID(fired.key)).with_for_update()
    return await moment.session.scalar(query) in WORKING


def local_date(at: datetime) -> date:
    """The day it is in China at an instant."""
    return at.astimezone(CHINA).date()
