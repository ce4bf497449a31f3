"""How many of a variant stand where (库存分布): the caller's own, and of all dealers only how many there are."""

from collections.abc import Collection
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, func, select, true

from isthmus.http import ApiModel
from isthmus.parties import Work
from sales.stock import StockVehicle


class StockNear(ApiModel):
    """Vehicles of a variant that nobody has reserved (可售库存)."""

    here: int = Field(description="In stock at one's own dealer (本店现车).")
    coming_here: int = Field(description="On their way to one's own dealer (本店在途).")
    in_all_dealers: int = Field(description="In stock at all dealers together (全部经销商现车).")
    coming_to_all: int = Field(description="On their way to all dealers together (全部经销商在途).")


NONE = StockNear(here=0, coming_here=0, in_all_dealers=0, coming_to_all=0)


def own_places(work: Work) -> frozenset[str] | None:
    """The org units a caller holds; None is all of them."""
    return None if work.caller.all_org_units else frozenset(work.caller.org_units)


async def stock_near(work: Work, variant_ids: Collection[UUID], here: Collection[str] | None) -> dict[UUID, StockNear]:
    """The counts by variant, for those that have any; `here` are one's own org units, None is all of them."""
    is_here = true() if here is None else StockVehicle.org_unit.in_(here)
    is_there, is_coming = StockVehicle.status == "available", StockVehicle.status == "in_transit"
    counts = select(
        StockVehicle.variant_id,
        _number(is_there, is_here),
        _number(is_coming, is_here),
        _number(is_there),
        _number(is_coming),
    )
    of_these = counts.where(StockVehicle.variant_id.in_(variant_ids), is_there | is_coming)
    rows = await work.session.execute(of_these.group_by(StockVehicle.variant_id))
    return {
        variant_id: StockNear(here=here_now, coming_here=coming, in_all_dealers=everywhere, coming_to_all=all_coming)
        for variant_id, here_now, coming, everywhere, all_coming in rows
        if variant_id is not None
    }


def _number(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(*conditions)
