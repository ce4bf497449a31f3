"""R102, headquarters: call every buyer after the handover, ask all the same, learn from it (客户回访流程与问卷)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scene import DEALER, ORG_UNITS, Person, Scene

pytestmark = pytest.mark.system

GLAD, AWAY = Person("欣然", "13911110102"), Person("尤在途", "13911112102")
NEVER = Person("毋扰之", "13911113102")
VISITS = "/v1/feedback/return-visits"
QUESTIONS: list[dict[str, Any]] = [
    {"code": "price", "text": "价格是否与承诺一致", "kind": "choice", "options": [
        {"code": "yes", "text": "一致", "points": 1000},
        {"code": "no", "text": "不一致", "points": 0},
    ], "branches": [{"choice": "yes", "goto": "handover"}]},
    {"code": "why", "text": "差在哪里", "kind": "text"},
    {"code": "handover", "text": "交车过程", "kind": "scale", "highest": 10},
]  # fmt: skip


def test_a_handover_plans_the_call_the_call_asks_the_questionnaire_the_answers_become_a_figure(scene: Scene) -> None:
    platform = scene.platform
    # Headquarters has one questionnaire for all, with what to say first; an answer decides what is asked next.
    survey = platform.post(
        "/v1/feedback/surveys",
        {
            "code": "ssi",
            "title": "交车七日回访",
            "kind": "ssi",
            "introduction": "您好，恭喜您提车，占用您两分钟可以吗？",
            "questions": QUESTIONS,
        },
    )

    # Eight days ago the dealer handed three cars over; one of the buyers does not want to be asked.
    days_ago = (datetime.now(UTC) - timedelta(days=8)).isoformat()

    def deliver(buyer: Person, vin: str, **more: Any) -> str:
        body = {
            "org_unit": ORG_UNITS[DEALER],
            "customer": buyer.party(**more),
            "consultant": "顾盼102",
            "vehicle": {"vin": vin},
            "delivered_at": days_ago,
        }
        return str(platform.post("/v1/sales/deliveries", body, client=DEALER)["id"])

    refusal = {"purpose": "survey", "channel": "phone", "status": "withdrawn", "at": "2026-10-01T00:00:00Z"}
    glad = deliver(GLAD, "LVVDB11B5AD110102")
    away = deliver(AWAY, "LVVDB11B5AD120102")
    never = deliver(NEVER, "LVVDB11B5AD130102", consents=[refusal])

    # Nobody has to remember it: the calls stand on the work list, but for the one that must not be made.
    def listed() -> dict[str, dict[str, Any]] | None:
        visits = platform.get(VISITS, params={"adviser": "顾盼102"})["items"]
        of = {visit["about"]: visit for visit in visits}
        return of if {glad, away, never} <= of.keys() and not {"planned"} & {v["status"] for v in visits} else None

    visits = platform.wait_until(listed, seconds=120, what="the visits to fall due")
    assert (visits[glad]["status"], visits[away]["status"]) == ("due", "due")
    assert (visits[never]["status"], visits[never]["reason"]) == ("suppressed", "consent_withdrawn")

    # One does not answer: tried again tomorrow, not today. One is reached, and asked.
    missed = platform.post(f"{VISITS}/{visits[away]['id']}/attempts", {"outcome": "no_answer"})
    assert (missed["status"], missed["attempts"]) == ("waiting", 1)
    platform.post(f"{VISITS}/{visits[glad]['id']}/attempts", {"outcome": "reached"})
    form = {
        "org_unit": "hq",
        "customer": GLAD.party(),
        "survey_id": survey["id"],
        "channel": "phone",
        "return_visit_id": visits[glad]["id"],
    }
    answers: list[dict[str, Any]] = [{"question": "price", "choices": ["yes"]}, {"question": "handover", "score": 8}]
    led_past = [*answers, {"question": "why", "text": "无"}]
    wrong = platform.request("POST", "/v1/feedback/survey-responses", json={**form, "answers": led_past})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "not_asked")
    response = platform.post("/v1/feedback/survey-responses", {**form, "answers": answers})
    assert (response["score"], response["adviser"]) == (900, "顾盼102")

    # The visit is done, cannot be answered twice, and the dealer sees the figure of its consultant.
    assert platform.get(f"{VISITS}/{visits[glad]['id']}")["status"] == "answered"
    twice = platform.request("POST", "/v1/feedback/survey-responses", json={**form, "answers": answers})
    assert twice.status_code == 409
    table = platform.get("/v1/feedback/satisfaction", client=DEALER, params={"by": "adviser"})
    assert [one["values"]["ssi"] for one in table["items"] if one["of"] == "顾盼102"] == [900]

    # Who was called counts as asked: nobody else asks the same customer again this month.
    golden_id = scene.golden_id(GLAD, members=2)
    scene.until(lambda: scene.may_contact(golden_id, "phone", "survey") == ["frequency_cap"], "the call to be counted")
