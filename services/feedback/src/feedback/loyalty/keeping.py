"""Keeps the read tables of loyalty from events; a repeat or an older version changes nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.loyalty.tables import LeadOrder, Occasion, Referral
from isthmus.contracts.aftersales import RepairOrderClosed
from isthmus.contracts.business import BusinessEvent, Vehicle
from isthmus.contracts.sales import LeadChanged, LeadCreated
from isthmus.contracts.sales_orders import OrderChanged, OrderPlaced, VehicleDelivered
from isthmus.db import Base
from isthmus.messaging import BATCHING_SECONDS, Delivery, Subscription


def loyalty_subscription() -> Subscription:
    """The subscription on what sales and aftersales tell."""
    return Subscription(
        name="feedback.loyalty",
        topics=["sales.events", "aftersales.events"],
        handle=keep,
        is_idempotent=True,
        max_wait=BATCHING_SECONDS,
    )


async def keep(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """Note what each event tells of a customer and a vehicle; what names neither is passed over."""
    for delivery in deliveries:
        data, version = delivery.event.data, delivery.event.aggregateversion
        if not isinstance(data, BusinessEvent) or data.customer is None:
            continue
        match data:
            case VehicleDelivered():
                await _occasion(session, data, data.vehicle, "delivery", data.delivery_id, data.consultant)
            case RepairOrderClosed():
                await _occasion(session, data, data.vehicle, "repair", data.repair_order_id, data.adviser)
            case LeadCreated() | LeadChanged():
                await _referral(session, data, version)
            case OrderPlaced() | OrderChanged() if data.lead_id is not None:
                order = {"order_id": data.order_id, "lead_id": data.lead_id, "status": data.status}
                await _store(session, LeadOrder, "order_id", {**_of(data), **order, "version": version})


def vehicle_key(vehicle: Vehicle | None) -> str | None:
    """What a vehicle is known by: its VIN, else its plate; without spaces and in capitals. None if it has neither."""
    for written in (vehicle.vin, vehicle.plate) if vehicle else ():
        if key := "".join((written or "").split()).upper():
            return key
    return None


async def _occasion(
    session: AsyncSession, fact: BusinessEvent, vehicle: Vehicle | None, kind: str, id_: Any, adviser: str | None
) -> None:
    key = vehicle_key(vehicle)
    if key is None or vehicle is None:
        return
    row = {"id": id_, "kind": kind, "org_unit": fact.org_unit, "vehicle": key, "series": vehicle.series}
    await _store(session, Occasion, "id", {**_of(fact), **row, "adviser": adviser})


async def _referral(session: AsyncSession, lead: LeadCreated | LeadChanged, version: int) -> None:
    """A lead is recommended when it names who did, or came by this channel."""
    if not (lead.referrer or lead.referred_by) and lead.channel != "referral":
        older = delete(Referral).where(Referral.lead_id == lead.lead_id, Referral.version < version)
        await session.execute(older)
        return
    series = lead.vehicle.series if lead.vehicle else None
    row = {"lead_id": lead.lead_id, "org_unit": lead.org_unit, "referrer": lead.referrer, "series": series}
    await _store(session, Referral, "lead_id", {**_of(lead), **row, "consultant": lead.consultant, "version": version})


def _of(fact: BusinessEvent) -> dict[str, Any]:
    """Whose it is, and when it happened."""
    if fact.customer is None:
        return {"occurred_at": fact.occurred_at}
    return {"source": fact.customer.source, "record_id": fact.customer.record_id, "occurred_at": fact.occurred_at}


async def _store(session: AsyncSession, table: type[Base], key: str, row: Mapping[str, Any]) -> None:
    """Insert or overwrite a row, unless a newer version stands there; a lead and an order keep their first time."""
    statement = insert(table).values(row)
    is_versioned = "version" in row
    changed = {
        name: value for name, value in row.items() if name != key and not (is_versioned and name == "occurred_at")
    }
    newer = statement.excluded.version > getattr(table, "version") if is_versioned else None  # noqa: B009
    await session.execute(statement.on_conflict_do_update(index_elements=[key], set_=changed, where=newer))
