"""R90, a consultant: an old customer asks for a price, which one keeps them (老客户，怎样的报价才能留住)?"""

from typing import Any

import pytest
from scene import DEALER, HEADQUARTERS, ORG_UNITS, STATION, Person, Scene

pytestmark = pytest.mark.system

MENG = Person("孟广厦", "13911110090")
G5 = {"series": "G5", "model": "G5 2.0T 尊贵型"}
OTHER_DEALER = "dealer-d0002"


def yuan(amount: int) -> dict[str, Any]:
    return {"amount_minor": amount * 100, "currency": "CNY"}


def test_what_the_customer_is_worth_and_was_offered_is_known_before_a_price_is_named(scene: Scene) -> None:
    platform = scene.platform
    # Two cars bought at another dealer, the upkeep at a station, a quote last month: this dealer had no part in it.
    for vin, at in (("LVVDB11B5AD190090", "2019-05-01T02:00:00Z"), ("LVVDB11B5AD290090", "2023-05-01T02:00:00Z")):
        bought = {"org_unit": ORG_UNITS[OTHER_DEALER], "customer": MENG.party(), "vehicle": {"vin": vin}}
        platform.post("/v1/sales/deliveries", bought | {"delivered_at": at}, client=OTHER_DEALER)
    repaired = {
        "org_unit": ORG_UNITS[STATION],
        "customer": MENG.party(),
        "vehicle": {"vin": "LVVDB11B5AD290090"},
        "total": yuan(12_000),
        "opened_at": "2026-09-01T01:00:00Z",
        "closed_at": "2026-09-03T08:00:00Z",
    }
    platform.post("/v1/aftersales/repair-orders", repaired, client=STATION)
    offer = {"customer": MENG.party(), "vehicle": G5, "list_price": yuan(160_000)}
    elsewhere = {**offer, "org_unit": ORG_UNITS[OTHER_DEALER], "consultant": "吴江90", "total": yuan(156_000)}
    quoted = platform.post("/v1/sales/quotes", elsewhere, client=OTHER_DEALER)
    platform.post(f"/v1/sales/quotes/{quoted['id']}/send", None, client=OTHER_DEALER)

    # Now the customer stands in this dealer's showroom: to its own system somebody new.
    lead = {"org_unit": ORG_UNITS[DEALER], "customer": MENG.party()}
    record_id = platform.post("/v1/sales/leads", lead, client=DEALER)["customer"]["record_id"]
    golden_id = scene.golden_id(MENG, members=5)

    def worth() -> dict[str, Any] | None:
        value: dict[str, Any] = platform.get(f"/v1/sales/customers/{record_id}/value", client=DEALER)
        # Each record's link to the golden customer comes by itself.
        is_known = (value["golden_id"], value["vehicles_bought"]) == (golden_id, 2)
        return value if is_known and value["standing"]["grade"] == "gold" else None

    # Before a price is named: two cars bought, a gold customer, and what the other dealer has offered.
    value = scene.until(worth, "a gold customer")
    assert value["standing"]["gold_customer"] is True
    assert [(one["consultant"], one["total"]) for one in value["last_prices"]] == [("吴江90", yuan(156_000))]
    assert "客户" not in str(value), "nothing that others have written down about the customer"

    # The consultant may not go as low as it takes; the quote waits for the manager, who sees why, and approves.
    mine = {**offer, "org_unit": ORG_UNITS[DEALER], "customer": {"record_id": record_id}, "total": yuan(148_000)}
    quote = platform.post("/v1/sales/quotes", mine, client=DEALER)
    path = f"/v1/sales/quotes/{quote['id']}"
    assert (quote["discount_permille"], [one["id"] for one in quote["other_quotes"]]) == (75, [quoted["id"]])
    refused = platform.request("POST", f"{path}/send", client=DEALER)
    assert (refused.status_code, refused.json()["code"]) == (409, "approval_needed")
    platform.post(f"{path}/approve", None, client=HEADQUARTERS)
    platform.post(f"{path}/send", None, client=DEALER)
    assert platform.post(f"{path}/accept", None, client=DEALER)["status"] == "accepted"
