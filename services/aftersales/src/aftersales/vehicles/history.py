"""What the repair orders of all stations say of a vehicle, as the pure rules of mileage and warranty want it."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from aftersales.mileages import Reading
from aftersales.repair_orders.order import RepairOrder, local_date
from aftersales.service_intervals import DueService, next_service
from aftersales.warranty_terms import Fault

DONE = ("completed", "checked", "closed")


async def orders_of(session: AsyncSession, vin: str) -> Sequence[RepairOrder]:
    """The repair orders of a vehicle at all stations, oldest first."""
    query = select(RepairOrder).where(RepairOrder.vin == vin, RepairOrder.status != "cancelled")
    return (await session.scalars(query.order_by(RepairOrder.opened_at, RepairOrder.id))).all()


def plausible_readings(orders: Iterable[RepairOrder]) -> list[Reading]:
    """The mileages that are not in doubt."""
    return [
        Reading(local_date(order.opened_at), order.vehicle.mileage_km)
        for order in orders
        if order.vehicle.mileage_km is not None and order.mileage_doubt is None
    ]


def faults_of(orders: Iterable[RepairOrder], today: date) -> list[Fault]:
    """The faults the jobs name by a code; the days in repair count once an order, with its first fault."""
    faults = []
    for order in orders:
        opened = local_date(order.opened_at)
        until = local_date(order.completed_at) if order.completed_at else today
        days = (until - opened).days + 1
        for job in order.jobs:
            if job.fault_code is not None:
                km = order.vehicle.mileage_km
                faults.append(Fault(opened, km, job.fault_code, job.assembly, job.serious, max(days, 0)))
                days = 0
    return faults


def due_service(orders: Sequence[RepairOrder]) -> DueService | None:
    """When the next service is due after these repair orders of one vehicle; None without a plausible mileage."""
    readings = plausible_readings(orders)
    served = [order for order in orders if order.status in DONE]
    if not readings or not served:
        return None
    last = served[-1]
    reading = max(plausible_readings([last]) or readings)
    return next_service(reading, readings, due_on=last.next_service_due_on, due_km=last.next_service_due_km)
