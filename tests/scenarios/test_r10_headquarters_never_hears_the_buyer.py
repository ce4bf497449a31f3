"""R10, headquarters: we sell through dealers and never hear what the buyer says (不能直接获得所需的客户反馈意见)."""

import pytest
from scene import DEALER, HEADQUARTERS, ORG_UNITS, Person, Scene

pytestmark = pytest.mark.system

QIAN = Person("钱雨霏", "13911110010")
QUESTIONS = [
    {"code": "handover", "text": "交车过程", "kind": "scale", "highest": 10},
    {"code": "recommend", "text": "是否愿意推荐", "kind": "nps"},
]


def test_what_the_buyer_answers_reaches_headquarters_and_is_told_of_the_dealer(scene: Scene) -> None:
    platform = scene.platform
    # The dealer sells a car. All that headquarters has from this is that it was sold.
    delivery = {
        "org_unit": ORG_UNITS[DEALER],
        "customer": QIAN.party(),
        "consultant": "周凯10",
        "vehicle": {"vin": "LVVDB11B5AD100010", "plate": "皖B10010"},
        "delivered_at": "2026-11-01T03:00:00Z",
    }
    platform.post("/v1/sales/deliveries", delivery, client=DEALER)
    golden_id = scene.golden_id(QIAN, members=1)

    def satisfaction(client: str) -> dict[str, int] | None:
        table = platform.get("/v1/feedback/satisfaction", client=client, params={"by": "adviser"})
        return next((one["values"] for one in table["items"] if one["of"] == "周凯10"), None)

    assert satisfaction(HEADQUARTERS) is None

    # Headquarters asks by itself, and the buyer answers by WeChat, past the dealer.
    survey = platform.post("/v1/feedback/surveys", {"title": "新车交付调查", "kind": "ssi", "questions": QUESTIONS})
    answer = {
        "org_unit": "hq",
        "customer": QIAN.party(),
        "survey_id": survey["id"],
        "channel": "wechat",
        "responsible_org_unit": ORG_UNITS[DEALER],
        "adviser": "周凯10",
        "answers": [{"question": "handover", "score": 9}, {"question": "recommend", "score": 10}],
        "comment": "交车很仔细，但等了两个小时",
    }
    response = platform.post("/v1/feedback/survey-responses", answer)
    assert (response["score"], response["nps"]) == (900, 10)

    # It is the buyer of that car who said so, not an unknown respondent.
    assert scene.golden_id(QIAN, members=2) == golden_id

    def heard() -> bool:
        items = platform.get(f"/v1/customers/{golden_id}/timeline")["items"]
        told = {item["type"] for item in items}
        return {"isthmus.sales.vehicle-delivered.v1", "isthmus.feedback.survey-response-received.v1"} <= told

    scene.until(heard, "sale and answer on one timeline")

    # Headquarters and the dealer see the same figure; the words stay with whom they were said to.
    figures = {"ssi": 900, "csi": None, "nps": 1000, "referral": 1000}
    assert satisfaction(HEADQUARTERS) == satisfaction(DEALER) == figures
    assert platform.request("GET", f"/v1/feedback/survey-responses/{response['id']}", client=DEALER).status_code == 404
