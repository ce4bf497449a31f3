"""R64, an agent: while I key in the same complaint in five places, the next caller waits (一次“点击”完成多项业务)."""

import pytest
from scene import DEALER, HEADQUARTERS, ORG_UNITS, Person, Scene

pytestmark = pytest.mark.system

MENG = Person("孟海涛", "13911110064")
AGENT = "agent"


def test_a_complaint_is_on_its_way_before_the_receiver_is_down(scene: Scene) -> None:
    platform = scene.platform
    call = platform.post(
        "/v1/call-center/interactions",
        {"channel": "phone", "direction": "inbound", "address": MENG.phone, "at": "2026-11-20T02:00:00Z"},
        client=AGENT,
    )
    scene.golden_id(MENG, members=1)

    # The agent is shown what there is to click, and what to fill in for it.
    macros = {one["code"]: one for one in platform.get("/v1/call-center/macros", client=AGENT)}
    complaint = macros["repair_quality_complaint"]
    assert (complaint["zh"], [one["field"] for one in complaint["fields"] if one["is_needed"]]) == (
        "维修质量投诉",
        ["org_unit"],
    )

    # One click.
    said = {"org_unit": ORG_UNITS[DEALER], "subject": "刹车异响修了两次", "note": "同一站修过两次，异响依旧"}
    path = f"/v1/call-center/interactions/{call['id']}/macros/{complaint['code']}"
    done = platform.post(path, said, client=AGENT)
    made = {one["kind"]: one["id"] for one in done["made"]}
    assert (done["interaction"]["status"], done["interaction"]["case_id"]) == ("completed", made["case"])

    # The dealer has its task, with a deadline; the callback and the case are there for whoever of the agents is free.
    task = platform.get(f"/v1/call-center/case-tasks/{made['case_task']}", client=DEALER)
    assert (task["status"], task["description"]) == ("assigned", said["note"])
    assert task["due_at"] is not None
    case = platform.get(f"/v1/call-center/cases/{made['case']}", client=HEADQUARTERS)
    assert (case["kind"], case["priority"], case["subject"]) == ("complaint", "high", said["subject"])
    callback = platform.get(f"/v1/call-center/callbacks/{made['callback']}", client=HEADQUARTERS)
    assert (callback["status"], callback["case_id"]) == ("planned", made["case"])

    # The customer hears of it, once customer-master has said that nothing stands against it.
    def message() -> dict[str, object] | None:
        query = {"source": call["customer"]["source"], "record_id": call["customer"]["record_id"]}
        sent = platform.get("/v1/call-center/notifications", params=query)["items"]
        return next((one for one in sent if one["status"] == "sent"), None)

    told = scene.until(message, what="a message to the customer")
    assert (told["id"], told["template"], told["recipient"]) == (made["notification"], "complaint_taken", MENG.phone)

    # A second click, by mistake, does nothing.
    again = platform.request("POST", path, client=AGENT, json=said)
    assert again.status_code == 409
    cases = platform.get("/v1/call-center/cases", params={"golden_id": scene.golden_id(MENG, members=1)})["items"]
    assert [one["id"] for one in cases] == [made["case"]]
