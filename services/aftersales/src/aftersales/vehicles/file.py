"""The file of a vehicle (车辆档案): mileage, repairs at all stations, holders, recalls, warranty, next service.

A station sees the technical history of a vehicle it has in hand, whoever repaired it before, and never who another
station's customer is or what they said.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import Path

from aftersales.access import Reading
from aftersales.repair_orders.order import WORKING, RepairOrder, local_date
from aftersales.vehicle_numbers import normal_vin
from aftersales.vehicles.deliveries import DeliveredVehicle, delivery_of
from aftersales.vehicles.history import DONE, due_service, faults_of, orders_of, plausible_readings
from aftersales.vehicles.recalls import Recall, open_recalls
from aftersales.vehicles.views import (
    CoverView,
    HolderEntry,
    MileageEntry,
    NextServiceView,
    RecallEntry,
    RemedyEntry,
    RepairEntry,
    VehicleFileView,
)
from aftersales.warranty_terms import cover, met_remedies, warranty_terms
from isthmus.http import NotFound, ShortText, service_router
from isthmus.parties import Work

router = service_router(prefix="/v1/aftersales/vehicles", tags=["vehicles"])


@router.get("/{vin}")
async def get_vehicle_file(
    vin: Annotated[ShortText, Path(description="Vehicle identification number (车架号).")], work: Reading
) -> VehicleFileView:
    """Show the file of a vehicle (车辆档案查询) that the caller sold, has in hand, or once repaired.

    What others did to it is shown while it is in hand, or to who sold it.
    """
    number = normal_vin(vin)
    orders = list(await orders_of(work.session, number)) if number else []
    delivery = await delivery_of(work.session, number) if number else None
    own = [order for order in orders if work.caller.may_act_for(order.org_unit)]
    sold = delivery is not None and work.caller.may_act_for(delivery.org_unit)
    if number is None or not (own or sold):
        raise NotFound("not_found", "You have no such vehicle in hand.")
    shown = orders if sold or any(order.status in WORKING for order in own) else own
    await work.log_read("vehicles", [order.id for order in own])
    today = work.clock.now()
    return _file(work, number, shown, delivery, await open_recalls(work.session, number), local_date(today))


def _file(
    work: Work,
    vin: str,
    orders: Sequence[RepairOrder],
    delivery: DeliveredVehicle | None,
    recalls: Sequence[Recall],
    today: date,
) -> VehicleFileView:
    readings = plausible_readings(orders)
    due = due_service(orders)
    own = [order for order in orders if work.caller.may_act_for(order.org_unit)]
    return VehicleFileView(
        vin=vin,
        series=delivery.series if delivery else None,
        delivered_on=delivery.delivered_on if delivery else None,
        covers=_covers(delivery, today, max(readings).km if readings else None),
        remedies=_remedies(delivery, orders, today),
        mileage=[_mileage(order) for order in orders if order.vehicle.mileage_km is not None],
        repairs=[_repair(order, own=order in own) for order in orders],
        holders=_holders(own),
        recalls=[_recall(recall, orders) for recall in recalls],
        next_service=NextServiceView.model_validate(due) if due else None,
    )


def _covers(delivery: DeliveredVehicle | None, today: date, km: int | None) -> list[CoverView]:
    if delivery is None:
        return []
    product = warranty_terms().product(delivery.series)
    terms = {"warranty": product.warranty, "three_guarantees": product.three_guarantees, **product.parts}
    covers = {name: cover(delivery.delivered_on, term) for name, term in terms.items()}
    return [
        CoverView(
            name=name,
            starts_on=covered.starts_on,
            ends_on=covered.ends_on,
            ends_km=covered.ends_km,
            holds=covered.holds(today, km),
        )
        for name, covered in covers.items()
    ]


def _remedies(delivery: DeliveredVehicle | None, orders: Sequence[RepairOrder], today: date) -> list[RemedyEntry]:
    if delivery is None:
        return []
    met = met_remedies(warranty_terms(), delivery.series, delivery.delivered_on, faults_of(orders, today))
    return [
        RemedyEntry(code=one.remedy.code, title_zh=one.remedy.title_zh, title_en=one.remedy.title_en, count=one.count)
        for one in met
    ]


def _mileage(order: RepairOrder) -> MileageEntry:
    return MileageEntry(
        on=local_date(order.opened_at),
        km=order.vehicle.mileage_km or 0,
        org_unit=order.org_unit,
        doubt=order.mileage_doubt,
    )


def _repair(order: RepairOrder, *, own: bool) -> RepairEntry:
    return RepairEntry(
        repair_order_id=order.id,
        org_unit=order.org_unit,
        kind=order.kind,
        status=order.status,
        opened_at=order.opened_at,
        promised_at=order.promised_at,
        overdue_at=order.overdue_at,
        completed_at=order.completed_at,
        mileage_km=order.vehicle.mileage_km,
        complaints=[job.complaint for job in order.jobs] if own else [],
        causes=[job.cause for job in order.jobs if job.cause],
        remedies=[job.remedy for job in order.jobs if job.remedy],
        fault_codes=[job.fault_code for job in order.jobs if job.fault_code],
        parts=[line.code for line in order.lines if line.kind == "part" and line.code],
    )


def _holders(orders: Sequence[RepairOrder]) -> list[HolderEntry]:
    """Each customer in each role with each plate, in the order they were first seen."""
    found: dict[tuple[str, str, str | None], HolderEntry] = {}
    for order in orders:
        key, on = (order.record_id, order.customer_role, order.vehicle.plate), local_date(order.opened_at)
        first = found[key].first_seen_on if key in found else on
        found[key] = HolderEntry(
            customer=order.customer, role=order.customer_role, plate=key[2], first_seen_on=first, last_seen_on=on
        )
    return list(found.values())


def _recall(recall: Recall, orders: Sequence[RepairOrder]) -> RecallEntry:
    done = any(
        order.kind == "recall" and order.status in DONE and any(line.code == recall.number for line in order.lines)
        for order in orders
    )
    return RecallEntry(number=recall.number, title=recall.title, done=done)
