"""R89, a consultant: I am on the road, and customer and catalogue are in the office (出差在外).

There is no browser application and no layout for a phone yet. What there is: the API gives what one needs at the
customer's door in four calls, each answer a few kilobytes, through the same gateway and with the same rights as at the
desk. That is what is shown here.
"""

from typing import Any

import pytest
from scene import DEALER, HEADQUARTERS, ORG_UNITS, STATION, Person, Scene

pytestmark = pytest.mark.system

SHU = Person("舒望北", "13911110089")
A_FEW_KILOBYTES = 6_000


def test_four_small_answers_tell_what_one_needs_at_the_door(scene: Scene) -> None:
    platform = scene.platform
    known: dict[str, Any] = {"org_unit": ORG_UNITS[DEALER], "customer": SHU.party()}
    delivery = {**known, "vehicle": {"vin": "LVVDB11B5AD100089", "plate": "皖B89089"}, "consultant": "冯远89"}
    bought = platform.post("/v1/sales/deliveries", delivery | {"delivered_at": "2021-06-01T02:00:00Z"}, client=DEALER)
    known["customer"] = {"record_id": bought["customer"]["record_id"]}
    promise = {**known, "promised_by": "冯远89", "promise": "送一次保养", "due_at": "2031-01-01T00:00:00Z"}
    platform.post("/v1/sales/commitments", promise, client=DEALER)
    order = {"org_unit": ORG_UNITS[STATION], "customer": SHU.party(), "vehicle": {"plate": "皖B89089"}}
    platform.post("/v1/aftersales/repair-orders", order, client=STATION)
    variant = {
        "org_unit": "hq",
        "code": "X89-LUX",
        "brand": "开瑞",
        "series": "X89",
        "model": "X89 1.5L",
        "variant": "舒适型",
        "list_price": {"amount_minor": 8_980_000, "currency": "CNY"},
        "options": [{"code": "roof", "description": "天窗", "price": {"amount_minor": 400_000, "currency": "CNY"}}],
    }
    platform.post("/v1/sales/variants", variant, client=HEADQUARTERS)
    golden_id = scene.golden_id(SHU, members=2)
    calls: list[int] = []

    def ask(path: str, **query: str) -> Any:
        answer = platform.request("GET", path, client=DEALER, params=query)
        assert answer.status_code == 200, answer.text
        calls.append(len(answer.content))
        return answer.json()

    # Whose car is this, standing in the yard? The plate is enough.
    (found,) = ask("/v1/customers", plate="皖B89089")["items"]
    assert (found["golden_id"], found["display_name"]) == (golden_id, SHU.name)

    # What is open with them, at us and elsewhere: the promise of a colleague; that the car is at a station.
    profile = ask(f"/v1/customers/{golden_id}/profile")
    open_items = {
        (item["service"], item["kind"], (item["data"] or {}).get("promise")) for item in profile["open_items"]
    }
    assert ("sales", "commitment", "送一次保养") in open_items
    assert ("aftersales", "repair-order") in {item[:2] for item in open_items}

    # What does the car cost that they ask about, with a sunroof?
    (offered,) = ask("/v1/sales/variants", series="X89")["items"]
    priced = ask(f"/v1/sales/variants/{offered['id']}/configuration", option="roof")
    assert priced["list_price"]["amount_minor"] == 9_380_000

    assert len(calls) == 4
    assert max(calls) < A_FEW_KILOBYTES

    # On the road as at the desk: what is not the consultant's to see is not there.
    assert platform.get("/v1/customers", client="dealer-d0002", params={"plate": "皖B89089"})["items"] == []
