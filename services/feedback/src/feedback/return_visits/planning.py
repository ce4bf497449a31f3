"""Plans return visits (回访计划) from what sales and after-sales tell."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.return_visits.rules import RULES, VisitEvent, is_chosen
from feedback.return_visits.visits import TIMER, ReturnVisit, workflow
from isthmus.contracts.aftersales import RepairOrderClosed
from isthmus.contracts.business import BusinessEvent
from isthmus.contracts.envelope import EventData
from isthmus.contracts.sales_orders import VehicleDelivered
from isthmus.ids import new_id
from isthmus.messaging import BATCHING_SECONDS, Delivery, Subscription
from isthmus.parties.history import CREATION, note_write
from isthmus.timers import set_timer


class _Occasion(NamedTuple):
    event: VisitEvent
    about: UUID
    adviser: str | None
    fact: BusinessEvent


def return_visits_subscription() -> Subscription:
    """The subscription that makes the work list; who is chosen does not depend on when or how often it is read."""
    return Subscription(
        name="feedback.return-visits",
        topics=["sales.events", "aftersales.events"],
        handle=plan_return_visits,
        is_idempotent=True,
        max_wait=BATCHING_SECONDS,
    )


async def plan_return_visits(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """Plan the visits that the rules ask for, each once; events of customers nobody knows are passed over."""
    for delivery in deliveries:
        occasion = _occasion(delivery.event.data)
        if occasion is None or occasion.fact.customer is None:
            continue
        for code, rule in RULES.of(occasion.event):
            if is_chosen(code, rule, occasion.about):
                await _plan(session, code, occasion, delivery)


async def _plan(session: AsyncSession, code: str, occasion: _Occasion, delivery: Delivery) -> None:
    fact, rule = occasion.fact, RULES.rules[code]
    if fact.customer is None:
        return
    due_at, told_at = RULES.due_at(rule, fact.occurred_at), delivery.event.time
    if told_at > due_at + timedelta(days=rule.give_up_days):
        return  # told too late, as by a dealer who brings in the past: nobody is asked about it any more
    values = {
        "id": new_id(),
        "org_unit": fact.org_unit,
        "status": workflow.initial,
        "version": 1,
        "created_at": told_at,
        "created_by": "event",
        "updated_at": told_at,
        "source": fact.customer.source,
        "record_id": fact.customer.record_id,
        "rule": code,
        "survey": rule.survey,
        "about": occasion.about,
        "adviser": occasion.adviser,
        "due_at": due_at,
        "attempts": 0,
    }
    made = insert(ReturnVisit).values(values).on_conflict_do_nothing().returning(ReturnVisit)
    visit = await session.scalar(made)
    if visit is not None:
        note_write(session, visit, by="event", step=CREATION, changes={})
        await set_timer(session, kind=TIMER, key=str(visit.id), due_at=due_at)


def _occasion(data: EventData | None) -> _Occasion | None:
    match data:
        case VehicleDelivered():
            return _Occasion("vehicle_delivered", data.delivery_id, data.consultant, data)
        case RepairOrderClosed():
            return _Occasion("repair_order_closed", data.repair_order_id, data.adviser, data)
    return None
