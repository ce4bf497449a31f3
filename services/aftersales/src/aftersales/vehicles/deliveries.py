"""Deliveries (交车) as sales tells them: from when warranty and three guarantees of a vehicle count."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.repair_orders.order import local_date
from aftersales.vehicle_numbers import normal_vin
from isthmus.contracts.sales_orders import VehicleDelivered
from isthmus.db import Base
from isthmus.messaging import BATCHING_SECONDS, Delivery, Subscription
from isthmus.parties import JsonModel, Money


class DeliveredVehicle(Base):
    """Table of deliveries; a vehicle that was taken back and sold again has several."""

    __tablename__ = "delivered_vehicles"

    delivery_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    vin: Mapped[str] = mapped_column(index=True)
    org_unit: Mapped[str]
    source: Mapped[str | None]
    record_id: Mapped[str | None] = mapped_column(index=True)
    delivered_on: Mapped[date]
    series: Mapped[str | None]
    plate: Mapped[str | None]
    price: Mapped[Money | None] = mapped_column(JsonModel(Money))


async def keep_deliveries(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """Keep what sales tells of deliveries; an older version changes nothing."""
    for delivery in deliveries:
        data = delivery.event.data
        if isinstance(data, VehicleDelivered) and (vin := normal_vin(data.vehicle.vin)) is not None:
            await _keep(session, delivery, data, vin)


async def _keep(session: AsyncSession, delivery: Delivery, data: VehicleDelivered, vin: str) -> None:
    values: dict[str, Any] = {
        "version": delivery.event.aggregateversion,
        "vin": vin,
        "org_unit": data.org_unit,
        "source": data.customer.source if data.customer else None,
        "record_id": data.customer.record_id if data.customer else None,
        "delivered_on": local_date(data.delivered_at),
        "series": data.vehicle.series,
        "plate": data.vehicle.plate,
        "price": data.price,
    }
    statement = insert(DeliveredVehicle).values(delivery_id=data.delivery_id, **values)
    newer = DeliveredVehicle.version < statement.excluded.version
    await session.execute(statement.on_conflict_do_update(index_elements=["delivery_id"], set_=values, where=newer))


def deliveries_subscription() -> Subscription:
    """What aftersales learns from sales."""
    return Subscription(
        name="aftersales.sales-events",
        topics=["sales.events"],
        handle=keep_deliveries,
        is_idempotent=True,
        max_wait=BATCHING_SECONDS,
    )


async def delivery_of(session: AsyncSession, vin: str) -> DeliveredVehicle | None:
    """The last delivery of a vehicle, if sales has told of one."""
    query = select(DeliveredVehicle).where(DeliveredVehicle.vin == vin)
    return await session.scalar(query.order_by(DeliveredVehicle.delivered_on.desc()).limit(1))
