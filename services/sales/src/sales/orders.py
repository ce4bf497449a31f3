"""Vehicle orders (整车订单): from the signature until the vehicle is handed over or the order is cancelled."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.fields import Code, LongText, Text
from isthmus.contracts.sales import OrderChanged, OrderPlaced
from isthmus.http import ApiModel, Conflict, FieldError, ShortText, Unprocessable, service_router
from isthmus.parties import (
    Document,
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    JsonModel,
    Line,
    Lines,
    Money,
    NewDocument,
    Vehicle,
    Work,
    check_part,
    check_total,
)
from isthmus.workflow import Workflow
from sales.access import Writing
from sales.leads import leads
from sales.quotes import quotes


class Order(Document):
    """Table of orders."""

    __tablename__ = "orders"
    business_facts = frozenset({"consultant", "deposit", "payment_method", "total"})
    sortable = ("expected_delivery_on",)

    quote_id: Mapped[UUID | None] = mapped_column(ForeignKey("quotes.id"), index=True)
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id"), index=True)
    consultant: Mapped[str | None] = mapped_column(index=True)
    vehicle: Mapped[Vehicle | None] = mapped_column(JsonModel(Vehicle))
    total: Mapped[Money] = mapped_column(JsonModel(Money))
    deposit: Mapped[Money | None] = mapped_column(JsonModel(Money))
    lines: Mapped[list[Line]] = mapped_column(JsonModel(Lines))
    payment_method: Mapped[str | None]
    expected_delivery_on: Mapped[date | None]
    cancel_reason: Mapped[str | None]
    note: Mapped[str | None]


class OrderFields(ApiModel):
    consultant: ShortText | None = Field(None, description="Sales consultant (销售顾问).")
    vehicle: Vehicle | None = Field(None, description="Vehicle ordered; its VIN once allotted (订购车辆).")
    deposit: Money | None = Field(None, description="Deposit paid (定金), at most the total.")
    lines: Lines = Field(default_factory=list, description="What the price is made of (订单明细).")
    payment_method: Code | None = Field(None, description="How it is paid (付款方式): cash, loan, lease.")
    expected_delivery_on: date | None = Field(None, description="Promised delivery (预计交车日期).")
    note: LongText | None = Field(None, description="Note (备注).")


class OrderTotal(ApiModel):
    total: Money = Field(description="Price to pay in all (订单总价); the lines, if given, must add up to it.")


class OrderReferences(ApiModel):
    quote_id: UUID | None = Field(None, description="Accepted quote it follows (报价号).")
    lead_id: UUID | None = Field(None, description="Lead it follows (线索号).")


class NewOrder(NewDocument, OrderReferences, OrderFields):
    """A new order (订单建立); what it does not say of vehicle, price and lines is taken from its quote."""

    total: Money | None = Field(None, description="Price to pay in all (订单总价); needed unless there is a quote.")


class OrderChange(DocumentChange, OrderTotal, OrderFields):
    """What changes in an order (订单变更)."""


class OrderCancellation(ApiModel):
    """Why an order is cancelled (退订)."""

    cancel_reason: Text = Field(min_length=1, description="Why it was cancelled (退订原因).")


class OrderView(DocumentView, OrderReferences, OrderTotal, OrderFields):
    """A vehicle order (整车订单)."""

    cancel_reason: Text | None = Field(description="Why it was cancelled (退订原因).")


class OrderFilter(DocumentFilter):
    """Which orders to list."""

    sortable = Order.sortable

    consultant: ShortText | None = Field(None, description="Only this consultant (销售顾问).")
    quote_id: UUID | None = Field(None, description="Only that of this quote (报价号).")
    lead_id: UUID | None = Field(None, description="Only those of this lead (线索号).")


def _check_amounts(order: Order) -> None:
    check_total(order.total, order.lines)
    check_part(order.deposit, order.total, "deposit")


workflow = Workflow(
    initial="placed",
    steps={
        "confirm": (["placed"], "confirmed"),
        "ready": (["confirmed"], "ready"),
        "deliver": (["confirmed", "ready"], "delivered"),
        "cancel": (["placed", "confirmed", "ready"], "cancelled"),
    },
)
orders = Documents(Order, OrderView, workflow, rule=_check_amounts)
router = service_router(prefix="/v1/sales/orders", tags=["orders"])
orders.serve_reading(router, OrderFilter)
orders.serve_change(
    router, OrderChange, OrderChanged, about="Change an order, for instance allot a vehicle to it (订单变更)."
)


@router.post("", status_code=201)
async def place_order(body: NewOrder, work: Writing) -> OrderView:
    """Place an order (订单建立), by itself or after an accepted quote."""
    await leads.require(work, body, "lead_id")
    return await orders.create(work, body, OrderPlaced, **await _terms_of_quote(work, body))


@router.post("/{order_id}/confirm")
async def confirm_order(order_id: UUID, work: Writing) -> OrderView:
    """Confirm an order (订单确认)."""
    return await orders.step(work, order_id, "confirm", OrderChanged)


@router.post("/{order_id}/ready")
async def make_order_ready(order_id: UUID, work: Writing) -> OrderView:
    """The vehicle has come and is prepared for its buyer (待交车)."""
    return await orders.step(work, order_id, "ready", OrderChanged)


@router.post("/{order_id}/cancel")
async def cancel_order(order_id: UUID, body: OrderCancellation, work: Writing) -> OrderView:
    """Cancel an order, and say why (退订)."""
    return await orders.step(work, order_id, "cancel", OrderChanged, cancel_reason=body.cancel_reason)


async def _terms_of_quote(work: Work, body: NewOrder) -> dict[str, Any]:
    """What the order leaves to its quote, which must have been accepted."""
    quote = await quotes.require(work, body, "quote_id")
    if quote is None:
        if body.total is None:
            detail = "An order needs a total or a quote."
            raise Unprocessable("total_missing", detail, [FieldError("/total", "total_missing", detail)])
        return {}
    if quote.status != "accepted":
        raise Conflict("quote_not_accepted", f"The quote is {quote.status}; only an accepted quote becomes an order.")
    terms: dict[str, Any] = {"lead_id": quote.lead_id, "consultant": quote.consultant}
    if quote.vehicle is not None:
        terms["vehicle"] = Vehicle.model_validate(quote.vehicle.model_dump())
    if body.total is None:
        terms |= {"total": quote.total, "lines": quote.lines}
    return {name: value for name, value in terms.items() if name == "total" or name not in body.model_fields_set}
