"""R66b, a customer: I ask by WeChat, and am answered there, to and fro until it is settled (在线磋商)."""

from datetime import UTC, datetime

import pytest
from scene import Person, Scene

pytestmark = pytest.mark.system

AN, AGENT, INBOX = Person("安若溪", "13911110066"), "agent", "wx-service-66"


def test_the_conversation_goes_to_and_fro(scene: Scene) -> None:
    platform = scene.platform
    platform.post("/v1/call-center/mailboxes", {"address": INBOX, "is_answered_at_once": False})

    def asks(text: str) -> dict[str, str]:
        message = {"recipient": INBOX, "channel": "wechat", "address": "openid-an-66", "body": text}
        received = platform.post("/v1/call-center/messages", message | {"at": datetime.now(UTC).isoformat()})
        return dict(received["interaction"])

    def is_answered(message: dict[str, str], text: str) -> dict[str, str]:
        path = f"/v1/call-center/interactions/{message['id']}/reply"
        answer = platform.post(path, {"body": text, "agent": "李娜66"}, client=AGENT)

        def delivered() -> dict[str, str] | None:
            now = platform.get(f"/v1/call-center/interactions/{answer['id']}", client=AGENT)
            return now if now["delivery"] != "pending" else None

        return dict(scene.until(delivered, what="the answer to go out, or not"))

    # The question is a case with a deadline; it has been answered once the answer has gone out.
    question = asks("瑞虎8有灰色现车吗")
    case = f"/v1/call-center/cases/{question['case_id']}"
    assert platform.get(case, client=AGENT)["first_responded_at"] is None
    assert is_answered(question, "有两台，周六可看车。")["delivery"] == "sent"
    assert platform.get(case, client=AGENT)["first_responded_at"] is not None

    # It goes on in the same conversation; who comes later reads all of it.
    second = asks("周六上午十点可以吗")
    is_answered(second, "可以，已为您留车。")
    thread = {"thread_id": question["id"], "sort": "at"}
    told = platform.get("/v1/call-center/interactions", client=AGENT, params=thread)["items"]
    assert [(one["direction"], one["body"]) for one in told] == [
        ("outbound", "有两台，周六可看车。"),
        ("inbound", "周六上午十点可以吗"),
        ("outbound", "可以，已为您留车。"),
    ]
