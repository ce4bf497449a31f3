"""R70, a customer: everybody praises their own car, which one suits me, and where would I be served well (购车咨询)?"""

from typing import Any

import pytest
from scene import HEADQUARTERS, Person, Scene

pytestmark = pytest.mark.system

BAI = Person("柏致远", "13911110070")
DEALER, STATION, ORG_UNIT, WORKSHOP = "dealer-d0008", "station-s0801", "dealer:D0008", "station:S0801"
OTHER, OTHER_UNIT = "dealer-d0009", "dealer:D0009"
SERIES = "瑞途70"


def yuan(amount: int) -> dict[str, Any]:
    return {"amount_minor": amount * 100, "currency": "CNY"}


def test_the_car_that_suits_is_named_with_the_reasons_and_where_one_is_served_well(scene: Scene) -> None:
    platform = scene.platform

    def offer(code: str, series: str, price: int, **specification: Any) -> str:
        names = {"brand": "瑞途", "series": series, "model": series, "variant": code}
        body = {"org_unit": "hq", "code": code, **names, "list_price": yuan(price), "specification": specification}
        return str(platform.post("/v1/sales/variants", body, client=HEADQUARTERS)["id"])

    # Headquarters sells three cars. The one that suits stands at this dealer, the dear one at another.
    roomy = offer("R70-7S", SERIES, 139_900, seats=7, energy="petrol", body_type="suv", luggage_litres=889, airbags=6)
    dear = offer("R70-MAX", SERIES, 199_900, seats=7, energy="petrol", body_type="suv", luggage_litres=920, airbags=8)
    small = offer("R70-EV", f"{SERIES}小", 59_900, seats=4, energy="electric", body_type="hatchback", airbags=2)
    for variant, org_unit, client, vin in (
        (roomy, ORG_UNIT, DEALER, "LVVDB11B5AD070001"),
        (dear, OTHER_UNIT, OTHER, "LVVDB11B5AD070002"),
    ):
        car = {"org_unit": org_unit, "vin": vin, "variant_id": variant}
        there = platform.post("/v1/sales/stock", car, client=client)
        platform.post(f"/v1/sales/stock/{there['id']}/arrive", None, client=client)
    campaign = {"code": "R70-AUTUMN", "title": "七座购车季", "channel": "event", "material": "免费贴膜"}
    when = {"starts_on": "2020-01-01", "ends_on": "2090-01-01", "org_units": [ORG_UNIT], "target": {"series": SERIES}}
    made = platform.post("/v1/sales/campaigns", {"org_unit": "hq", **campaign, **when}, client=HEADQUARTERS)
    platform.post(f"/v1/sales/campaigns/{made['id']}/start", None, client=HEADQUARTERS)

    # Others have bought and been repaired here, and headquarters asked them how it was.
    for kind, place, score in (("ssi", ORG_UNIT, 9), ("csi", WORKSHOP, 5)):
        questions = [{"code": "q1", "text": "满意度"}]
        survey = platform.post("/v1/feedback/surveys", {"title": "回访70", "kind": kind, "questions": questions})
        for number in range(5):
            buyer = {"name": {"full": f"受访者{number}"}, "phones": [{"value": f"1391111{number}{score}70"}]}
            answers = [{"question": "q1", "score": score}]
            said = {"org_unit": "hq", "customer": buyer, "survey_id": survey["id"], "answers": answers}
            platform.post("/v1/feedback/survey-responses", said | {"responsible_org_unit": place})

    # The customer comes with a budget and a family; the consultant had promised something before.
    lead = {"org_unit": ORG_UNIT, "customer": BAI.party(), "budget": yuan(150_000), "vehicle": {"series": SERIES}}
    visit = platform.post("/v1/sales/leads", lead, client=DEALER)
    given = {"customer": {"record_id": visit["customer"]["record_id"]}, "lead_id": visit["id"]}
    promise = {"promised_by": "童欣70", "promise": "周末专人陪同试驾", "due_at": "2031-01-01T00:00:00Z"}
    platform.post("/v1/sales/commitments", {"org_unit": ORG_UNIT, **given, **promise}, client=DEALER)

    question = {"org_unit": ORG_UNIT, "lead_id": visit["id"], "needs": {"seats": 7, "uses": ["family"]}}
    advice = platform.post("/v1/sales/advice", question, client=DEALER)
    best = advice["fitting"][0]
    assert (best["code"], best["promotions"]) == ("R70-7S", ["R70-AUTUMN"])
    said = {one["zh"] for one in best["reasons"]}
    assert {"在预算之内：¥139,900.00", "7座", "本店有现车：1台"} <= said
    lacking = {one["code"]: [miss["zh"] for miss in one["misses"] if miss["must"]] for one in advice["nearly"]}
    assert lacking["R70-MAX"] == ["超出预算¥150,000.00：¥199,900.00"]
    assert lacking["R70-EV"] == ["4座，需要7座"]
    assert [one["promise"] for one in advice["commitments"]] == ["周末专人陪同试驾"]

    # Where to buy and where not to have it repaired is told as well: by what others said, not by the dealer.
    served = advice["served_well"]
    assert served["status"] == "answered", served
    here = {
        one["org_unit"]: (one["sales_points"], one["service_points"], one["is_served_well"]) for one in served["places"]
    }
    assert here == {ORG_UNIT: (900, None, True), WORKSHOP: (None, 500, False)}

    # Side by side the customer sees what the dearer one gives for its price; of other dealers only how many have it.
    chosen = {"variant_id": [roomy, dear, small]}
    compared = platform.get("/v1/sales/variants/comparison", client=DEALER, params=chosen)
    differing = {one["name"]: one["values"] for one in compared["attributes"] if one["differs"]}
    assert (differing["seats"], differing["luggage_litres"]) == ([7, 7, 4], [889, 920, None])
    assert [one["above_cheapest"] for one in compared["variants"]] == [yuan(80_000), yuan(140_000), yuan(0)]
    assert [(one["stock"]["here"], one["stock"]["in_all_dealers"]) for one in compared["variants"]] == [
        (1, 1),
        (0, 1),
        (0, 0),
    ]

    # Another dealer is given no advice on this lead, and a workshop without sales none at all.
    theirs = platform.request("POST", "/v1/sales/advice", client=OTHER, json=question)
    assert (theirs.status_code, theirs.json()["code"]) == (403, "org_unit_not_granted")
    assert platform.request("POST", "/v1/sales/advice", client=STATION, json=question).status_code == 403
