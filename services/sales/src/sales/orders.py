"""Vehicle orders (整车订单): from the signature until the vehicle is handed over or the order is cancelled."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.fields import Code, LongText, Text
from isthmus.contracts.sales_orders import OrderChanged, OrderPlaced
from isthmus.http import ApiModel, Conflict, FieldError, IfMatch, ShortText, Unprocessable, service_router
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
from sales import stock
from sales.access import Writing
from sales.leads import leads
from sales.order_checklist import Check, ChecklistItem, checked, require_done, with_items
from sales.order_terms import Financing, Insurance, TradeIn
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
    trade_in: Mapped[TradeIn | None] = mapped_column(JsonModel(TradeIn))
    financing: Mapped[Financing | None] = mapped_column(JsonModel(Financing))
    insurance: Mapped[Insurance | None] = mapped_column(JsonModel(Insurance))
    checklist: Mapped[list[ChecklistItem]] = mapped_column(JsonModel(list[ChecklistItem]), server_default="[]")
    expected_delivery_on: Mapped[date | None]
    cancel_reason: Mapped[str | None]
    note: Mapped[str | None]


class OrderFields(ApiModel):
    consultant: ShortText | None = Field(None, description="Sales consultant (销售顾问).")
    vehicle: Vehicle | None = Field(None, description="Vehicle ordered; its VIN once allotted (订购车辆).")
    deposit: Money | None = Field(None, description="Deposit paid (定金), at most the total.")
    lines: Lines = Field(default_factory=list, description="What the price is made of (订单明细).")
    payment_method: Code | None = Field(None, description="How it is paid (付款方式): cash, loan, lease.")
    trade_in: TradeIn | None = Field(None, description="Vehicle given in payment (置换), worth at most the total.")
    financing: Financing | None = Field(None, description="Loan or lease (信贷), at most the total.")
    insurance: Insurance | None = Field(None, description="Insurance (保险).")
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
    checklist: list[Code] = Field(
        default_factory=list,
        max_length=100,
        description="What the dealer does for the buyer (一站式服务): contract, financing, trade_in_papers, "
        "inspection, balance, insurance, purchase_tax, registration. A loan and a trade-in bring theirs along.",
    )


class OrderChange(DocumentChange, OrderTotal, OrderFields):
    """What changes in an order (订单变更)."""


class OrderCancellation(ApiModel):
    """Why an order is cancelled (退订)."""

    cancel_reason: Text = Field(min_length=1, description="Why it was cancelled (退订原因).")


class OrderView(DocumentView, OrderReferences, OrderTotal, OrderFields):
    """A vehicle order (整车订单)."""

    cancel_reason: Text | None = Field(description="Why it was cancelled (退订原因).")
    checklist: list[ChecklistItem] = Field(description="What is done for the buyer (办理清单).")


class OrderFilter(DocumentFilter):
    """Which orders to list."""

    sortable = Order.sortable

    consultant: ShortText | None = Field(None, description="Only this consultant (销售顾问).")
    quote_id: UUID | None = Field(None, description="Only that of this quote (报价号).")
    lead_id: UUID | None = Field(None, description="Only those of this lead (线索号).")


def _check_order(order: Order) -> None:
    """Amounts fit together, and the checklist has what an order paid in this way needs."""
    check_total(order.total, order.lines)
    check_part(order.deposit, order.total, "deposit")
    check_part(order.trade_in.price if order.trade_in else None, order.total, "trade_in/price")
    check_part(order.financing.amount if order.financing else None, order.total, "financing/amount")
    known = order.checklist or []
    listed = with_items(known, [], order.payment_method, trade_in=order.trade_in is not None)
    if listed != known:
        order.checklist = listed


workflow = Workflow(
    initial="placed",
    steps={
        "confirm": (["placed"], "confirmed"),
        "ready": (["confirmed"], "ready"),
        "deliver": (["confirmed", "ready"], "delivered"),
        "cancel": (["placed", "confirmed", "ready"], "cancelled"),
    },
)
orders = Documents(Order, OrderView, workflow, rule=_check_order)
router = service_router(prefix="/v1/sales/orders", tags=["orders"])
orders.serve_reading(router, OrderFilter)


@router.post("", status_code=201)
async def place_order(body: NewOrder, work: Writing) -> OrderView:
    """Place an order (订单建立), by itself or after an accepted quote; a VIN in stock is reserved for it."""
    await leads.require(work, body, "lead_id")
    terms = await _terms_of_quote(work, body)
    agreed = with_items([], body.checklist, None, trade_in=False)
    view = await orders.create(work, body, OrderPlaced, **terms, checklist=agreed)
    await _reserve(work, view)
    return view


@router.patch("/{order_id}")
async def change_order(order_id: UUID, body: OrderChange, version: IfMatch, work: Writing) -> OrderView:
    """Change an order (订单变更), such as its vehicle: a VIN in stock is reserved, 409 `vehicle_taken` if gone."""
    view = await orders.change(work, order_id, version, body, OrderChanged)
    await _reserve(work, view)
    return view


@router.post("/{order_id}/check")
async def check_item(order_id: UUID, body: Check, work: Writing) -> OrderView:
    """Tick off an item of the checklist (办理登记), or take the tick back."""
    order = await orders.find(work, order_id, lock=True)
    workflow.require_changeable(order.status)
    items = checked(order.checklist, body, by=work.caller.subject, at=work.clock.now())
    await orders.act(work, order_id, None, OrderChanged, by=work.caller.subject, checklist=items)
    return await orders.get(work, order_id)


@router.post("/{order_id}/confirm")
async def confirm_order(order_id: UUID, work: Writing) -> OrderView:
    """Confirm an order (订单确认)."""
    return await orders.step(work, order_id, "confirm", OrderChanged)


@router.post("/{order_id}/ready")
async def make_order_ready(order_id: UUID, work: Writing) -> OrderView:
    """The vehicle has come and is prepared for its buyer (待交车); 409 `checklist_open` while something is missing."""
    require_done((await orders.find(work, order_id)).checklist, "ready")
    return await orders.step(work, order_id, "ready", OrderChanged)


@router.post("/{order_id}/cancel")
async def cancel_order(order_id: UUID, body: OrderCancellation, work: Writing) -> OrderView:
    """Cancel an order, and say why (退订); its vehicle is free again."""
    view = await orders.step(work, order_id, "cancel", OrderChanged, cancel_reason=body.cancel_reason)
    await stock.release_from(work, order_id)
    return view


async def deliver_order(work: Work, order: Order) -> None:
    """An order is fulfilled; 409 `checklist_open` unless everything on its checklist is done."""
    require_done(order.checklist, "ready", "deliver")
    await orders.step(work, order.id, "deliver", OrderChanged)


async def _reserve(work: Work, order: OrderView) -> None:
    """Reserve what the order names, and free what it names no more."""
    if order.vehicle is not None and order.vehicle.vin:
        await stock.reserve_for(work, order.id, order.org_unit, order.vehicle.vin)
    else:
        await stock.release_from(work, order.id)


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
