"""R82, a customer: two consultants quote me two prices for one car (同一产品的不同报价)."""

import pytest
from scene import DEALER, HEADQUARTERS, ORG_UNITS, Person, Scene

pytestmark = pytest.mark.system

LUO = Person("罗嘉铭", "13911110082")
G5 = {"series": "G5", "model": "G5 2.0T 豪华型"}


def quote(scene: Scene, client: str, org_unit: str, consultant: str, amount: int) -> dict[str, object]:
    body = {
        "org_unit": org_unit,
        "customer": LUO.party(),
        "consultant": consultant,
        "vehicle": G5,
        "total": {"amount_minor": amount, "currency": "CNY"},
    }
    made: dict[str, object] = scene.platform.post("/v1/sales/quotes", body, client=client)
    return made


def test_the_second_consultant_sees_the_first_price_before_naming_another(scene: Scene) -> None:
    platform = scene.platform
    # One dealer offers the car.
    first = quote(scene, HEADQUARTERS, ORG_UNITS["dealer-d0002"], "赵敏", 15_880_000)
    platform.post(f"/v1/sales/quotes/{first['id']}/send", None)

    # The same person asks at another dealer, who writes a record of its own: both are one golden customer.
    lead = {"org_unit": ORG_UNITS[DEALER], "customer": LUO.party()}
    record_id = platform.post("/v1/sales/leads", lead, client=DEALER)["customer"]["record_id"]
    golden_id = scene.golden_id(LUO, members=2)

    # Before: the other dealer's documents cannot be read. The history of quotes can, without the other's customer data.
    hidden = platform.request("GET", f"/v1/sales/quotes/{first['id']}", client=DEALER)
    assert hidden.status_code == 404
    path = f"/v1/sales/customers/{record_id}/quote-history"

    def history() -> dict[str, object] | None:
        found: dict[str, object] = platform.get(path, client=DEALER)
        return found if found["golden_id"] == golden_id and found["quotes"] else None

    (seen,) = scene.until(history, "the quote of the other dealer")["quotes"]
    assert (seen["org_unit"], seen["consultant"], seen["total"]["amount_minor"]) == ("dealer:D0002", "赵敏", 15_880_000)
    assert not {"customer", "note", "promises"} & seen.keys()

    # After: whoever names another price for the same car is told so in the answer.
    body = {
        "org_unit": ORG_UNITS[DEALER],
        "customer": {"record_id": record_id},
        "consultant": "王磊",
        "vehicle": G5,
        "total": {"amount_minor": 15_480_000, "currency": "CNY"},
    }
    second = platform.post("/v1/sales/quotes", body, client=DEALER)
    assert [other["id"] for other in second["other_quotes"]] == [first["id"]]
