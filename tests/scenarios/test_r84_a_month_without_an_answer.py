"""R84, a customer: I wrote to a consultant, and for a month nobody took notice of me (一个月没人理我)."""

from datetime import UTC, datetime, timedelta

import pytest
from scene import DEALER, HEADQUARTERS, ORG_UNITS, Person, Scene

pytestmark = pytest.mark.system

FU = Person("傅晓岚", "13911110084")
INBOX, WROTE_FROM = "li.na.84@d0001.example", "fu.xiaolan.84@example.com"


def test_the_letter_has_a_case_a_deadline_and_somebody_who_is_told_when_it_has_passed(scene: Scene) -> None:
    platform = scene.platform
    # Before: the address is one of ours, and it says who must answer.
    mailbox = {"address": INBOX, "assigned_org_unit": ORG_UNITS[DEALER], "assignee": "李娜84"}
    platform.post("/v1/call-center/mailboxes", mailbox)
    mine = {"assignee": "李娜84", "sort": "due_at"}
    assert platform.get("/v1/call-center/cases", client=DEALER, params=mine)["items"] == []

    # The mail server hands over what was written a month ago.
    written_at = datetime.now(UTC) - timedelta(days=31)
    letter = {
        "recipient": INBOX,
        "address": WROTE_FROM,
        "at": written_at.isoformat(),
        "subject": "想约试驾，请回复",
        "message_id": "<84@example.com>",
    }
    received = platform.post("/v1/call-center/messages", letter)
    case, path = received["case"], f"/v1/call-center/cases/{received['case']['id']}"
    assert received["is_confirmed"], "the customer is told at once that the letter has come"

    # It counts from when it was written: overdue at once, escalated, and told to the consultant and to headquarters.
    def late() -> bool:
        return str(platform.get(path)["status"]) == "escalated"

    scene.until(late, "the case to be escalated")
    (waiting,) = platform.get("/v1/call-center/cases", client=DEALER, params=mine)["items"]
    assert (waiting["id"], waiting["escalated_clock"]) == (case["id"], "first_response")

    def told(client: str) -> list[str]:
        query = {"record_id": case["customer"]["record_id"]}
        items = platform.get("/v1/call-center/notifications", client=client, params=query)["items"]
        return sorted(item["recipient"] for item in items if item["template"] == "case_escalated")

    assert (told(DEALER), told(HEADQUARTERS)) == (["李娜84"], ["hq", "李娜84"])
    clocks = {clock["clock"]: clock for clock in platform.get(f"{path}/clocks", client=DEALER)}
    assert clocks["first_response"]["state"] == "overdue"
    assert "已超时" in clocks["first_response"]["text_zh"]

    # The consultant answers: the clock stands still, and says that it was missed.
    answer = {
        "customer": {"record_id": case["customer"]["record_id"]},
        "channel": "email",
        "direction": "outbound",
        "address": WROTE_FROM,
        "at": datetime.now(UTC).isoformat(),
        "case_id": case["id"],
        "body": "非常抱歉，本周六上午可以试驾",
    }
    platform.post("/v1/call-center/interactions", answer)
    clocks = {clock["clock"]: clock for clock in platform.get(f"{path}/clocks", client=DEALER)}
    assert clocks["first_response"]["state"] == "missed"

    # The dealer settles it, and the customer's timeline keeps how long it took.
    platform.post(f"{path}/resolve", {"resolution": "已约周六试驾"}, client=DEALER)
    golden_id = scene.until(lambda: platform.get(path)["golden_id"], "the customer of the letter")

    def kept() -> bool:
        items = platform.get(f"/v1/customers/{golden_id}/timeline")["items"]
        return "isthmus.call-center.case-escalated.v1" in {item["type"] for item in items}

    scene.until(kept, "the timeline to tell of it")
