"""R39, a customer: I only had a question, and everybody I rang asked me from the beginning (顾客咨询)."""

import pytest
from scene import DEALER, ORG_UNITS, Person, Scene

pytestmark = pytest.mark.system

LIANG = Person("梁思远", "13911110039")


def test_the_second_call_goes_on_where_the_first_ended(scene: Scene) -> None:
    platform = scene.platform
    ring = {"channel": "phone", "direction": "inbound", "address": LIANG.phone}

    def who_is_it() -> tuple[str, str]:
        found = platform.post("/v1/call-center/intake", {"channel": "phone", "address": LIANG.phone})
        return found["match"], found["proposal"]

    # A dealer knows the customer; so the hotline knows who rings before a word was said, and that nothing is open.
    assert who_is_it() == ("unknown", "ask")
    lead = {"org_unit": ORG_UNITS[DEALER], "customer": LIANG.party()}
    platform.post("/v1/sales/leads", lead, client=DEALER)
    golden_id = scene.golden_id(LIANG, members=1)
    assert who_is_it() == ("known", "new_interaction")

    # The question needs the dealer: it becomes an enquiry with a deadline, and a task there.
    call = platform.post("/v1/call-center/interactions", ring | {"at": "2026-11-20T01:00:00Z"})
    case = platform.post(
        "/v1/call-center/cases",
        {
            "customer": {"record_id": call["customer"]["record_id"]},
            "kind": "enquiry",
            "subject": "旧车置换补贴还有吗",
            "channel": "phone",
        },
    )
    assert case["first_response_due_at"] < case["due_at"]
    wanted = {"org_unit": ORG_UNITS[DEALER], "department": "sales", "subject": "告知置换补贴", "due_at": case["due_at"]}
    task = platform.post(f"/v1/call-center/cases/{case['id']}/tasks", wanted)
    (seen,) = platform.get("/v1/call-center/case-tasks", client=DEALER, params={"case_id": case["id"]})["items"]
    assert (seen["id"], seen["subject"], seen["status"]) == (task["id"], "告知置换补贴", "assigned")
    assert scene.golden_id(LIANG, members=2) == golden_id

    # The customer rings again, whoever picks up: the open case is there, with what was asked.
    again = platform.post("/v1/call-center/intake", {"channel": "phone", "address": LIANG.phone})
    assert (again["match"], again["proposal"]) == ("known", "open_case")
    assert [(one["id"], one["subject"]) for one in again["open_cases"]] == [(case["id"], "旧车置换补贴还有吗")]

    # The dealer answers its task, the hotline tells the customer, and the next call begins anew.
    done = {"result": "补贴8000元，截至月底"}
    platform.post(f"/v1/call-center/case-tasks/{task['id']}/finish", done, client=DEALER)
    second = ring | {"at": "2026-11-20T06:00:00Z", "case_id": case["id"]}
    platform.post("/v1/call-center/interactions", second)
    settled = platform.post(f"/v1/call-center/cases/{case['id']}/resolve", {"resolution": done["result"]})
    assert settled["first_responded_at"] is not None
    platform.post(f"/v1/call-center/cases/{case['id']}/close", {"close_code": "explained"})
    assert who_is_it() == ("known", "new_interaction")
