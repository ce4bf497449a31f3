"""A campaign reaches those whom it may, tells of each who was not reached and why, and what came of it for its cost."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from isthmus.clock import FixedClock
from isthmus.notifications import sender
from isthmus.platform_client import Answer
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.erasure_checks import MARKER, erase_records
from isthmus.testing.markers import tables_with
from isthmus.testing.notifications import send_due
from isthmus.testing.platform import PlatformStandIn
from isthmus.testing.resources import ORG_UNIT, OTHER_ORG_UNIT
from isthmus.testing.timers import fire_due
from sales.campaigns import sending
from sales.service import PERSONAL_DATA

pytestmark = pytest.mark.integration

CHECK = ("POST", "/v1/customers/suppression-check")
ALLOWED = Answer(200, {"allowed": True, "reasons": []})
REFUSED = Answer(200, {"allowed": False, "reasons": [{"code": "consent_withdrawn", "text": "…"}]})
YUAN = {"currency": "CNY"}
CAMPAIGN = {
    "org_unit": ORG_UNIT,
    "code": "2026-AUTUMN",
    "title": "金秋试驾节",
    "channel": "sms",
    "starts_on": "2026-11-01",
    "ends_on": "2026-11-30",
    "planned_cost": {"amount_minor": 2_000_000, **YUAN},
    "material": "产品目录",
    "subject": "金秋试驾节",
    "message": "周末到店试驾有礼。",
}


class Asked(PlatformStandIn):
    """A customer-master that refuses whom a test names."""

    def __init__(self, refused: set[str]) -> None:
        super().__init__()
        self.refused = refused

    async def ask(self, method: str, path: str, **question: Any) -> Any:
        self.asked.append((method, path, question["body"]))
        return REFUSED if question["body"]["customer"]["record_id"] in self.refused else ALLOWED


@pytest.fixture(autouse=True)
def delivered(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the way out was given."""
    messages: list[Any] = []

    class Out:
        def deliver(self, message: Any) -> None:
            messages.append(message)

    monkeypatch.setattr(sender, "adapter_for", lambda _channel, _settings: Out())
    return messages


async def post(sales: BusinessServiceUnderTest, path: str, body: Any = None) -> dict[str, Any]:
    answer = await sales.client.post(f"/v1/sales/{path}", json=body)
    assert answer.status_code in (200, 201), answer.text
    made: dict[str, Any] = answer.json()
    return made


async def planned(sales: BusinessServiceUnderTest, *members: str, **fields: Any) -> dict[str, Any]:
    campaign = await post(sales, "campaigns", CAMPAIGN | fields)
    if members:
        added = await post(sales, f"campaigns/{campaign['id']}/members", {"record_ids": list(members)})
        assert added["added"] == len(members)
    return campaign


async def members_of(sales: BusinessServiceUnderTest, campaign: dict[str, Any], **query: Any) -> dict[str, Any]:
    params = {"campaign_id": campaign["id"], **query}
    items = (await sales.client.get("/v1/sales/campaign-members", params=params)).json()["items"]
    return {item["customer"]["record_id"]: item for item in items}


async def figures_of(sales: BusinessServiceUnderTest, campaign: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await sales.client.get(f"/v1/sales/campaigns/{campaign['id']}/figures")).json()
    return found


