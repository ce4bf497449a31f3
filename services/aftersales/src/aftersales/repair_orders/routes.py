"""The routes of repair orders: take in, change, work, check, settle, hand back."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select

from aftersales.access import Writing
from aftersales.appointments.keeping import appointments
from aftersales.repair_orders.keeping import repair_orders
from aftersales.repair_orders.order import (
    WORKING,
    NewRepairOrder,
    RepairOrder,
    RepairOrderCancellation,
    RepairOrderChange,
    RepairOrderFilter,
    RepairOrderView,
)
from aftersales.repair_orders.settlements import PayerShare, ShareRule, settle
from aftersales.service_due import forecast_service
from aftersales.workshops.technicians import active_technicians, best_technician
from isthmus.contracts.aftersales import (
    RepairOrderChanged,
    RepairOrderChecked,
    RepairOrderClosed,
    RepairOrderOpened,
    RepairOrderSettled,
)
from isthmus.contracts.customer_records import OwnedVehicle, RecordKey
from isthmus.http import ApiModel, Conflict, FieldError, IfMatch, ShortText, Unprocessable, service_router
from isthmus.parties import Money, Vehicle, Work, add_vehicle

router = service_router(prefix="/v1/aftersales/repair-orders", tags=["repair orders"])
repair_orders.serve_reading(router, RepairOrderFilter)


class Assignment(ApiModel):
    """Who is to do the work (派工)."""

    technician: ShortText | None = Field(
        None, description="Technician (维修技师); if left out, who has the skills the jobs need and the least to do."
    )


class Settlement(ApiModel):
    """How the costs are shared (结算分摊规则)."""

    shares: list[ShareRule] = Field(
        default_factory=list,
        max_length=20,
        description="Parts of lines that others than the customer take over (分摊规则), where a line names no payer.",
    )
    deductible: Money | None = Field(None, description="What the customer carries of the insurer's share (免赔额).")


@router.post("", status_code=201)
async def create_repair_order(body: NewRepairOrder, work: Writing) -> RepairOrderView:
    """Take a vehicle in (接车开单); it becomes one of the customer's vehicles. With `closed_at` all is over already."""
    await appointments.require(work, body, "appointment_id")
    opened_at = body.opened_at or work.clock.now()
    if body.closed_at is None:
        view = await repair_orders.create(work, body, RepairOrderOpened, opened_at=opened_at)
    else:
        over = _over(body.closed_at, opened_at, work.clock.now())
        view = await repair_orders.create(work, body, RepairOrderClosed, opened_at=opened_at, **over)
        await forecast_service(work, view.id)
    await _keep_vehicle(work, view.customer, view.vehicle, view.customer_role)
    return view


@router.patch("/{repair_order_id}")
async def change_repair_order(
    repair_order_id: UUID, body: RepairOrderChange, version: IfMatch, work: Writing
) -> RepairOrderView:
    """Change a repair order, for instance add lines (增项)."""
    view = await repair_orders.change(work, repair_order_id, version, body, RepairOrderChanged)
    if {"vehicle", "customer_role"} & body.model_fields_set:
        await _keep_vehicle(work, view.customer, view.vehicle, view.customer_role)
    return view


@router.post("/{repair_order_id}/start")
async def start_repair_order(repair_order_id: UUID, work: Writing) -> RepairOrderView:
    """Work begins, or goes on after waiting (开工)."""
    return await repair_orders.step(work, repair_order_id, "start", RepairOrderChanged)


@router.post("/{repair_order_id}/wait-for-parts")
async def wait_for_parts(repair_order_id: UUID, work: Writing) -> RepairOrderView:
    """Work rests until parts have come (待料)."""
    return await repair_orders.step(work, repair_order_id, "wait-for-parts", RepairOrderChanged)


@router.post("/{repair_order_id}/complete")
async def complete_repair_order(repair_order_id: UUID, work: Writing) -> RepairOrderView:
    """The work is done (竣工)."""
    now = work.clock.now()
    view = await repair_orders.step(work, repair_order_id, "complete", RepairOrderChanged, completed_at=now)
    await forecast_service(work, repair_order_id)
    return view


@router.post("/{repair_order_id}/check")
async def check_repair_order(repair_order_id: UUID, work: Writing) -> RepairOrderView:
    """The work has passed the quality check (质检合格)."""
    return await repair_orders.step(work, repair_order_id, "check", RepairOrderChecked)


@router.post("/{repair_order_id}/rework")
async def rework_repair_order(repair_order_id: UUID, work: Writing) -> RepairOrderView:
    """The work has not passed the quality check, and goes on (返工)."""
    order = await repair_orders.find(work, repair_order_id, lock=True)
    values = {"completed_at": None, "reworks": order.reworks + 1}
    return await repair_orders.step(work, repair_order_id, "rework", RepairOrderChanged, **values)


