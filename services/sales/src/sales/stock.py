"""Dealer stock (库存车辆): each VIN once, on its way, for sale, reserved for one order, or sold."""

from datetime import date
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.fields import Text
from isthmus.contracts.sales_management import StockVehicleChanged
from isthmus.http import ApiModel, Conflict, FieldError, ShortText, naming_conflicts, service_router
from isthmus.parties import Entries, Entry, EntryChange, EntryFilter, EntryView, NewEntry, Work
from isthmus.workflow import Workflow
from sales.access import Writing
from sales.catalogue import variants
from sales.dealer_time import day_of


class StockVehicle(Entry):
    """Table of vehicles; one order has at most one of them."""

    __tablename__ = "stock_vehicles"
    sortable = ("arrived_on",)

    vin: Mapped[str] = mapped_column(unique=True)
    variant_id: Mapped[UUID | None] = mapped_column(ForeignKey("variants.id"), index=True)
    exterior_color: Mapped[str | None]
    interior_color: Mapped[str | None]
    expected_on: Mapped[date | None]
    arrived_on: Mapped[date | None]
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("orders.id"), unique=True)
    note: Mapped[str | None]


class StockVehicleFields(ApiModel):
    exterior_color: ShortText | None = Field(None, description="Exterior colour (外观颜色).")
    interior_color: ShortText | None = Field(None, description="Interior colour (内饰颜色).")
    expected_on: date | None = Field(None, description="Expected at the dealer (预计到店日期).")
    note: Text | None = Field(None, description="Note (备注).")


class NewStockVehicle(NewEntry, StockVehicleFields):
    """A vehicle that is on its way to a dealer (在途车辆)."""

    vin: ShortText = Field(min_length=5, description="Vehicle identification number (车架号), unique.")
    variant_id: UUID | None = Field(None, description="What it is in the catalogue (车型配置).")


class StockVehicleChange(EntryChange, StockVehicleFields):
    """What changes in a vehicle of the stock (库存变更)."""


class StockVehicleView(EntryView, StockVehicleFields):
    """A vehicle of the stock (库存车辆)."""

    vin: str = Field(description="Vehicle identification number (车架号).")
    variant_id: UUID | None = Field(description="What it is in the catalogue (车型配置).")
    arrived_on: date | None = Field(description="At the dealer since (到店日期).")
    order_id: UUID | None = Field(description="Order it is reserved for, or was sold by (占用订单).")


class StockVehicleFilter(EntryFilter):
    """Which vehicles to list."""

    sortable = StockVehicle.sortable

    vin: ShortText | None = Field(None, description="Only this vehicle (车架号).")
    variant_id: UUID | None = Field(None, description="Only this variant (车型配置).")
    exterior_color: ShortText | None = Field(None, description="Only this colour (外观颜色).")
    order_id: UUID | None = Field(None, description="Only that of this order (占用订单).")


workflow = Workflow(
    initial="in_transit",
    steps={
        "arrive": (["in_transit"], "available"),
        "arrive-reserved": (["reserved"], "reserved"),
        "reserve": (["in_transit", "available"], "reserved"),
        "release": (["reserved"], "available"),
        "release-in-transit": (["reserved"], "in_transit"),
        "sell": (["in_transit", "available", "reserved"], "sold"),
    },
)
stock = Entries(StockVehicle, StockVehicleView, workflow)
router = service_router(prefix="/v1/sales/stock", tags=["stock"])
stock.serve_reading(router, StockVehicleFilter)
stock.serve_change(router, StockVehicleChange, StockVehicleChanged)


@router.post("", status_code=201)
async def add_stock_vehicle(body: NewStockVehicle, work: Writing) -> StockVehicleView:
    """Enter a vehicle that is on its way (在途登记); 409 `vin_taken` when its VIN is in stock, here or elsewhere."""
    await variants.require(work, body, "variant_id")
    detail = "A vehicle with this VIN is in stock already."
    taken = Conflict("vin_taken", detail, [FieldError("/vin", "vin_taken", detail)])
    with naming_conflicts({"stock_vehicles_vin_key": taken}):
        return await stock.create(work, body, StockVehicleChanged)


@router.post("/{stock_vehicle_id}/arrive")
async def receive_stock_vehicle(stock_vehicle_id: UUID, work: Writing) -> StockVehicleView:
    """The vehicle has come (车辆到店); one that is reserved stays so."""
    vehicle = await stock.find(work, stock_vehicle_id, lock=True)
    step = "arrive-reserved" if vehicle.status == "reserved" and vehicle.arrived_on is None else "arrive"
    today = day_of(work.clock.now())
    return await stock.step(work, stock_vehicle_id, step, StockVehicleChanged, arrived_on=today)


async def reserve_for(work: Work, order_id: UUID, org_unit: str, vin: str) -> None:
    """Reserve a vehicle for an order (占用); one it had before is freed. A VIN that is not in stock is left alone.

    Of two who want the last one, the second gets 409 `vehicle_taken`.
    """
    held = await _held_by(work, order_id)
    if held is not None and held.vin == vin:
        return
    if held is not None:
        await release_from(work, order_id)
    vehicle = await _in_stock(work, org_unit, vin)
    if vehicle is None:
        return
    await _take(work, vehicle, "reserve", order_id)


async def release_from(work: Work, order_id: UUID) -> None:
    """Free the vehicle of an order that is cancelled, if it has one."""
    vehicle = await _held_by(work, order_id)
    if vehicle is not None and vehicle.status == "reserved":
        await _take(work, vehicle, "release-in-transit" if vehicle.arrived_on is None else "release", None)


async def sell(work: Work, org_unit: str, vin: str, order_id: UUID | None) -> None:
    """The vehicle is handed over; 409 when it is another order's. A VIN that is not in stock is left alone."""
    if order_id is not None and (held := await _held_by(work, order_id)) is not None and held.vin != vin:
        await release_from(work, order_id)
    vehicle = await _in_stock(work, org_unit, vin)
    if vehicle is None:
        return
    if vehicle.order_id not in (None, order_id):
        raise _taken(vehicle)
    await _take(work, vehicle, "sell", order_id)


async def _take(work: Work, vehicle: StockVehicle, step: str, order_id: UUID | None) -> None:
    """Take a step of the vehicle on behalf of an order; the answer stays that of the order."""
    taken = await stock.act(work, vehicle.id, step, StockVehicleChanged, by=work.caller.subject, order_id=order_id)
    if taken is None:
        raise _taken(vehicle)


async def _held_by(work: Work, order_id: UUID) -> StockVehicle | None:
    query = select(StockVehicle).where(StockVehicle.order_id == order_id).with_for_update()
    return await work.session.scalar(query.execution_options(populate_existing=True))


async def _in_stock(work: Work, org_unit: str, vin: str) -> StockVehicle | None:
    query = select(StockVehicle).where(StockVehicle.vin == vin, StockVehicle.org_unit == org_unit).with_for_update()
    return await work.session.scalar(query.execution_options(populate_existing=True))


def _taken(vehicle: StockVehicle) -> Conflict:
    detail = f"The vehicle {vehicle.vin} is {vehicle.status} for another order."
    return Conflict("vehicle_taken", detail, [FieldError("/vehicle/vin", "vehicle_taken", detail)])
