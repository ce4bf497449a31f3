"""Key figures and the counts for product planning, over what customers said."""

from typing import Any

import pytest

from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration

CUSTOMER = {"name": {"full": "赵刚"}, "phones": [{"value": "13622223333"}]}
SSI = {
    "title": "交车满意度",
    "kind": "ssi",
    "complaint_nps_at_most": 3,
    "questions": [{"code": "q1", "text": "交车过程"}, {"code": "q2", "text": "愿意推荐", "kind": "nps"}],
}


async def post(feedback: BusinessServiceUnderTest, path: str, body: Any = None) -> dict[str, Any]:
    answer = await feedback.client.post(feedback.url(*path.split("/")), json=body)
    assert answer.status_code < 300, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_satisfaction_is_told_by_dealer_adviser_model_and_month(feedback: BusinessServiceUnderTest) -> None:
    survey = (await post(feedback, "surveys", SSI))["id"]
    for dealer, adviser, score, nps in (("D0001", "李娜", 9, 10), ("D0001", "王强", 6, 8), ("D0002", "周敏", 2, 1)):
        answers = [{"question": "q1", "score": score}, {"question": "q2", "score": nps}]
        about = {"responsible_org_unit": f"dealer:{dealer}", "adviser": adviser, "vehicle": {"series": "G5"}}
        body = {"org_unit": "hq", "customer": CUSTOMER, "survey_id": survey, "answers": answers} | about
        await post(feedback, "survey-responses", body)

    async def values(by: str, of: str, **caller: Any) -> dict[str, int]:
        headers = feedback.headers(**caller)
        told = await feedback.client.get(feedback.url("kpis"), params={"by": by}, headers=headers)
        found: dict[str, int] = next(item["values"] for item in told.json()["items"] if item["of"] == of)
        return found

    first = await values("dealer", "dealer:D0001")
    assert (first["ssi"], first["nps"], first["referral"], first["complaint_rate"]) == (750, 500, 500, 0)
    second = await values("dealer", "dealer:D0002")
    assert (second["ssi"], second["nps"], second["complaint_rate"]) == (200, -1000, 1000)
    assert (await values("adviser", "李娜"))["ssi"] == 900
    assert (await values("model", "G5"))["ssi"] == 566
    assert (await values("month", "2026-11"))["csi"] is None
    own = await feedback.client.get(feedback.url("satisfaction"), headers=feedback.headers(org_units=["dealer:D0002"]))
    assert [item["of"] for item in own.json()["items"]] == ["dealer:D0002"]
    assert own.json()["definitions"]["ssi"]["zh"]["name"] == "销售满意度"


async def test_who_may_see_figures_alone_sees_those_of_dealers_and_no_document(
    feedback: BusinessServiceUnderTest,
) -> None:
    figures_only = feedback.headers(scopes=["feedback:figures"])
    told = await feedback.client.get(feedback.url("satisfaction"), params={"by": "dealer"}, headers=figures_only)
    assert told.status_code == 200
    by_adviser = {"by": "adviser"}
    assert (await feedback.client.get(feedback.url("satisfaction"), params=by_adviser)).status_code == 200
    for path, params in (("satisfaction", by_adviser), ("kpis", {}), ("survey-responses", {}), ("complaints", {})):
        refused = await feedback.client.get(feedback.url(path), params=params, headers=figures_only)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_not_granted"), path


async def test_complaints_settled_by_their_deadline_are_told(feedback: BusinessServiceUnderTest) -> None:
    complaint = await post(feedback, "complaints", {"org_unit": "hq", "customer": CUSTOMER, "subject": "等待太久"})
    await post(feedback, f"complaints/{complaint['id']}/accept")
    await post(feedback, f"complaints/{complaint['id']}/resolve", {"resolution": "道歉"})
    (item,) = (await feedback.client.get(feedback.url("kpis"))).json()["items"]
    assert (item["of"], item["values"]["on_time_closing"], item["values"]["reopening_rate"]) == ("hq", 1000, 0)


async def test_planners_see_what_is_wished_for_safety_first(feedback: BusinessServiceUnderTest) -> None:
    wish = {"org_unit": "hq", "customer": CUSTOMER, "subject": "座椅", "component": "seats", "is_design_wish": True}
    for _ in range(2):
        await post(feedback, "suggestions", wish | {"vehicle": {"series": "G5"}})
    safety = {"component": "brakes", "is_safety": True, "is_design_wish": False}
    await post(feedback, "suggestions", wish | safety)
    told = (await feedback.client.get(feedback.url("suggestions", "planning"))).json()
    assert [(row["series"], row["component"], row["suggestions"], row["safety"]) for row in told] == [
        (None, "brakes", 1, 1),
        ("G5", "seats", 2, 0),
    ]
