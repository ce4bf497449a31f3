"""A month of selling at one dealer: leads in every state, test drives, quotes, orders, deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_demo.month.catalogue import BRAND, VARIANTS
from isthmus_demo.month.desk import TEXTS as TEXTS_OF_ALL
from isthmus_demo.month.desk import yuan

if TYPE_CHECKING:
    from isthmus_demo.month.desk import Desk
    from isthmus_demo.truth import Person

LEADS, TASKS, DRIVES, QUOTES = "/v1/sales/leads", "/v1/sales/tasks", "/v1/sales/test-drives", "/v1/sales/quotes"
ORDERS, DELIVERIES, COMMITMENTS = "/v1/sales/orders", "/v1/sales/deliveries", "/v1/sales/commitments"

TEXTS = TEXTS_OF_ALL["selling"]
SHOWN = ("exterior", "interior", "functions", "tools", "keys", "papers", "warranty")


async def sell_for_a_month(desk: Desk, vehicles: list[dict[str, Any]]) -> list[tuple[Person, dict[str, Any]]]:
    """Enter the month; gives who took delivery of which vehicle."""
    await _new_enquiries(desk)
    await _test_drives(desk)
    await _negotiation(desk)
    await _lost(desk)
    await _on_order(desk, vehicles[1])
    return [await _delivered(desk, vehicles[place], days) for place, days in ((0, -9), (2, -3))]


def _consultant(desk: Desk) -> str:
    own = int(desk.dealer.org_unit[-4:]) * 2
    names: list[str] = TEXTS["consultants"]
    return names[(own + desk.random.randrange(3)) % len(names)]


async def _lead(desk: Desk, person: Person, channel: str, **more: Any) -> dict[str, Any]:
    _, series, variant, price, _ = desk.random.choice(VARIANTS)
    body = {
        "channel": channel,
        "consultant": _consultant(desk),
        "vehicle": {"brand": BRAND, "series": series, "model": f"{series} {variant}"},
        "budget": yuan(round(price, -4) + 10_000),
        "note": desk.random.choice(TEXTS["wishes"]),
    }
    return await desk.enter(LEADS, person, body | more)


async def _task(desk: Desk, person: Person, lead: dict[str, Any], kind: str, due_at: str, note: str) -> dict[str, Any]:
    body = {"lead_id": lead["id"], "consultant": lead["consultant"], "kind": kind, "due_at": due_at, "note": note}
    return await desk.enter(TASKS, person, body)


async def _new_enquiries(desk: Desk) -> None:
    """From the web this morning, not called yet; and one from an event whose follow-up is overdue."""
    network, person = desk.network, desk.next_visitor()
    buys_on = network.day(21).isoformat()
    lead = await _lead(desk, person, "web", campaign="线上直播团购", expected_purchase_on=buys_on)
    await _task(desk, person, lead, "call", network.at(1, "10:00"), "首次电话联系，邀约到店看车。")
    person = desk.next_visitor()
    lead = await _lead(desk, person, "event", campaign="周末车展")
    await desk.step(LEADS, lead, "contact")
    await _task(desk, person, lead, "call", network.at(-2, "16:00"), "车展留资客户，发送置换政策并回访。")


async def _test_drives(desk: Desk) -> None:
    """One tomorrow, confirmed; one that was enjoyed; one to which nobody came."""
    network, car = desk.network, f"试驾-{desk.dealer.org_unit[-2:]}1"
    for days, clock in ((1, "10:30"), (-4, "14:00"), (-6, "15:30")):
        person = desk.next_visitor()
        lead = await _lead(desk, person, desk.random.choice(("walk_in", "phone", "referral")), intent_level="b")
        lead = await desk.step(LEADS, lead, "contact")
        body = {
            "lead_id": lead["id"],
            "scheduled_at": network.at(days, clock),
            "demo_vehicle": car,
            "consultant": lead["consultant"],
        }
        drive = await desk.enter(DRIVES, person, body)
        await desk.step(DRIVES, drive, "confirm")
        if days == -4:
            await desk.step(DRIVES, drive, "complete", result=desk.random.choice(TEXTS["impressions"]))
            done = await _task(desk, person, lead, "call", network.at(-3, "11:00"), "试驾后回访，了解意向。")
            await desk.step(TASKS, done, "complete", result="客户满意，约周六带家人再来谈价。")
        elif days == -6:
            await desk.step(DRIVES, drive, "no-show")


async def _negotiation(desk: Desk) -> None:
    """An offer made twice: the second one is lower, was approved, and carries a promise that is still open."""
    network, person = desk.network, desk.next_visitor()
    lead = await _lead(desk, person, "walk_in", intent_level="a", expected_purchase_on=network.day(10).isoformat())
    await desk.step(LEADS, lead, "contact", "qualify")
    _, series, variant, price, _ = VARIANTS[desk.random.randrange(4)]
    promise = desk.random.choice(TEXTS["promises"])
    body = {
        "lead_id": lead["id"],
        "consultant": lead["consultant"],
        "vehicle": {"brand": BRAND, "series": series, "model": f"{series} {variant}"},
        "list_price": yuan(price),
        "valid_until": network.day(7).isoformat(),
        "promises": promise,
    }
    first = await desk.enter(QUOTES, person, body | {"total": yuan(price - 2_000)})
    await desk.step(QUOTES, first, "send", "revise")
    second = await desk.enter(QUOTES, person, body | _price(price, 6_000))
    await desk.step(QUOTES, second, "approve", "send")
    await desk.step(QUOTES, first, "withdraw")
    kept = {
        "lead_id": lead["id"],
        "promised_by": lead["consultant"],
        "promise": promise,
        "due_at": network.at(3, "17:00"),
    }
    await desk.enter(COMMITMENTS, person, kept)


def _price(price: int, discount: int) -> dict[str, Any]:
    """The total with the lines it is made of."""
    lines = [
        {"kind": "vehicle", "description": "裸车价", "amount": yuan(price)},
        {"kind": "discount", "description": "厂家及店端优惠", "amount": yuan(-discount)},
        {"kind": "accessory", "description": "精品装潢套餐", "amount": yuan(1_980)},
    ]
    return {"lines": lines, "total": yuan(price - discount + 1_980)}


async def _lost(desk: Desk) -> None:
    for loss in desk.random.sample(TEXTS["losses"], 2):
        lead = await _lead(desk, desk.next_visitor(), desk.random.choice(("web", "phone", "wechat")))
        await desk.step(LEADS, lead, "contact", "lose", lost_code=loss["code"], lost_reason=loss["reason"])


async def _bought(desk: Desk, person: Person, vehicle: dict[str, Any], **more: Any) -> dict[str, Any]:
    """From the lead to the order, all in one: accepted offer, converted lead."""
    lead = await _lead(desk, person, "walk_in", intent_level="h")
    await desk.step(LEADS, lead, "contact", "qualify")
    price = next(price for _, series, variant, price, _ in VARIANTS if vehicle["model"] == f"{series} {variant}")
    body = {
        "lead_id": lead["id"],
        "consultant": lead["consultant"],
        "vehicle": {name: vehicle[name] for name in ("brand", "series", "model", "exterior_color")},
        "list_price": yuan(price),
        "valid_until": desk.network.day(5).isoformat(),
    }
    quote = await desk.enter(QUOTES, person, body | _price(price, 3_000), kind="sale")
    await desk.step(QUOTES, quote, "send", "accept")
    await desk.step(LEADS, lead, "convert")
    order = {"quote_id": quote["id"], "lead_id": lead["id"], "consultant": lead["consultant"], "vehicle": vehicle}
    return await desk.enter(ORDERS, person, order | {"deposit": yuan(5_000)} | more, kind="sale")


async def _on_order(desk: Desk, vehicle: dict[str, Any]) -> None:
    """Confirmed, paid in part by a loan and by the old car; papers are under way."""
    network = desk.network
    old = {"brand": BRAND, "series": "艾瑞泽5", "plate": desk.plate(), "mileage_km": 68_400}
    order = await _bought(
        desk,
        desk.next_visitor(),
        vehicle,
        payment_method="loan",
        trade_in={"vehicle": old, "price": yuan(32_000), "condition": "右前门有补漆，无事故"},
        financing={"lender": "奇瑞徽银汽车金融", "amount": yuan(50_000), "months": 36},
        expected_delivery_on=network.day(8).isoformat(),
        checklist=["contract", "inspection", "balance", "insurance", "registration"],
    )
    for item in ("contract", "trade_in_papers"):
        await desk.step(ORDERS, order, "check", item=item, done=True)
    await desk.step(ORDERS, order, "confirm")


async def _delivered(desk: Desk, vehicle: dict[str, Any], days: int) -> tuple[Person, dict[str, Any]]:
    """Handed over some days ago with plates and the whole protocol."""
    network, person = desk.network, desk.next_visitor()
    insurance = {"insurer": "人保财险", "premium": yuan(4_560), "valid_until": network.day(360).isoformat()}
    items = ["contract", "inspection", "balance", "insurance", "purchase_tax", "registration"]
    order = await _bought(desk, person, vehicle, payment_method="cash", insurance=insurance, checklist=items)
    for item in items:
        await desk.step(ORDERS, order, "check", item=item, done=True)
    await desk.step(ORDERS, order, "confirm", "ready")
    handed_over = vehicle | {"plate": desk.plate(), "mileage_km": 12}
    body = {
        "order_id": order["id"],
        "consultant": order["consultant"],
        "vehicle": handed_over,
        "price": order["total"],
        "delivered_at": network.at(days, "15:00"),
        "first_service_due_on": network.day(days + 180).isoformat(),
        "protocol": [{"item": item, "ok": True} for item in SHOWN],
    }
    await desk.enter(DELIVERIES, person, body, kind="sale")
    return person, handed_over
