"""What each write of a repair order does: its states, its odometer reading and the clock of its promise."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from aftersales.mileages import Reading, doubts
from aftersales.notices import tell_station
from aftersales.repair_orders.order import WORKING, RepairOrder, RepairOrderView, local_date
from aftersales.repair_orders.promise import warning_at
from aftersales.service_standard import service_standard
from aftersales.vehicle_numbers import normal_vin
from isthmus.contracts.aftersales import RepairOrderChanged, RepairOrderOverdue
from isthmus.contracts.fields import LATEST
from isthmus.parties import (
    Acting,
    Documents,
    check_part,
    check_total,
)
from isthmus.timers import FiredTimer, Moment, cancel_timer, set_timer
from isthmus.workflow import Workflow

WARNING, OVERDUE = "repair_order_warning", "repair_order_overdue"
"""Kinds of timers."""


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

    timer_kinds = (WARNING, OVERDUE)

    async def _write(
        self, moment: Acting, entry: RepairOrder, values: dict[str, Any], *details: Any, **more: Any
    ) -> None:
        for name, value in values.items():
            setattr(entry, name, value)
        changed = {column.key for column in inspect(entry).attrs if column.history.has_changes()}
        with moment.session.no_autoflush:
            if "vehicle" in changed:
                await look_at_odometer(moment.session, entry)
            if changed & {"promised_at", "opened_at"} or _began_or_ended(entry):
                await wind_clock(moment, entry)
        await super()._write(moment, entry, {}, *details, **more)

    def _filtered(self, statement: Select[RepairOrder], given: dict[str, Any]) -> Select[RepairOrder]:
        """Overdue is what was not done in time and still is not; an order done late is not in anybody's way."""
        if (is_overdue := given.pop("is_overdue", None)) is not None:
            overdue = RepairOrder.overdue_at.is_not(None) & RepairOrder.status.in_(WORKING)
            statement = statement.where(overdue if is_overdue else ~overdue)
        return super()._filtered(statement, given)


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


def _began_or_ended(order: RepairOrder) -> bool:
    """Whether work begins, or is over, with this write; a step in between leaves the clock, and what it has told."""
    status = inspect(order).attrs.status.history
    before = status.deleted[0] if status.deleted else None
    return status.has_changes() and (before in WORKING) != (order.status in WORKING)


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
        for kind in (WARNING, OVERDUE) if order.version > 0 else ():
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