async def sent(sales: BusinessServiceUnderTest, campaign: dict[str, Any], refused: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    await post(sales, f"campaigns/{campaign['id']}/start")
    sales.context.platform = Asked(refused)
    await fire_due(sales.context)
    await send_due(sales.context)


async def test_who_was_reached_is_known_and_who_was_not_keeps_the_reason(
    sales: BusinessServiceUnderTest, create: Create, delivered: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_AT_ONCE", 2)  # more than one part
    people = [(await create("customers"))["record_id"] for _ in range(4)]
    golden_id = uuid4()
    campaign = await planned(sales, *people)
    for same in people[2:]:  # their records turn out to be one customer's
        await sales.set_golden_id(same, golden_id)
    await sent(sales, campaign, {people[1]})
    found = await members_of(sales, campaign)
    why = {one: (found[one]["status"], found[one]["not_contacted"]) for one in people}
    assert [why[one] for one in people[:2]] == [("contacted", None), ("suppressed", "consent_withdrawn")]
    once, not_again = sorted(people[2:], key=lambda one: why[one])
    assert (why[once], why[not_again]) == (("contacted", None), ("suppressed", "same_customer"))
    assert set(await members_of(sales, campaign, contacted="true")) == {people[0], once}
    assert set(await members_of(sales, campaign, contacted="false")) == {people[1], not_again}
    assert [(one.subject, one.body) for one in delivered] == [(CAMPAIGN["subject"], CAMPAIGN["message"])] * 2
    told = await sales.published("isthmus.sales.customer-contacted.v1")
    assert {event.data["campaign"] for event in told} == {"2026-AUTUMN"}
    changed = await sales.published("isthmus.sales.campaign-member-changed.v1")
    assert {event.data["customer"]["record_id"] for event in changed} == set(people)
    reached = await figures_of(sales, campaign)
    assert (reached["members"], reached["contacted"], reached["waiting"]) == (4, 2, 0)
    assert reached["not_contacted"] == {"consent_withdrawn": 1, "same_customer": 1}
    late = (await create("customers"))["record_id"]  # comes in while it runs
    await post(sales, f"campaigns/{campaign['id']}/members", {"record_ids": [late]})
    await fire_due(sales.context)
    await send_due(sales.context)
    assert (await members_of(sales, campaign))[late]["status"] == "contacted"


async def test_the_message_is_each_customers_own(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock, delivered: list[Any]
) -> None:
    named = {"name": {"full": "王伟 {dealer}\n"}, "gender": "男", "phones": [{"value": "13800138001"}]}
    company = {"party_type": "organization", "name": {"organization": "江城出租"}, "phones": [{"value": "13800138002"}]}
    nameless = {"phones": [{"value": "13800138003"}]}
    people = [(await create("customers", customer=party))["record_id"] for party in (named, company, nameless)]
    for series, consultant in (("X1", "旧顾问"), ("G5", "王磊")):
        newest = {"vehicle": {"series": series}, "consultant": consultant}
        await create("leads", customer={"record_id": people[0]}, **newest)
        clock.advance(timedelta(minutes=1))
    words = {
        "subject": "{salutation}",
        "message": "{salutation}：{dealer}的{consultant}请您看{series}，{offer}{{}}{ends_on}。",
    }
    campaign = await planned(sales, *people, **words)
    await sent(sales, campaign)
    assert {(one.recipient[-1], one.subject, one.body) for one in delivered} == {
        ("1", "王伟 {dealer}先生", "王伟 {dealer}先生：dealer:D0001的王磊请您看G5，产品目录{}2026-11-30。"),
        ("2", "江城出租", "江城出租：dealer:D0001的您的销售顾问请您看您心仪的车型，产品目录{}2026-11-30。"),
        ("3", "尊敬的客户", "尊敬的客户：dealer:D0001的您的销售顾问请您看您心仪的车型，产品目录{}2026-11-30。"),
    }
    offered = (await sales.client.get("/v1/sales/campaigns/placeholders")).json()
    assert {"salutation", "series"} < {one["name"] for one in offered}


async def test_words_that_leave_open_what_nobody_declared_are_refused_and_older_ones_are_sent_as_they_are(
    sales: BusinessServiceUnderTest, create: Create, delivered: list[Any]
) -> None:
    for field, words, code in (
        ("message", "{phone}您好", "unknown_placeholder"),
        ("subject", "{salutation.__class__}", "wrong_placeholder"),
        ("message", "只剩{", "wrong_placeholder"),
    ):
        wrong = await sales.client.post("/v1/sales/campaigns", json=CAMPAIGN | {"code": "WRONG", field: words})
        error = wrong.json()["errors"][0]
        assert (wrong.status_code, error["code"], error["pointer"]) == (422, code, f"/{field}")
        assert code != "unknown_placeholder" or "{phone}" in error["message"]
    campaign = await planned(sales, (await create("customers"))["record_id"])
    url, tag = f"/v1/sales/campaigns/{campaign['id']}", {"If-Match": '"1"'}
    assert (await sales.client.patch(url, json={"message": "{phone}"}, headers=tag)).status_code == 422
    async with sales.database.transaction() as session:  # from before words were looked at
        await session.execute(text("UPDATE campaigns SET message = '折扣{10%}'"))
    assert (await sales.client.patch(url, json={"goal": "到店"}, headers=tag)).status_code == 200
    await sent(sales, campaign)
    assert [one.body for one in delivered] == ["折扣{10%}"]


async def test_what_came_of_it_is_counted_by_the_rule_and_set_against_its_cost(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    reached, other = [(await create("customers"))["record_id"] for _ in range(2)]
    campaign = await planned(sales, reached)
    total = {"amount_minor": 15_000_000, **YUAN}
    before = await create("leads", customer={"record_id": reached})
    clock.advance(timedelta(minutes=1))
    await sent(sales, campaign)
    clock.advance(timedelta(days=1))
    after = await create("leads", customer={"record_id": reached})
    named = await create("leads", customer={"record_id": other}, campaign="2026-AUTUMN")
    await create("leads", customer={"record_id": reached}, campaign="OTHER")
    order = await create("orders", customer={"record_id": other}, lead_id=named["id"], total=total, deposit=None)
    cancelled = await create("orders", customer={"record_id": reached}, total=total, deposit=None)
    await post(sales, f"orders/{cancelled['id']}/cancel", {"cancel_reason": "illness"})
    clock.advance(timedelta(days=90))
    await create("leads", customer={"record_id": reached})
    member = (await members_of(sales, campaign))[reached]
    for response in ("answered", "interested"):
        await post(sales, f"campaign-members/{member['id']}/respond", {"response": response})
    found = await figures_of(sales, campaign)
    attributed = {one["id"]: one["rule"] for one in found["attributed"]}
    assert attributed == {after["id"]: "last_contact", named["id"]: "named", order["id"]: "named"}
    assert before["id"] not in attributed
    assert (found["leads"], found["orders"], found["revenue"]) == (2, 1, [total])
    assert (found["responded"], found["responses"]) == (1, {"interested": 1})
    assert (found["cost_per_lead"], found["return_permille"]) == ({"amount_minor": 1_000_000, **YUAN}, 6500)
    actual = {"actual_cost": {"amount_minor": 15_000_000, **YUAN}}
    tag = {"If-Match": '"2"'}
    await sales.client.patch(f"/v1/sales/campaigns/{campaign['id']}", json=actual, headers=tag)
    found = await figures_of(sales, campaign)
    assert (found["cost_is_actual"], found["return_permille"]) == (True, 0)
    second = await planned(sales, reached, code="LATER")
    clock.advance(timedelta(minutes=1))
    await sent(sales, second)
    newest = await create("leads", customer={"record_id": reached})
    assert [one["id"] for one in (await figures_of(sales, second))["attributed"]] == [newest["id"]]
    assert newest["id"] not in {one["id"] for one in (await figures_of(sales, campaign))["attributed"]}


async def test_customers_are_chosen_by_target_and_by_table_and_never_twice(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    gold = [(await create("customers"))["record_id"] for _ in range(2)]
    elsewhere = (await create("customers", org_unit=OTHER_ORG_UNIT))["record_id"]
    ids = [uuid4() for _ in range(4)]
    for record_id, golden_id in zip((*gold, elsewhere), ids, strict=False):
        await sales.set_golden_id(record_id, golden_id)
    page = {"items": [{"golden_id": str(one)} for one in ids], "next_cursor": None}
    sales.context.platform = PlatformStandIn({("GET", "/v1/customer-profiles"): Answer(200, page)})
    campaign = await planned(sales, target={"grade": "gold"})
    by_target = f"campaigns/{campaign['id']}/members/by-target"
    chosen = await post(sales, by_target, {})
    assert (chosen["added"], chosen["unknown_count"], chosen["next_cursor"]) == (2, 2, None)
    again = await post(sales, by_target, {})
    assert (again["added"], again["already"]) == (0, 2)
    third = (await create("customers"))["record_id"]
    table = f"name,record_id\n王伟,{third}\n李娜,{gold[0]}\n赵敏,{elsewhere}\n"
    url = f"/v1/sales/campaigns/{campaign['id']}/members/table"
    told = (await sales.client.post(url, content=table, headers={"Content-Type": "text/csv"})).json()
    assert (told["added"], told["already"], told["unknown"]) == (1, 1, [elsewhere])
    assert set(await members_of(sales, campaign)) == {*gold, third}
    interested = await planned(sales, code="G5", target={"series": "G5"})
    asked = await create("leads", vehicle={"series": "g5"})
    await post(sales, f"campaigns/{interested['id']}/members/by-target", {})
    assert set(await members_of(sales, interested)) == {asked["customer"]["record_id"]}
    sales.context.platform = PlatformStandIn()
    silent = await sales.client.post(f"/v1/sales/{by_target}", json={})
    assert (silent.status_code, silent.json()["code"]) == (503, "not_answered")


async def test_a_call_is_asked_about_before_it_is_made(sales: BusinessServiceUnderTest, create: Create) -> None:
    people = [(await create("customers"))["record_id"] for _ in range(2)]
    campaign = await planned(sales, *people, channel="phone", message=None)
    await post(sales, f"campaigns/{campaign['id']}/start")
    assert await fire_due(sales.context) == 0
    found = await members_of(sales, campaign)
    urls = [f"campaign-members/{found[one]['id']}/contact" for one in people]
    sales.context.platform = PlatformStandIn()
    unanswered = await sales.client.post(f"/v1/sales/{urls[0]}", json={"channel": "phone"})
    assert (unanswered.status_code, unanswered.json()["code"]) == (503, "not_checked")
    sales.context.platform = asked = Asked({people[1]})
    called, spared = [await post(sales, url, {"channel": "phone"}) for url in urls]
    assert (called["status"], called["contact_channel"]) == ("contacted", "phone")
    assert (spared["status"], spared["not_contacted"]) == ("suppressed", "consent_withdrawn")
    assert asked.asked[0][2]["purpose"] == "marketing"
    (contact,) = await sales.published("isthmus.sales.customer-contacted.v1")
    assert (contact.data["campaign"], contact.data["channel"]) == ("2026-AUTUMN", "phone")


async def test_a_campaign_has_its_code_alone_and_runs_where_the_caller_may_act(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    await planned(sales)
    second = await sales.client.post("/v1/sales/campaigns", json=CAMPAIGN)
    assert (second.status_code, second.json()["code"]) == (409, "code_taken")
    dealer = sales.headers(org_units=[ORG_UNIT])
    wide = CAMPAIGN | {"code": "WIDE", "org_units": [ORG_UNIT, OTHER_ORG_UNIT]}
    assert (await sales.client.post("/v1/sales/campaigns", json=wide, headers=dealer)).status_code == 403
    everywhere = await post(sales, "campaigns", wide)
    there = (await create("customers", org_unit=OTHER_ORG_UNIT))["record_id"]
    here = (await create("customers"))["record_id"]
    await post(sales, f"campaigns/{everywhere['id']}/members", {"record_ids": [here, there]})
    own = await sales.client.get("/v1/sales/campaign-members", headers=dealer)
    assert [item["customer"]["record_id"] for item in own.json()["items"]] == [here]
    silent = await planned(sales, code="SILENT", message=None)
    refused = await sales.client.post(f"/v1/sales/campaigns/{silent['id']}/start")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (409, "/message")
    for wrong in ({"ends_on": "2026-10-01"}, {"actual_cost": {"amount_minor": 1, "currency": "EUR"}}):
        body = CAMPAIGN | {"code": "WRONG"} | wrong
        assert (await sales.client.post("/v1/sales/campaigns", json=body)).status_code == 422


async def test_nothing_of_an_erased_customer_stays_in_a_campaign(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    customer = {"name": {"full": MARKER}, "phones": [{"value": MARKER}]}
    record_id = (await create("customers", customer=customer))["record_id"]
    campaign = await planned(sales, record_id, message="{salutation}，周末到店有礼。")
    await sent(sales, campaign)
    assert "notifications" in await tables_with(sales.database, MARKER)
    (member,) = (await members_of(sales, campaign)).values()
    await post(sales, f"campaign-members/{member['id']}/respond", {"response": "declined", "note": MARKER})
    await erase_records(sales, PERSONAL_DATA, record_id)
    assert await tables_with(sales.database, MARKER) == []
    (member,) = (await members_of(sales, campaign)).values()
    assert (member["response"], member["note"]) == ("declined", None)
    assert (await figures_of(sales, campaign))["contacted"] == 1
