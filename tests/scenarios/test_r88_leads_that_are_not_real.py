"""R88, a consultant: among marketing's leads I hardly find a real customer (客户线索中很难找到真正的客户)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scene import DEALER, HEADQUARTERS, ORG_UNITS, Person, Scene

pytestmark = pytest.mark.system

REAL, SOMEBODY = Person("蓝采薇", "13911110088"), Person("路人甲", "13911112088")
MINE = {"consultant": "郑雪88", "sort": "-score"}


def test_the_list_begins_with_who_means_it_and_says_why(scene: Scene) -> None:
    platform = scene.platform
    soon = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()

    def from_the_campaign(customer: dict[str, Any], **more: Any) -> str:
        lead = {"org_unit": ORG_UNITS[DEALER], "customer": customer, "campaign": "春季车展", "channel": "web"}
        made = platform.post("/v1/sales/leads", lead | {"consultant": "郑雪88"} | more, client=HEADQUARTERS)
        return str(made["id"])

    # Marketing hands three names over, all alike: who left nothing, who left a number, who wants a car this month.
    nobody = from_the_campaign({"name": {"full": "测试"}})
    maybe = from_the_campaign(SOMEBODY.party())
    real = from_the_campaign(
        REAL.party(),
        vehicle={"series": "G5", "model": "G5 2.0T"},
        budget={"amount_minor": 16_000_000, "currency": "CNY"},
        expected_purchase_on=soon,
    )

    # The consultant's list is not in the order they came in, but by what is known of them; each score has its reasons.
    listed = platform.get("/v1/sales/leads", client=DEALER, params=MINE)["items"]
    assert [item["id"] for item in listed] == [real, maybe, nobody]
    assert [item["score"] for item in listed] == [650, 150, 0]
    explained = platform.get(f"/v1/sales/leads/{real}/score", client=DEALER)
    assert {reason["zh"] for reason in explained["reasons"]} == {
        "已留电话号码",
        "有明确意向车型",
        "有购车预算",
        "30天内计划购车",
        "90天内计划购车",
    }

    # The consultant rings: one is qualified, one is not real, and why is not lost. Then the list is shorter.
    platform.post(f"/v1/sales/leads/{nobody}/lose", {"lost_code": "not_real", "lost_reason": "空号"}, client=DEALER)
    platform.post(f"/v1/sales/leads/{real}/contact", None, client=DEALER)
    platform.post(f"/v1/sales/leads/{real}/qualify", None, client=DEALER)
    (lost,) = platform.get("/v1/sales/leads", client=HEADQUARTERS, params=MINE | {"status": "lost"})["items"]
    assert (lost["id"], lost["lost_code"], lost["campaign"]) == (nobody, "not_real", "春季车展")

    # Who takes a test drive means it more than before.
    drive = {
        "org_unit": ORG_UNITS[DEALER],
        "customer": {"record_id": listed[0]["customer"]["record_id"]},
        "lead_id": real,
        "scheduled_at": "2031-04-07T02:00:00Z",
        "demo_vehicle": "试驾 88",
        "consultant": "郑雪88",
    }
    booked = platform.post("/v1/sales/test-drives", drive, client=DEALER)
    path = f"/v1/sales/test-drives/{booked['id']}"
    platform.post(f"{path}/confirm", None, client=DEALER)
    platform.post(f"{path}/complete", {"result": "满意，回家商量"}, client=DEALER)
    assert platform.get(f"/v1/sales/leads/{real}", client=DEALER)["score"] == 850
