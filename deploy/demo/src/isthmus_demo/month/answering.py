"""A month of the hotline at headquarters: calls, letters and chats, cases, callbacks, an outbound list, knowledge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_demo.month.desk import TEXTS as TEXTS_OF_ALL

if TYPE_CHECKING:
    from isthmus_demo.month.desk import Desk
    from isthmus_demo.truth import Person

INTERACTIONS, CASES = "/v1/call-center/interactions", "/v1/call-center/cases"
CALLBACKS, ARTICLES = "/v1/call-center/callbacks", "/v1/call-center/articles"
LISTS, ENTRIES = "/v1/call-center/outbound-lists", "/v1/call-center/outbound-entries"
TEXTS = TEXTS_OF_ALL["answering"]


async def answer_for_a_month(desk: Desk, owners: list[tuple[Person, dict[str, Any]]]) -> None:
    """Enter the month of the hotline; `owners` are people who lately took delivery of a vehicle."""
    await _write_articles(desk)
    await _calls(desk)
    await _complaint_in_one_click(desk)
    for channel, messages in TEXTS["conversations"].items():
        await _conversation(desk, channel, messages)
    await _cases(desk, owners)
    await _callbacks(desk)
    await _outbound(desk, [person for person, _ in owners])


async def _write_articles(desk: Desk) -> None:
    for article in TEXTS["articles"]:
        await desk.step(ARTICLES, await desk.network.post(ARTICLES, article | {"reason": "misuse"}), "publish")


async def _calls(desk: Desk) -> None:
    for told in TEXTS["calls"]:
        call = await _call(desk, told)
        wrap_up = {"reason": told["reason"], "result": told["result"]} | {
            "duration_seconds": desk.random.randrange(70, 640)
        }
        detail = {"reason_detail": told["detail"]} if "detail" in told else {}
        await desk.step(INTERACTIONS, call, "complete", **wrap_up, **detail)


async def _call(desk: Desk, told: dict[str, Any]) -> dict[str, Any]:
    """Somebody rings the hotline."""
    person = desk.next_visitor()
    body = {
        "channel": "phone",
        "direction": "inbound",
        "address": person.phone_at(desk.today),
        "at": desk.network.at(told["days"], told["clock"]) if told["days"] else desk.network.lately(minutes=20),
        "agent": desk.random.choice(TEXTS["agents"]),
        "subject": told["subject"],
        "body": told["said"],
    }
    return await desk.enter(INTERACTIONS, person, body, at="hq", kind="call")


async def _complaint_in_one_click(desk: Desk) -> None:
    """A macro opens the case, hands the dealer its task, plans the callback, thanks the customer and wraps up."""
    told = TEXTS["complaint_in_one_click"]
    call = await _call(desk, told)
    said = {"org_unit": desk.dealer.org_unit, "subject": told["subject"], "note": told["said"]}
    await desk.step(INTERACTIONS, call, f"macros/{told['macro']}", **said)


async def _conversation(desk: Desk, channel: str, messages: list[dict[str, Any]]) -> None:
    """Messages of one thread, each answering the one before."""
    person, before = desk.next_visitor(), None
    address = f"{channel}-{person.key}@example.com" if channel == "email" else f"wx-{person.key}"
    for number, message in enumerate(messages):
        name = f"<{channel}-{number}-{person.key}@example.com>"
        body = {
            "channel": channel,
            "direction": message["direction"],
            "address": address,
            "at": desk.network.at(message["days"], message["clock"]),
            "subject": message["subject"],
            "body": message["body"],
            "message_id": name,
            "in_reply_to": before,
        }
        await desk.enter(INTERACTIONS, person, body, at="hq", kind="call")
        before = name


async def _cases(desk: Desk, owners: list[tuple[Person, dict[str, Any]]]) -> None:
    """The first one must be answered within minutes; the others are at work, wait, or are settled."""
    for number, told in enumerate(TEXTS["cases"]):
        person, vehicle = owners[number * 2 % len(owners)]
        body = {name: told[name] for name in ("kind", "priority", "subject", "description")}
        body |= {"channel": "phone", "vehicle": vehicle}
        case = await desk.enter(CASES, person, body, at="hq", kind="call")
        if number == 0:
            continue
        unit = desk.dealer.org_unit if told["department"] in {"service", "parts"} else "hq"
        await desk.step(CASES, case, "assign", assigned_org_unit=unit, assignee=desk.random.choice(TEXTS["agents"]))
        wanted = {"org_unit": unit, "department": told["department"], "subject": told["wanted"]}
        wanted |= {"due_at": desk.network.at(2, "17:00")}
        task = await desk.network.post(f"{CASES}/{case['id']}/tasks", wanted)
        await desk.step(CASES, case, "start")
        if number == 2:
            await desk.step(CASES, case, "await-customer")
        if number == 3:
            await desk.step("/v1/call-center/case-tasks", task, "finish", result="已登记到下一代车型需求清单。")
            await desk.step(CASES, case, "resolve", resolution="建议已登记，短信感谢客户。")
            await desk.step(CASES, case, "close", close_code="explained")


async def _callbacks(desk: Desk) -> None:
    for wished in TEXTS["callbacks"]:
        person, when = desk.next_visitor(), desk.network.at(wished["days"], wished["clock"])
        wish = {"subject": wished["subject"], "callback_at": when, "assignee": TEXTS["agents"][0]}
        body = wish | {"address": person.phone_at(desk.today)}
        await desk.enter(CALLBACKS, person, body, at="hq", kind="call")


async def _outbound(desk: Desk, people: list[Person]) -> None:
    """New owners are called about their first service; whom nothing stands against is called."""
    told = TEXTS["outbound"]
    calls = {"name": told["list"], "script": told["script"], "purpose": "care", "channel": "phone", "org_unit": "hq"}
    chosen = await desk.network.post(LISTS, calls)
    outcomes = iter(told["outcomes"])
    for person in people[:6]:
        entry = await desk.enter(ENTRIES, person, {"list_id": chosen["id"]}, at="hq", kind="call")
        entry = await desk.step(ENTRIES, entry, "clear")
        if entry["status"] == "cleared" and (outcome := next(outcomes, None)):
            await desk.step(ENTRIES, entry, "contact", **outcome)
