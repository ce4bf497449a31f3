"""R40, a customer: I filled in their form, gave them a two, and nothing happened (顾客信息反馈)."""

from typing import Any

import pytest
from scene import ORG_UNITS, STATION, Person, Scene

pytestmark = pytest.mark.system

ZU = Person("祖明月", "13911110040")
QUESTIONS: list[dict[str, Any]] = [
    {"code": "work", "text": "维修质量", "kind": "scale", "highest": 10, "required": True, "complaint_at_most": 300},
    {"code": "time", "text": "按时交车", "kind": "scale", "highest": 10},
]


def test_a_low_answer_becomes_a_complaint_that_the_station_must_answer(scene: Scene) -> None:
    platform = scene.platform
    order = {
        "org_unit": ORG_UNITS[STATION],
        "customer": ZU.party(),
        "vehicle": {"plate": "皖B40040"},
        "adviser": "何军40",
    }
    repaired = platform.post("/v1/aftersales/repair-orders", order, client=STATION)
    golden_id = scene.golden_id(ZU, members=1)
    survey = platform.post("/v1/feedback/surveys", {"title": "维修回访", "kind": "csi", "questions": QUESTIONS})

    # An answer that leaves out what must be said is refused by name; a low one is taken, and opens a complaint.
    form = {
        "org_unit": "hq",
        "customer": ZU.party(),
        "survey_id": survey["id"],
        "channel": "web",
        "about": repaired["id"],
        "responsible_org_unit": ORG_UNITS[STATION],
        "adviser": "何军40",
        "comment": "空调还是不凉",
    }
    incomplete = platform.request("POST", "/v1/feedback/survey-responses", json={**form, "answers": []})
    assert [error["code"] for error in incomplete.json()["errors"]] == ["unanswered"]
    answers = [{"question": "work", "score": 2}, {"question": "time", "score": 8}]
    response = platform.post("/v1/feedback/survey-responses", {**form, "answers": answers})

    # The station did not know that the customer left discontented. Now it sees the complaint, and the customer's words.
    theirs = {"record_id": response["customer"]["record_id"]}
    (complaint,) = platform.get("/v1/feedback/complaints", client=STATION, params=theirs)["items"]
    assert (complaint["status"], complaint["description"], complaint["category"]) == (
        "opened",
        "空调还是不凉",
        "service",
    )
    path = f"/v1/feedback/complaints/{complaint['id']}"
    assert scene.golden_id(ZU, members=2) == golden_id
    scene.until(
        lambda: scene.may_contact(golden_id, "phone", "survey") == ["open_complaint"], "no more questions for now"
    )

    # It answers for itself, and headquarters settles it with the customer.
    platform.post(f"{path}/accept", None)
    platform.post(f"{path}/forward", {"responsible_org_unit": ORG_UNITS[STATION]})
    platform.post(f"{path}/answer", {"dealer_answer": "压缩机漏检，免费更换", "cause": "workmanship"}, client=STATION)
    closing = platform.request("POST", f"{path}/resolve", json={"resolution": "已更换"}, client=STATION)
    assert closing.status_code == 403, "who is complained of does not say when it is settled"
    platform.post(f"{path}/resolve", {"resolution": "已更换压缩机", "remedy": "repair"})
    assert platform.post(f"{path}/close", {"satisfied": True})["status"] == "closed"

    # The figure of the adviser tells of it, to the station as to headquarters.
    table = platform.get("/v1/feedback/satisfaction", client=STATION, params={"by": "adviser"})
    assert [one["values"]["csi"] for one in table["items"] if one["of"] == "何军40"] == [500]
