from typing import Any

import pytest

from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration

SURVEY = {
    "title": "售后服务满意度",
    "kind": "csi",
    "questions": [{"code": "q1", "text": "服务态度", "factor": "people"}],
}
RESPONSE = {
    "org_unit": "hq",
    "customer": {"name": {"full": "赵刚"}, "phones": [{"value": "13622223333"}]},
    "nps": 9,
    "answers": [{"question": "q1", "score": 8}],
}


async def survey(feedback: BusinessServiceUnderTest) -> dict[str, Any]:
    answer = await feedback.client.post("/v1/feedback/surveys", json=SURVEY)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_an_answer_tells_which_survey_it_answers(feedback: BusinessServiceUnderTest) -> None:
    asked = await survey(feedback)
    answer = await feedback.client.post("/v1/feedback/survey-responses", json=RESPONSE | {"survey_id": asked["id"]})
    assert answer.status_code == 201, answer.text
    received = (await feedback.published("isthmus.feedback.survey-response-received.v1"))[0]
    assert (received.data["survey_title"], received.data["kind"], received.data["nps"]) == (asked["title"], "csi", 9)
    assert received.data["customer"] == answer.json()["customer"]


async def test_an_unknown_survey_is_named(feedback: BusinessServiceUnderTest) -> None:
    unknown = RESPONSE | {"survey_id": "0199a0f0-0000-7000-8000-000000000000"}
    answer = await feedback.client.post("/v1/feedback/survey-responses", json=unknown)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/survey_id")


async def test_a_closed_survey_takes_no_answers(feedback: BusinessServiceUnderTest) -> None:
    asked = await survey(feedback)
    assert (await feedback.client.post(f"/v1/feedback/surveys/{asked['id']}/close")).json()["status"] == "closed"
    answer = await feedback.client.post("/v1/feedback/survey-responses", json=RESPONSE | {"survey_id": asked["id"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "survey_closed")


async def test_surveys_are_listed_by_kind(feedback: BusinessServiceUnderTest) -> None:
    asked = await survey(feedback)
    listed = (await feedback.client.get("/v1/feedback/surveys", params={"kind": "csi"})).json()["items"]
    assert [item["id"] for item in listed] == [asked["id"]]
    assert (await feedback.client.get("/v1/feedback/surveys", params={"kind": "nps"})).json()["items"] == []
    unknown = await feedback.client.get("/v1/feedback/surveys", params={"state": "open"})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/state")


async def test_an_answer_to_a_question_that_was_not_asked_is_named(feedback: BusinessServiceUnderTest) -> None:
    asked = await survey(feedback)
    answers = [{"question": "q1", "score": 8}, {"question": "q2", "score": 8}]
    wrong = RESPONSE | {"survey_id": asked["id"], "answers": answers}
    answer = await feedback.client.post("/v1/feedback/survey-responses", json=wrong)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/answers/1/question")


NEXT = {
    **SURVEY,
    "code": "csi",
    "factors": [{"name": "people", "weight": 60}, {"name": "work", "weight": 40}],
    "questions": [
        {"code": "q1", "text": "服务态度", "factor": "people", "branches": [{"at_most": 5, "goto": "q3"}]},
        {"code": "q2", "text": "维修质量", "factor": "work", "required": True},
        {"code": "q3", "text": "是否愿意推荐", "kind": "nps"},
    ],
    "complaint_below": 500,
}


async def post(feedback: BusinessServiceUnderTest, path: str, body: Any = None) -> Any:
    return await feedback.client.post(feedback.url(*path.split("/")), json=body)


async def test_a_draft_is_changed_until_it_is_asked_and_then_the_edition_before_it_is_closed(
    feedback: BusinessServiceUnderTest,
) -> None:
    first = (await post(feedback, "surveys", SURVEY | {"code": "csi"})).json()
    draft = (await post(feedback, "surveys/drafts", NEXT)).json()
    assert (first["status"], first["edition"], draft["status"], draft["edition"]) == ("open", 1, "draft", 2)
    early = await post(feedback, "survey-responses", RESPONSE | {"survey_id": draft["id"]})
    assert (early.status_code, early.json()["code"]) == (409, "survey_closed")

    url = feedback.url("surveys", draft["id"])
    changed = await feedback.client.patch(url, json={"complaint_below": 600}, headers={"If-Match": '"1"'})
    assert changed.json()["complaint_below"] == 600
    assert (await post(feedback, f"surveys/{draft['id']}/publish")).json()["status"] == "open"
    assert (await feedback.client.get(feedback.url("surveys", first["id"]))).json()["status"] == "closed"
    late = await feedback.client.patch(url, json={"complaint_below": 1}, headers={"If-Match": '"3"'})
    assert (late.status_code, late.json()["code"]) == (409, "not_changeable")


async def test_answers_must_follow_the_branches_and_give_the_score(feedback: BusinessServiceUnderTest) -> None:
    asked = (await post(feedback, "surveys", NEXT)).json()["id"]
    passed_over = [{"question": "q1", "score": 3}, {"question": "q2", "score": 8}]
    wrong = await post(feedback, "survey-responses", RESPONSE | {"survey_id": asked, "answers": passed_over})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/answers/1/question")
    missing = RESPONSE | {"survey_id": asked, "answers": [{"question": "q1", "score": 9}]}
    assert (await post(feedback, "survey-responses", missing)).json()["code"] == "unanswered"

    answers = [{"question": "q1", "score": 10}, {"question": "q2", "score": 5}, {"question": "q3", "score": 7}]
    received = (await post(feedback, "survey-responses", RESPONSE | {"survey_id": asked, "answers": answers})).json()
    assert (received["score"], received["nps"]) == (800, 7)
    assert (await feedback.client.get(feedback.url("complaints"))).json()["items"] == []


async def test_a_low_answer_opens_one_complaint_about_whom_it_was_asked(feedback: BusinessServiceUnderTest) -> None:
    asked = (await post(feedback, "surveys", NEXT)).json()["id"]
    low = {"survey_id": asked, "answers": [{"question": "q1", "score": 4}], "responsible_org_unit": "station:S0101"}
    feedback.client.headers["Idempotency-Key"] = "once"
    answers = [await post(feedback, "survey-responses", RESPONSE | low) for _ in range(2)]
    del feedback.client.headers["Idempotency-Key"]
    assert answers[0].json() == answers[1].json()
    (complaint,) = (await feedback.client.get(feedback.url("complaints"))).json()["items"]
    assert complaint["survey_response_id"] == answers[0].json()["id"]
    assert complaint["customer"] == answers[0].json()["customer"]
    assert (complaint["category"], complaint["responsible_org_unit"]) == ("service", "station:S0101")
    assert len(await feedback.published("isthmus.feedback.complaint-opened.v1")) == 1
