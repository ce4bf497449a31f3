"""Stock of parts (配件库存): what a station has, and how much of it is set aside; never more than there is."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import Field
from sqlalchemy import CheckConstraint, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from aftersales.access import Writing
from isthmus.contracts.fields import Text
from isthmus.http import ApiModel, Conflict, FieldError, ShortText, Unprocessable, service_router
from isthmus.parties import Entries, Entry, EntryChange, EntryFilter, EntryView, JsonModel, Money, NewEntry
from isthmus.workflow import Workflow

MOST_THOUSANDTHS = 10**12
MOST_MINOR = 10**12
"""Dearest part."""


class Part(Entry):
    """Table of the parts of a station."""

    __tablename__ = "parts"

    number: Mapped[str]
    name: Mapped[str]
    price: Mapped[Money] = mapped_column(JsonModel(Money))
    on_hand_thousandths: Mapped[int]
    reserved_thousandths: Mapped[int] = mapped_column(default=0)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[object, ...]:  # noqa: N805 - a class method by SQLAlchemy's rules
        """A part has one row at a station, and no more of it is set aside than is there."""
        return (
            *cls.common_indices(),
            UniqueConstraint("org_unit", "number", name="parts_org_unit_number_key"),
            CheckConstraint("reserved_thousandths BETWEEN 0 AND on_hand_thousandths", name="reserved"),
        )


class PartFields(ApiModel):
    name: Text = Field(min_length=1, description="What it is (配件名称).", examples=["机油滤清器"])
    price: Money = Field(description="Price of one (单价).")


class NewPart(NewEntry, PartFields):
    """A part of a station's stock (配件登记)."""

    number: ShortText = Field(description="Part number (配件编码).", examples=["480-1012010"])
    on_hand_thousandths: int = Field(
        0, ge=0, le=MOST_THOUSANDTHS, description="On hand, in thousandths of a piece or litre (库存数量×1000)."
    )


class PartChange(EntryChange, PartFields):
    """What changes of a part (配件变更)."""


class PartView(EntryView, PartFields):
    """A part in stock (库存配件)."""

    number: str = Field(description="Part number (配件编码).")
    on_hand_thousandths: int = Field(description="On hand, in thousandths (库存数量×1000).")
    reserved_thousandths: int = Field(description="Of these set aside for sales, in thousandths (预留数量×1000).")


class PartFilter(EntryFilter):
    """Which parts to list."""

    number: ShortText | None = Field(None, description="Only this part number (配件编码).")


class StockMovement(ApiModel):
    """Parts that came in or went out otherwise than by a sale (出入库)."""

    thousandths: int = Field(
        ge=-MOST_THOUSANDTHS, le=MOST_THOUSANDTHS, description="More (入库) or, negative, less (出库), in thousandths."
    )


def _price_is_sane(part: Part) -> None:
    if not 0 <= part.price.amount_minor <= MOST_MINOR:
        detail = f"A price is 0 to {MOST_MINOR} minor units."
        raise Unprocessable("wrong_amount", detail, [FieldError("/price", "wrong_amount", detail)])


workflow = Workflow(initial="on_sale", steps={"retire": (["on_sale"], "retired"), "offer": (["retired"], "on_sale")})
parts = Entries(Part, PartView, workflow, rule=_price_is_sane)
router = service_router(prefix="/v1/aftersales/parts", tags=["parts"])
parts.serve_reading(router, PartFilter)
parts.serve_change(router, PartChange)


@router.post("", status_code=201)
async def create_part(body: NewPart, work: Writing) -> PartView:
    """Add a part to a station's stock (配件登记)."""
    if await work.session.scalar(select(Part.id).where(Part.org_unit == body.org_unit, Part.number == body.number)):
        raise Conflict("part_exists", f"{body.org_unit} has this part already.")
    return await parts.create(work, body)


@router.post("/{part_id}/move-stock")
async def move_stock(part_id: UUID, body: StockMovement, work: Writing) -> PartView:
    """Take parts in or out (出入库); what is set aside stays."""
    part = await parts.find(work, part_id, lock=True)
    work.require_org_unit(part.org_unit)
    on_hand = part.on_hand_thousandths + body.thousandths
    if not part.reserved_thousandths <= on_hand <= MOST_THOUSANDTHS:
        raise Conflict("not_in_stock", f"{part.reserved_thousandths} thousandths are set aside and must stay.")
    await parts.act(work, part_id, None, by=work.caller.subject, on_hand_thousandths=on_hand)
    return await parts.get(work, part_id)


@router.post("/{part_id}/retire")
async def retire_part(part_id: UUID, work: Writing) -> PartView:
    """The part is sold no more (停售)."""
    return await parts.step(work, part_id, "retire")


@router.post("/{part_id}/offer")
async def offer_part(part_id: UUID, work: Writing) -> PartView:
    """The part is sold again (恢复销售)."""
    return await parts.step(work, part_id, "offer")


async def lock_parts(
    session: AsyncSession, org_unit: str, numbers: set[str], *, retired: bool = False
) -> dict[str, Part]:
    """The parts with these numbers that are on sale, or were, locked in one order, so that no two sales deadlock."""
    query = select(Part).where(Part.org_unit == org_unit, Part.number.in_(numbers))
    if not retired:
        query = query.where(Part.status == "on_sale")
    rows = await session.scalars(
        query.order_by(Part.number).with_for_update().execution_options(populate_existing=True)
    )
    return {part.number: part for part in rows}


def reserve(stock: Mapping[str, Part], wanted: Mapping[str, int]) -> None:
    """Set parts aside; raises 422 for a part that is not sold here, 409 where there are not enough of it."""
    for place, (number, thousandths) in enumerate(wanted.items()):
        if number not in stock:
            detail = "This part is not sold here."
            raise Unprocessable("unknown_part", detail, [FieldError(f"/items/{place}/number", "unknown_part", detail)])
        part = stock[number]
        free = part.on_hand_thousandths - part.reserved_thousandths
        if thousandths > free:
            raise Conflict("not_in_stock", f"Of {number} {free} thousandths are left, {thousandths} were wanted.")
        part.reserved_thousandths += thousandths


def release(stock: Mapping[str, Part], wanted: Mapping[str, int], *, sold: bool) -> None:
    """Take back what was set aside: it goes out when it is sold, and is free again when it is not."""
    for number, thousandths in wanted.items():
        if (part := stock.get(number)) is not None:
            part.reserved_thousandths -= thousandths
            part.on_hand_thousandths -= thousandths if sold else 0
