import pytest

from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration

CUSTOMER = {"name": {"full": "孙丽"}, "phones": [{"value": "13733334444"}]}
COMPLAINT = {"org_unit": "hq", "customer": CUSTOMER, "subject": "等待太久", "responsible_org_unit": "station:S0101"}
SUGGESTION = {"org_unit": "hq", "customer": CUSTOMER, "subject": "增加周日营业", "category": "service"}


async def test_a_complaint_is_followed_until_the_customer_has_answered(feedback: BusinessServiceUnderTest) -> None:
    complaint = (await feedback.client.post("/v1/feedback/complaints", json=COMPLAINT)).json()
    url = f"/v1/feedback/complaints/{complaint['id']}"
    for step, body in (("accept", None), ("start", None), ("resolve", {"resolution": "赠送保养"})):
        answer = await feedback.client.post(f"{url}/{step}", json=body)
        assert answer.status_code == 200, answer.text
    closed = (await feedback.client.post(f"{url}/close", json={"satisfied": True})).json()
    assert (closed["status"], closed["satisfied"]) == ("closed", True)
    told = (await feedback.published("isthmus.feedback.complaint-closed.v1"))[0]
    assert (told.data["resolution"], told.data["satisfied"]) == ("赠送保养", True)


async def test_a_complaint_that_was_not_settled_is_reopened(feedback: BusinessServiceUnderTest) -> None:
    complaint = (await feedback.client.post("/v1/feedback/complaints", json=COMPLAINT)).json()
    url = f"/v1/feedback/complaints/{complaint['id']}"
    await feedback.client.post(f"{url}/accept")
    await feedback.client.post(f"{url}/resolve", json={"resolution": "道歉"})
    reopened = (await feedback.client.post(f"{url}/reopen")).json()
    assert (reopened["status"], reopened["satisfied"]) == ("in_progress", False)


async def test_a_suggestion_is_answered_only_after_it_was_decided(feedback: BusinessServiceUnderTest) -> None:
    suggestion = (await feedback.client.post("/v1/feedback/suggestions", json=SUGGESTION)).json()
    url = f"/v1/feedback/suggestions/{suggestion['id']}"
    early = await feedback.client.post(f"{url}/answer", json={"answer": "谢谢"})
    assert (early.status_code, early.json()["code"]) == (409, "step_not_allowed")
    await feedback.client.post(f"{url}/accept")
    answered = (await feedback.client.post(f"{url}/answer", json={"answer": "谢谢"})).json()
    assert (answered["status"], answered["answer"]) == ("answered", "谢谢")


async def test_a_suggestion_without_a_subject_is_named(feedback: BusinessServiceUnderTest) -> None:
    answer = await feedback.client.post("/v1/feedback/suggestions", json={"org_unit": "hq", "customer": CUSTOMER})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/subject")
