"""Deliveries (交车): a vehicle was handed over, so its buyer owns it from now on."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.customer_records import OwnedVehicle
from isthmus.contracts.fields import Instant, LongText
from isthmus.contracts.sales_orders import VehicleDelivered
from isthmus.http import ApiModel, FieldError, IfMatch, ShortText, Unprocessable, service_router
from isthmus.parties import (
    Document,
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    JsonModel,
    Money,
    NewDocument,
    Vehicle,
    Work,
    add_vehicle,
)
from isthmus.workflow import Workflow
from sales import stock
from sales.access import Reading, Writing
from sales.delivery_protocol import RULES, ProtocolItem, check_protocol
from sales.orders import deliver_order, orders


class Delivery(Document):
    """Table of deliveries."""

    __tablename__ = "deliveries"
    business_facts = frozenset({"consultant", "price"})
    sortable = ("delivered_at",)

    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("orders.id"), index=True)
    consultant: Mapped[str | None] = mapped_column(index=True)
    vehicle: Mapped[Vehicle] = mapped_column(JsonModel(Vehicle))
    price: Mapped[Money | None] = mapped_column(JsonModel(Money))
    delivered_at: Mapped[datetime]
    first_service_due_on: Mapped[date | None]
    warranty_until: Mapped[date | None]
    protocol: Mapped[list[ProtocolItem]] = mapped_column(JsonModel(list[ProtocolItem]), server_default="[]")
    note: Mapped[str | None]

    @property
    def occurred_at(self) -> datetime:
        """The timeline shows a delivery when it took place, however late it was entered."""
        return self.delivered_at


class DeliveryFields(ApiModel):
    consultant: ShortText | None = Field(None, description="Sales consultant (销售顾问).")
    vehicle: Vehicle = Field(description="Vehicle handed over, with VIN (交付车辆), plate and mileage.")
    price: Money | None = Field(None, description="Price paid (成交价).")
    delivered_at: Instant = Field(description="When it was handed over (交车时间).")
    first_service_due_on: date | None = Field(None, description="First service due (首保日期).")
    warranty_until: date | None = Field(None, description="Warranty ends (质保到期).")
    protocol: list[ProtocolItem] = Field(
        default_factory=list,
        max_length=100,
        description="What was shown to the buyer (交车确认单): empty, or each item of `protocol-items` once.",
    )
    note: LongText | None = Field(None, description="Note (备注).")


class NewDelivery(NewDocument, DeliveryFields):
    """A new delivery (交车)."""

    order_id: UUID | None = Field(None, description="Order it fulfils (订单号); the order is then delivered.")


class DeliveryChange(DocumentChange, DeliveryFields):
    """What is corrected or added, such as the plate (交车更正)."""


class DeliveryView(DocumentView, DeliveryFields):
    """A delivery (交车)."""

    order_id: UUID | None = Field(description="Order it fulfils (订单号).")


class DeliveryFilter(DocumentFilter):
    """Which deliveries to list."""

    sortable = Delivery.sortable

    consultant: ShortText | None = Field(None, description="Only this consultant (销售顾问).")
    order_id: UUID | None = Field(None, description="Only that of this order (订单号).")


class ProtocolItemView(ApiModel):
    """An item of the protocol (交车确认项)."""

    code: str = Field(description="Code (代码).")
    en: str = Field(description="English words (英文).")
    zh: str = Field(description="Chinese words (中文).")


def _check_delivery(delivery: Delivery) -> None:
    check_protocol(delivery.protocol or [])
    if not delivery.vehicle.vin:
        detail = "A delivery names the VIN of the vehicle."
        raise Unprocessable("vin_missing", detail, [FieldError("/vehicle/vin", "vin_missing", detail)])


workflow = Workflow(initial="delivered", steps={}, changeable=["delivered"])
deliveries = Documents(Delivery, DeliveryView, workflow, rule=_check_delivery)
router = service_router(prefix="/v1/sales/deliveries", tags=["deliveries"])


@router.get("/protocol-items")
async def list_protocol_items(_: Reading) -> list[ProtocolItemView]:
    """Show what is shown to a buyer at the handover (交车确认单)."""
    return [ProtocolItemView.model_validate(item) for item in RULES.items]


deliveries.serve_reading(router, DeliveryFilter)


@router.post("", status_code=201)
async def deliver_vehicle(body: NewDelivery, work: Writing) -> DeliveryView:
    """Hand over a vehicle (交车): its order is delivered, and the customer's record says who owns it."""
    order = await orders.require(work, body, "order_id")
    if order is not None:
        await deliver_order(work, order)
    if body.vehicle.vin:
        await stock.sell(work, body.org_unit, body.vehicle.vin, body.order_id)
    view = await deliveries.create(work, body, VehicleDelivered)
    await _record_owner(work, view)
    return view


@router.patch("/{delivery_id}")
async def correct_delivery(delivery_id: UUID, body: DeliveryChange, version: IfMatch, work: Writing) -> DeliveryView:
    """Correct a delivery, or add the plate once it is known (上牌)."""
    before = await deliveries.find(work, delivery_id, lock=True)
    vin_before = before.vehicle.vin
    view = await deliveries.change(work, delivery_id, version, body, VehicleDelivered)
    await _record_owner(work, view, instead_of=vin_before)
    return view


async def _record_owner(work: Work, delivery: DeliveryView, *, instead_of: str | None = None) -> None:
    """Put the vehicle, as owned since the delivery, into the customer's record."""
    owned = OwnedVehicle.model_validate(
        {
            "vin": delivery.vehicle.vin,
            "plate": delivery.vehicle.plate,
            "role": "owner",
            "from": delivery.delivered_at.date().isoformat(),
        }
    )
    await add_vehicle(work, delivery.customer, owned, instead_of=instead_of)
