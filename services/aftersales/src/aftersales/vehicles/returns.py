"""Vehicles to be exchanged or taken back under the three guarantees (退换车), with the criteria their repairs meet."""

from typing import Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.access import Writing
from aftersales.repair_orders.order import RepairedVehicle, local_date
from aftersales.vehicle_numbers import normal_vin
from aftersales.vehicles.deliveries import delivery_of
from aftersales.vehicles.history import faults_of, orders_of, plausible_readings
from aftersales.warranty_terms import met_remedies, usage_fee, warranty_terms
from isthmus.contracts.aftersales_jobs import VehicleReturnDecided, VehicleReturnEnded, VehicleReturnRequested
from isthmus.contracts.fields import Code, LongText
from isthmus.http import ApiModel, service_router
from isthmus.parties import (
    Attachments,
    Document,
    DocumentFilter,
    Documents,
    DocumentView,
    JsonModel,
    Money,
    NewDocument,
)
from isthmus.workflow import Workflow


class VehicleReturn(Document):
    """Table of cases."""

    __tablename__ = "vehicle_returns"
    business_facts = frozenset({"criteria", "price", "usage_fee", "wish"})

    wish: Mapped[str]
    vehicle: Mapped[RepairedVehicle] = mapped_column(JsonModel(RepairedVehicle))
    reason: Mapped[str | None]
    attachments: Mapped[Attachments] = mapped_column(JsonModel(Attachments))
    criteria: Mapped[list[str]] = mapped_column(JsonModel(list[str]))
    price: Mapped[Money | None] = mapped_column(JsonModel(Money))
    usage_fee: Mapped[Money | None] = mapped_column(JsonModel(Money))
    decision: Mapped[str | None]


class NewVehicleReturn(NewDocument):
    """A customer wants to give a vehicle back (退换车申请)."""

    wish: Literal["exchange", "refund"] = Field(description="What the customer wants (诉求): exchange or refund.")
    vehicle: RepairedVehicle = Field(description="Vehicle with its mileage (车辆及里程).")
    reason: LongText | None = Field(None, description="Why (退换原因).")
    attachments: Attachments = Field(default_factory=list, description="Papers (证明材料).")


class ReturnDecision(ApiModel):
    """What was decided, and why (处理意见)."""

    decision: LongText = Field(min_length=1, description="Decision and reason (处理意见).")


class VehicleReturnView(DocumentView):
    """A vehicle to be exchanged or taken back (退换车)."""

    wish: str = Field(description="What the customer wants (诉求).")
    vehicle: RepairedVehicle = Field(description="Vehicle with its mileage (车辆及里程).")
    reason: LongText | None = Field(description="Why (退换原因).")
    attachments: Attachments = Field(description="Papers (证明材料).")
    criteria: list[str] = Field(description="Criteria the repairs met when it was requested (符合的退换条件).")
    price: Money | None = Field(description="Price the vehicle was bought for (购车价), as sales told it.")
    usage_fee: Money | None = Field(description="Fee for its use until then (使用补偿费).")
    decision: LongText | None = Field(description="What was decided, and why (处理意见).")


class VehicleReturnFilter(DocumentFilter):
    """Which cases to list."""

    wish: Code | None = Field(None, description="Only exchange or only refund (诉求).")


workflow = Workflow(
    initial="requested",
    steps={
        "approve": (["requested"], "approved"),
        "reject": (["requested"], "rejected"),
        "finish": (["approved"], "done"),
        "withdraw": (["requested", "approved"], "withdrawn"),
    },
)
vehicle_returns = Documents(VehicleReturn, VehicleReturnView, workflow)
router = service_router(prefix="/v1/aftersales/vehicle-returns", tags=["vehicles"])
vehicle_returns.serve_reading(router, VehicleReturnFilter)


@router.post("", status_code=201)
async def create_vehicle_return(body: NewVehicleReturn, work: Writing) -> VehicleReturnView:
    """Take a request in (退换车申请); which criteria are met follows from the repairs at all stations."""
    vin, terms = normal_vin(body.vehicle.vin), warranty_terms()
    delivery = await delivery_of(work.session, vin) if vin else None
    values: dict[str, object] = {"criteria": []}
    if vin is not None and delivery is not None:
        orders = await orders_of(work.session, vin)
        faults = faults_of(orders, local_date(work.clock.now()))
        met = met_remedies(terms, delivery.series, delivery.delivered_on, faults)
        values = {"criteria": [one.remedy.code for one in met], "price": delivery.price}
        km = body.vehicle.mileage_km
        if km is None:
            km = max((reading.km for reading in plausible_readings(orders)), default=0)
        if delivery.price is not None:
            fee = usage_fee(terms, delivery.price.amount_minor, km)
            values["usage_fee"] = Money(amount_minor=fee, currency=delivery.price.currency)
    return await vehicle_returns.create(work, body, VehicleReturnRequested, **values)


@router.post("/{vehicle_return_id}/approve")
async def approve_vehicle_return(vehicle_return_id: UUID, body: ReturnDecision, work: Writing) -> VehicleReturnView:
    """The vehicle will be exchanged or taken back (同意退换)."""
    return await vehicle_returns.step(work, vehicle_return_id, "approve", VehicleReturnDecided, decision=body.decision)


@router.post("/{vehicle_return_id}/reject")
async def reject_vehicle_return(vehicle_return_id: UUID, body: ReturnDecision, work: Writing) -> VehicleReturnView:
    """The vehicle will not be taken back (不同意退换)."""
    return await vehicle_returns.step(work, vehicle_return_id, "reject", VehicleReturnDecided, decision=body.decision)


@router.post("/{vehicle_return_id}/finish")
async def finish_vehicle_return(vehicle_return_id: UUID, work: Writing) -> VehicleReturnView:
    """The vehicle was exchanged, or the money paid back (退换办结)."""
    return await vehicle_returns.step(work, vehicle_return_id, "finish", VehicleReturnEnded)


@router.post("/{vehicle_return_id}/withdraw")
async def withdraw_vehicle_return(vehicle_return_id: UUID, work: Writing) -> VehicleReturnView:
    """The customer keeps the vehicle (撤回申请)."""
    return await vehicle_returns.step(work, vehicle_return_id, "withdraw", VehicleReturnEnded)
