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
    unknown = await feedback.client.get("/v1/feedback/surveys", params={"status": "open"})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/status")


async def test_an_answer_to_a_question_that_was_not_asked_is_named(feedback: BusinessServiceUnderTest) -> None:
    asked = await survey(feedback)
    answers = [{"question": "q1", "score": 8}, {"question": "q2", "score": 8}]
    wrong = RESPONSE | {"survey_id": asked["id"], "answers": answers}
    answer = await feedback.client.post("/v1/feedback/survey-responses", json=wrong)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/answers/1/question")
