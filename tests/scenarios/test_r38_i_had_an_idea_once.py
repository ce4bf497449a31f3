"""R38, a customer: I told the station how to make the car better, and never heard of it again (顾客建议)."""

import pytest
from scene import HEADQUARTERS, ORG_UNITS, STATION, Person, Scene

pytestmark = pytest.mark.system

AN = Person("安如山", "13911110038")
MINE = ("威麟 X38", "lights")


def test_a_suggestion_is_counted_for_product_planning_decided_on_and_answered(scene: Scene) -> None:
    platform = scene.platform

    def planned_for() -> dict[str, int] | None:
        rows = platform.get("/v1/feedback/suggestions/planning")
        found = next((row for row in rows if (row["series"], row["component"]) == MINE), None)
        return found and {name: found[name] for name in ("suggestions", "design_wishes", "safety", "customers")}

    assert planned_for() is None

    # The customer says it where they are: at the repair station. It is not product planning's own customer.
    order = {"org_unit": ORG_UNITS[STATION], "customer": AN.party(), "vehicle": {"plate": "皖B38038"}}
    platform.post("/v1/aftersales/repair-orders", order, client=STATION)
    suggestion = platform.post(
        "/v1/feedback/suggestions",
        {
            "org_unit": ORG_UNITS[STATION],
            "customer": AN.party(),
            "category": "product",
            "subject": "日间行车灯太暗",
            "description": "雾天后车看不清，建议提高亮度",
            "vehicle": {"series": MINE[0], "plate": "皖B38038"},
            "component": MINE[1],
            "is_design_wish": True,
            "is_safety": True,
        },
        client=STATION,
    )
    path = f"/v1/feedback/suggestions/{suggestion['id']}"

    # Product planning sees how many customers wish it, without their names.
    assert planned_for() == {"suggestions": 1, "design_wishes": 1, "safety": 1, "customers": 1}
    golden_id = scene.golden_id(AN, members=2)

    def is_open() -> bool:
        items = platform.get(f"/v1/customers/{golden_id}/profile")["open_items"]
        return any(item["kind"] == "suggestion" for item in items)

    scene.until(is_open, "the suggestion among what is open with the customer")

    # Nobody answers before it was decided on; whoever meets the customer next sees the decision and the answer.
    answer = {"answer": "已列入2027款改进，谢谢您"}
    assert platform.request("POST", f"{path}/answer", json=answer).status_code == 409
    platform.post(f"{path}/review", None, client=HEADQUARTERS)
    platform.post(f"{path}/accept", None, client=HEADQUARTERS)
    platform.post(f"{path}/answer", answer, client=HEADQUARTERS)
    seen = platform.get(path, client=STATION)
    assert (seen["status"], seen["answer"]) == ("answered", answer["answer"])
    scene.until(lambda: not is_open(), "nothing to be open any more")
