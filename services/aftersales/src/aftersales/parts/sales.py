"""Parts sales (配件销售): parts are set aside when they are ordered, and leave the stock when they are handed over."""

from collections import Counter
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.access import Writing
from aftersales.parts.stock import Part, lock_parts, release, reserve
from isthmus.contracts.aftersales_jobs import PartSaleCancelled, PartSaleHandedOver, PartSaleReserved
from isthmus.contracts.fields import Text
from isthmus.http import MAX_INT64, ApiModel, FieldError, ShortText, Unprocessable, service_router
from isthmus.parties import (
    Document,
    DocumentFilter,
    Documents,
    DocumentView,
    JsonModel,
    Line,
    Lines,
    Money,
    NewDocument,
    Work,
)
from isthmus.workflow import Workflow

THOUSAND = 1_000


class PartSale(Document):
    """Table of parts sales."""

    __tablename__ = "part_sales"
    business_facts = frozenset({"lines", "total"})

    lines: Mapped[Lines] = mapped_column(JsonModel(Lines))
    total: Mapped[Money] = mapped_column(JsonModel(Money))
    cancel_reason: Mapped[str | None]


class PartItem(ApiModel):
    """A part that is wanted (所购配件)."""

    number: ShortText = Field(description="Part number (配件编码).", examples=["480-1012010"])
    quantity_thousandths: int = Field(
        THOUSAND, ge=1, le=10**9, description="How much, in thousandths (数量×1000): 1500 is one and a half litres."
    )


class NewPartSale(NewDocument):
    """Parts a customer buys (配件销售开单)."""

    items: list[PartItem] = Field(min_length=1, max_length=200, description="Parts wanted (所购配件).")


class PartSaleOrder(NewDocument):
    """A sale whose lines are reckoned already."""


class PartSaleCancellation(ApiModel):
    """Why a sale is cancelled (取消原因)."""

    cancel_reason: Text = Field(min_length=1, description="Why (取消原因).")


class PartSaleView(DocumentView):
    """A sale of parts (配件销售)."""

    lines: Lines = Field(description="Parts sold (配件明细).")
    total: Money = Field(description="Amount in all (总金额).")
    cancel_reason: Text | None = Field(description="Why it was cancelled (取消原因).")


class PartSaleFilter(DocumentFilter):
    """Which sales to list."""


workflow = Workflow(
    initial="reserved", steps={"hand-over": (["reserved"], "handed_over"), "cancel": (["reserved"], "cancelled")}
)
part_sales = Documents(PartSale, PartSaleView, workflow)
router = service_router(prefix="/v1/aftersales/part-sales", tags=["parts"])
part_sales.serve_reading(router, PartSaleFilter)


@router.post("", status_code=201)
async def create_part_sale(body: NewPartSale, work: Writing) -> PartSaleView:
    """Sell parts (配件销售开单): they are set aside at once; 409 when there are not enough."""
    work.require_org_unit(body.org_unit)
    wanted: Counter[str] = Counter()
    for item in body.items:
        wanted[item.number] += item.quantity_thousandths
    stock = await lock_parts(work.session, body.org_unit, set(wanted))
    reserve(stock, wanted)
    lines = [part_line(stock[item.number], item.quantity_thousandths) for item in body.items]
    if len({line.amount.currency for line in lines if line.amount}) > 1:
        detail = "All parts of a sale must have prices in one currency."
        raise Unprocessable("wrong_amount", detail, [FieldError("/items", "wrong_amount", detail)])
    amounts = [line.amount for line in lines if line.amount is not None]
    total = sum(amount.amount_minor for amount in amounts)
    if total > MAX_INT64:
        detail = "This is more than can be reckoned with."
        raise Unprocessable("wrong_amount", detail, [FieldError("/items", "wrong_amount", detail)])
    values = {"lines": lines, "total": Money(amount_minor=total, currency=amounts[0].currency)}
    sale = PartSaleOrder(org_unit=body.org_unit, customer=body.customer)
    return await part_sales.create(work, sale, PartSaleReserved, **values)


@router.post("/{part_sale_id}/hand-over")
async def hand_over_parts(part_sale_id: UUID, work: Writing) -> PartSaleView:
    """The parts are paid and handed over (配件交付)."""
    await _release(work, part_sale_id, "hand-over")
    return await part_sales.step(work, part_sale_id, "hand-over", PartSaleHandedOver)


@router.post("/{part_sale_id}/cancel")
async def cancel_part_sale(part_sale_id: UUID, body: PartSaleCancellation, work: Writing) -> PartSaleView:
    """The sale is cancelled, the parts are free again (配件销售取消)."""
    await _release(work, part_sale_id, "cancel")
    reason = body.cancel_reason
    return await part_sales.step(work, part_sale_id, "cancel", PartSaleCancelled, cancel_reason=reason)


def part_line(part: Part, quantity_thousandths: int) -> Line:
    """A line of a sale; half a minor unit is rounded up."""
    amount = (part.price.amount_minor * quantity_thousandths + THOUSAND // 2) // THOUSAND
    return Line(
        kind="part",
        code=part.number,
        description=part.name,
        quantity_thousandths=quantity_thousandths,
        unit_price=part.price,
        amount=Money(amount_minor=amount, currency=part.price.currency),
    )


async def _release(work: Work, part_sale_id: UUID, step: str) -> None:
    """Take back what the sale has set aside, once it is sure that the step will be taken."""
    sale = await part_sales.find(work, part_sale_id, lock=True)
    workflow.after(sale.status, step)
    wanted: Counter[str] = Counter()
    for line in sale.lines:
        wanted[line.code or ""] += line.quantity_thousandths
    stock = await lock_parts(work.session, sale.org_unit, set(wanted), retired=True)
    release(stock, wanted, sold=step == "hand-over")