@router.post("/{repair_order_id}/assign-technician")
async def assign_technician(repair_order_id: UUID, body: Assignment, work: Writing) -> RepairOrderView:
    """Give the work to a technician, chosen by skill unless named (派工)."""
    order = await repair_orders.find(work, repair_order_id, lock=True)
    _require_state(order, WORKING)
    technician = body.technician or await _best_technician(work, order)
    if technician is None:
        raise Conflict("no_technician", "Nobody here has all the skills these jobs need.")
    actor = work.caller.subject
    await repair_orders.act(work, order.id, None, RepairOrderChanged, by=actor, technician=technician)
    return await repair_orders.get(work, order.id)


@router.post("/{repair_order_id}/settle")
async def settle_repair_order(repair_order_id: UUID, body: Settlement, work: Writing) -> RepairOrderView:
    """Lay down who pays what (结算): customer, warranty, insurer, goodwill; the shares add up to the total exactly."""
    order = await repair_orders.find(work, repair_order_id, lock=True)
    _require_state(order, ("completed", "checked"))
    if order.total is None:
        raise Conflict("no_total", "The order has no total yet.")
    if body.deductible is not None and (
        body.deductible.currency != order.total.currency or body.deductible.amount_minor < 0
    ):
        detail = f"The deductible must be at least 0, in {order.total.currency}."
        raise Unprocessable("wrong_amount", detail, [FieldError("/deductible", "wrong_amount", detail)])
    shares = settle(order.total, order.lines, body.shares, body.deductible)
    values = {"settlement": shares, "customer_pays": _customers_share(shares)}
    await repair_orders.act(work, order.id, None, RepairOrderSettled, by=work.caller.subject, **values)
    return await repair_orders.get(work, order.id)


@router.post("/{repair_order_id}/close")
async def close_repair_order(repair_order_id: UUID, work: Writing) -> RepairOrderView:
    """Settled, the vehicle handed back (结算交车); not settled before, each line is its own payer's."""
    order = await repair_orders.find(work, repair_order_id, lock=True)
    settlement = order.settlement
    if order.total is not None and not settlement and order.customer_pays is None:
        settlement = settle(order.total, order.lines, [])
    now = work.clock.now()
    values = {"closed_at": now, "settlement": settlement}
    return await repair_orders.step(work, repair_order_id, "close", RepairOrderClosed, **values)


@router.post("/{repair_order_id}/cancel")
async def cancel_repair_order(repair_order_id: UUID, body: RepairOrderCancellation, work: Writing) -> RepairOrderView:
    """The order is given up, before any work or for want of parts (工单作废)."""
    reason = body.cancel_reason
    return await repair_orders.step(work, repair_order_id, "cancel", RepairOrderChanged, cancel_reason=reason)


async def _keep_vehicle(work: Work, customer: RecordKey, vehicle: Vehicle, role: str) -> None:
    """The vehicle joins the customer's record, and so reaches the golden customer."""
    await add_vehicle(work, customer, OwnedVehicle(vin=vehicle.vin, plate=vehicle.plate, role=role))


def _require_state(order: RepairOrder, states: tuple[str, ...]) -> None:
    if order.status not in states:
        detail = f"This is not allowed in the state {order.status!r}, only in {', '.join(states)}."
        raise Conflict("step_not_allowed", detail)


def _customers_share(shares: list[PayerShare]) -> Money | None:
    """What the customer pays; a credit is told by the settlement alone."""
    share = next(share.amount for share in shares if share.payer == "customer")
    return share if share.amount_minor >= 0 else None


async def _best_technician(work: Work, order: RepairOrder) -> str | None:
    """Who has the skills the jobs need, and the least to do."""
    busy = select(RepairOrder.technician, func.count()).where(
        RepairOrder.org_unit == order.org_unit, RepairOrder.status.in_(WORKING), RepairOrder.technician.is_not(None)
    )
    open_orders = Counter(
        {str(name): count for name, count in await work.session.execute(busy.group_by(RepairOrder.technician))}
    )
    needed = sorted({job.skill for job in order.jobs if job.skill})
    return best_technician(await active_technicians(work.session, order.org_unit), needed, open_orders)


def _over(closed_at: datetime, opened_at: datetime, now: datetime) -> dict[str, Any]:
    """The values of an order that was over before it was told of."""
    if not opened_at <= closed_at <= now:
        detail = "A vehicle is handed back after it was taken in, and not in the future."
        raise Unprocessable("wrong_time", detail, [FieldError("/closed_at", "wrong_time", detail)])
    return {"status": "closed", "completed_at": closed_at, "closed_at": closed_at}
