"""Variants side by side, and those that fit a customer with the reasons; what other services do not say is told."""

from typing import Any
from uuid import uuid4

import pytest

from isthmus.platform_client import Answer
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.platform import PlatformStandIn
from isthmus.testing.resources import ORG_UNIT, OTHER_ORG_UNIT

pytestmark = pytest.mark.integration

STATION, FAR = "station:S0101", "dealer:D0009"
ROOF = {"code": "ROOF", "description": "全景天窗", "price": {"amount_minor": 400_000, "currency": "CNY"}}
FAMILY = {"seats": 7, "energy": "petrol", "body_type": "suv", "luggage_litres": 889, "airbags": 6}
SMALL = {"seats": 4, "energy": "electric", "body_type": "hatchback", "length_mm": 2_980}


def yuan(amount: int) -> dict[str, Any]:
    return {"amount_minor": amount * 100, "currency": "CNY"}


async def offer(sales: BusinessServiceUnderTest, code: str, price: int, **fields: Any) -> str:
    names = {"brand": "奇瑞", "series": code[:2], "model": code[:2], "variant": "豪华型"}
    body = {"org_unit": "hq", "code": code, **names, "list_price": yuan(price), **fields}
    answer = await sales.client.post("/v1/sales/variants", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def stock_up(sales: BusinessServiceUnderTest, variant_id: str, org_unit: str, vin: str, *, arrived: bool) -> None:
    body = {"org_unit": org_unit, "vin": vin, "variant_id": variant_id}
    vehicle = (await sales.client.post("/v1/sales/stock", json=body)).json()
    if arrived:
        await sales.client.post(f"/v1/sales/stock/{vehicle['id']}/arrive")


async def ask(sales: BusinessServiceUnderTest, headers: dict[str, str] | None = None, **body: Any) -> Any:
    asked = {"org_unit": ORG_UNIT, **body}
    answer = await sales.client.post("/v1/sales/advice", json=asked, headers=headers or {})
    assert answer.status_code == 200, answer.text
    return answer.json()


def counted(of: str, points: int, responses: int) -> dict[str, Any]:
    counts = {"ssi_points": points * responses, "ssi_responses": responses, "csi_points": 0, "csi_responses": 0}
    return {"of": of, "values": {}, "counts": counts}


async def test_variants_stand_side_by_side(sales: BusinessServiceUnderTest) -> None:
    first = await offer(sales, "T8-20T", 165_900, specification=FAMILY, options=[ROOF])
    second = await offer(sales, "QQ-EV", 43_900, specification=SMALL)
    bare = await offer(sales, "T7-15T", 99_900)
    await stock_up(sales, first, ORG_UNIT, "LVVDB11B0AD070001", arrived=True)
    await stock_up(sales, first, OTHER_ORG_UNIT, "LVVDB11B0AD070002", arrived=True)
    await stock_up(sales, second, OTHER_ORG_UNIT, "LVVDB11B0AD070003", arrived=False)
    url, dealer = "/v1/sales/variants/comparison", sales.headers(org_units=[ORG_UNIT])
    answer = await sales.client.get(url, params={"variant_id": [first, second, bare]}, headers=dealer)
    found = answer.json()
    stock = [list(one["stock"].values()) for one in found["variants"]]
    assert stock == [[1, 0, 2, 0], [0, 0, 0, 1], [0, 0, 0, 0]]  # of others only how many
    assert OTHER_ORG_UNIT not in answer.text
    assert [one["above_cheapest"] for one in found["variants"]] == [yuan(122_000), yuan(0), yuan(56_000)]
    attributes = {one["name"]: one for one in found["attributes"]}
    assert attributes["seats"] == {
        "name": "seats", "en": "Seats", "zh": "座位数", "values": [7, 4, None], "differs": True,
    }  # fmt: skip
    assert attributes["airbags"]["differs"] is False
    assert "power_kw" not in attributes
    (roof,) = found["options"]
    assert (roof["prices"], roof["differs"]) == ([ROOF["price"], None, None], True)
    for wrong, code in (([first, str(uuid4())], "unknown_variant"), ([first, first], "variant_twice")):
        refused = await sales.client.get(url, params={"variant_id": wrong}, headers=dealer)
        error = refused.json()["errors"][0]
        assert (refused.status_code, error["code"], error["pointer"]) == (422, code, "/variant_id/1")
    for few_or_many in ([first], [first, second, bare] * 2):
        assert (await sales.client.get(url, params={"variant_id": few_or_many})).status_code == 422


async def test_what_is_specified_has_a_word_of_its_list_and_old_variants_tell_nothing(
    sales: BusinessServiceUnderTest,
) -> None:
    old = await offer(sales, "T7-15T", 99_900)
    assert set((await sales.client.get(f"/v1/sales/variants/{old}")).json()["specification"].values()) == {None}
    body = {"specification": {"energy": "steam"}}
    wrong = await sales.client.patch(f"/v1/sales/variants/{old}", json=body, headers={"If-Match": '"1"'})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/specification/energy")
    told = {"specification": {"energy": "petrol", "seats": 5}}
    await sales.client.patch(f"/v1/sales/variants/{old}", json=told, headers={"If-Match": '"1"'})
    changed = (await sales.published("isthmus.sales.variant-changed.v1"))[-1]
    assert {name: value for name, value in changed.data["specification"].items() if value} == told["specification"]
    below = {"list_price": {"amount_minor": -1, "currency": "CNY"}}
    refused = await sales.client.patch(f"/v1/sales/variants/{old}", json=below, headers={"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/list_price")


async def test_the_variants_that_fit_come_first_and_say_why(sales: BusinessServiceUnderTest, create: Create) -> None:
    family = await offer(sales, "T8-20T", 165_900, specification=FAMILY, options=[ROOF], on_sale_from="2026-09-01")
    await offer(sales, "T8-99T", 265_900, specification=FAMILY, options=[ROOF])
    await offer(sales, "QQ-EV", 43_900, specification=SMALL, options=[ROOF])
    await offer(sales, "T7-15T", 99_900, options=[ROOF])
    await offer(sales, "ZZ-NEXT", 99_900, specification=FAMILY, on_sale_from="2027-09-01")
    gone = await offer(sales, "ZZ-GONE", 99_900, specification=FAMILY)
    await sales.client.post(f"/v1/sales/variants/{gone}/discontinue")
    await stock_up(sales, family, ORG_UNIT, "LVVDB11B0AD070001", arrived=True)
    lead = await create("leads", budget=yuan(180_000), vehicle={"series": "t8"})
    customer = {"record_id": lead["customer"]["record_id"]}
    promise = await create("commitments", customer=customer, lead_id=lead["id"])
    kept = await create("commitments", customer=customer)
    await sales.client.post(f"/v1/sales/commitments/{kept['id']}/keep", json={"outcome": "见交车单"})

    needs = {"seats": 7, "uses": ["family"], "options": ["ROOF"]}
    found = await ask(sales, lead_id=lead["id"], needs=needs)

    assert (found["budget"], found["needs"]["series"], found["considered"]) == (yuan(180_000), ["t8"], 4)
    assert [one["code"] for one in found["fitting"]] == ["T8-20T", "T7-15T"]
    assert [one["code"] for one in found["nearly"]] == ["T8-99T", "QQ-EV"]
    best, bare = found["fitting"]
    assert best["price"] == yuan(169_900)
    words = {one["check"]: (one["en"], one["zh"]) for one in best["reasons"]}
    assert words["budget"] == ("Within the budget: ¥169,900.00.", "在预算之内：¥169,900.00")
    assert words["seats"] == ("7 seats.", "7座")
    assert words["series"] == ("The series that is preferred: T8.", "偏好车系：T8")
    assert {"in_stock", "elsewhere", "new", "family_luggage", "family_airbags", "options"} <= words.keys()
    assert best["points"] == sum(one["points"] for one in best["reasons"])
    assert {one["en"] for one in bare["unknown"]} >= {"The catalogue does not tell: seats."}
    over, small = found["nearly"]
    (above,) = [one for one in over["misses"] if one["must"]]
    assert (above["check"], above["points"]) == ("budget", 0)
    assert above["zh"] == "超出预算¥180,000.00：¥269,900.00"
    assert "4 seats, 7 are needed." in {one["en"] for one in small["misses"]}
    assert [one["id"] for one in found["commitments"]] == [promise["id"]]
    assert found["served_well"]["status"] == "not_answered"
    assert found["served_well"]["reason"]

    tighter = await ask(sales, lead_id=lead["id"], budget=yuan(110_000), needs=needs | {"series": ["QQ"]})
    assert [one["code"] for one in tighter["fitting"]] == ["T7-15T"]
    assert [one["code"] for one in tighter["nearly"]] == ["T8-20T", "QQ-EV", "T8-99T"]


async def test_the_promotions_of_the_dealer_are_those_the_customer_is_meant_by(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    await offer(sales, "T8-20T", 165_900)
    await offer(sales, "QQ-EV", 43_900)
    dates = {"starts_on": "2026-10-01", "ends_on": "2026-12-31"}

    async def run(code: str, **fields: Any) -> None:
        common = {"org_unit": "hq", "code": code, "title": "金秋", "channel": "event", **dates}
        made = await sales.client.post("/v1/sales/campaigns", json=common | {"org_units": [ORG_UNIT]} | fields)
        assert made.status_code == 201, made.text
        await sales.client.post(f"/v1/sales/campaigns/{made.json()['id']}/start")

    await run("ALL", material="全系免购置税")
    await run("SERIES", target={"series": "t8"}, ends_on="2026-11-30")
    await run("GOLD", target={"grade": "gold", "segment": "private"})
    await run("TAXI", target={"segment": "taxi"})
    await run("ELSEWHERE", org_units=[OTHER_ORG_UNIT])
    await run("HEADQUARTERS", org_units=[])
    await run("OWN", org_unit=ORG_UNIT, org_units=[])
    await run("OVER", starts_on="2026-01-01", ends_on="2026-02-01")
    anybody = await ask(sales)
    told = {one["code"]: one["is_for_customer"] for one in anybody["promotions"]}
    assert told == {"ALL": True, "SERIES": True, "OWN": True, "GOLD": None, "TAXI": None}
    assert anybody["promotions"][0]["code"] == "SERIES", "the first to end"
    assert {one["code"]: one["promotions"] for one in anybody["fitting"]} == {
        "T8-20T": ["SERIES", "ALL", "OWN"],
        "QQ-EV": ["ALL", "OWN"],
    }
    assert anybody["standing"] is None

    record_id = (await create("customers"))["record_id"]
    golden_id = uuid4()
    await sales.set_golden_id(record_id, golden_id)
    value = {"grade": "gold", "gold_customer": True, "points": 91}
    main = {"value": value, "segment": {"name": "private"}, "stage": {"name": "actual"}, "life_cycle": {"phase": "buy"}}
    profile = Answer(200, {"main": main, "open_items": []})
    sales.context.platform = PlatformStandIn({("GET", f"/v1/customers/{golden_id}/profile"): profile})
    known = await ask(sales, record_id=record_id)
    assert {one["code"]: one["is_for_customer"] for one in known["promotions"]}.keys() == {
        "ALL",
        "SERIES",
        "OWN",
        "GOLD",
    }
    assert "GOLD" in known["fitting"][0]["promotions"]
    assert known["standing"]["grade"] == "gold"


async def test_where_customers_are_served_well_is_told_of_ones_own_places(sales: BusinessServiceUnderTest) -> None:
    items = [
        counted(ORG_UNIT, 780, 10),
        counted(STATION, 910, 10),
        counted("station:S0102", 990, 4),
        counted(FAR, 1000, 30),
        counted("null", 0, 0) | {"of": None},
    ]
    answer = Answer(200, {"by": "dealer", "definitions": {}, "items": items})
    sales.context.platform = asked = PlatformStandIn({("GET", "/v1/feedback/satisfaction"): answer})
    dealer = sales.headers(org_units=[ORG_UNIT, STATION, "station:S0102"])
    found = (await ask(sales, dealer))["served_well"]
    places = [(one["org_unit"], one["sales_points"], one["is_served_well"]) for one in found["places"]]
    assert places == [(ORG_UNIT, 780, False), (STATION, 910, True), ("station:S0102", None, None)]
    assert (found["all_places"]["sales_points"], found["all_places"]["responses"]) == (941, 54)
    assert FAR not in str(found), "of others only what all come to"
    assert [path for _, path, *_ in asked.asked] == ["/v1/feedback/satisfaction"]
    sales.context.platform = PlatformStandIn({("GET", "/v1/feedback/satisfaction"): Answer(403, {})})
    refused = (await ask(sales, dealer))["served_well"]
    assert (refused["status"], refused["reason"], refused["places"]) == ("not_answered", "answered_403", [])


async def test_advice_is_given_for_ones_own_dealer_and_names_what_is_wrong(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    dealer = sales.headers(org_units=[ORG_UNIT])
    other = await create("leads", org_unit=OTHER_ORG_UNIT)
    lead = await create("leads")
    stranger = (await create("customers"))["record_id"]
    for body, status, pointer in (
        ({"org_unit": OTHER_ORG_UNIT}, 403, "/org_unit"),
        ({"lead_id": other["id"]}, 422, "/lead_id"),
        ({"record_id": other["customer"]["record_id"]}, 422, "/record_id"),
        ({"record_id": stranger, "lead_id": lead["id"]}, 422, "/record_id"),
        ({"needs": {"uses": ["family", "flying"]}}, 422, "/needs/uses/1"),
        ({"needs": {"energy": ["steam"]}}, 422, "/needs/energy"),
        ({"needs": {"wings": 2}}, 422, "/needs/wings"),
    ):
        answer = await sales.client.post("/v1/sales/advice", json={"org_unit": ORG_UNIT} | body, headers=dealer)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer), body
    reader = sales.headers(org_units=[ORG_UNIT], scopes=["sales:read"])
    assert (await ask(sales, reader))["fitting"] == []
