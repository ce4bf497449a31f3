"""R96, the service desk: most calls come from operating the car wrongly, and each takes an engineer (误操作引起)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scene import Person, Scene

pytestmark = pytest.mark.system

CALLERS = [Person("桑榆", "13911110096"), Person("梅若雪", "13911112096"), Person("竺可风", "13911113096")]
ARTICLES = "/v1/call-center/articles"


def test_an_article_answers_and_the_reasons_are_counted(scene: Scene) -> None:
    platform = scene.platform
    begin = datetime.now(UTC) - timedelta(days=400)
    day = {"at_from": begin.isoformat(), "at_to": (begin + timedelta(hours=1)).isoformat()}

    def call(person: Person) -> dict[str, Any]:
        ring = {"channel": "phone", "direction": "inbound", "address": person.phone, "at": begin.isoformat()}
        rung: dict[str, Any] = platform.post("/v1/call-center/interactions", ring | {"agent": "坐席96"})
        return rung

    def reasons() -> list[tuple[str | None, str | None, int]]:
        counted = platform.get("/v1/call-center/interactions/reasons", params=day)
        return [(one["reason"], one["reason_detail"], one["interactions"]) for one in counted]

    # Before: three calls, and nobody can say why people ring.
    calls = [call(person) for person in CALLERS]
    assert reasons() == [(None, None, 3)]

    # The agent searches as the customer says it. What the platform brought along answers the first caller.
    found = platform.get(f"{ARTICLES}/search", params={"q": "方向盘转不动", "language": "zh"})
    assert (found[0]["title"]["text"], found[0]["reason"]) == ("方向盘锁死、钥匙拧不动", "misuse")
    used = platform.post(f"{ARTICLES}/{found[0]['id']}/use", {"interaction_id": calls[0]["id"]})
    assert used["uses"] == found[0]["uses"] + 1

    # The second question has no answer yet: an engineer writes it down once, and it is found from then on.
    symptom = {"q": "蜂鸣器九六响"}
    assert platform.get(f"{ARTICLES}/search", params=symptom) == []
    written = {
        "title": "挂挡后蜂鸣器九六响",
        "body": "手刹没有完全放下时会提示，放下手刹即可，无需检修。",
        "reason": "misuse",
        "reason_detail": "driving",
    }
    article = platform.post(ARTICLES, written)
    assert platform.get(f"{ARTICLES}/search", params=symptom) == [], "a draft is not told to customers"
    platform.post(f"{ARTICLES}/{article['id']}/publish", None)
    assert [one["id"] for one in platform.get(f"{ARTICLES}/search", params=symptom)] == [article["id"]]

    # Each call is wrapped up with its reason; now it is known that two of three were misuse, and of which kind.
    wrap_ups = [("misuse", "starting"), ("misuse", "driving"), ("complaint", "quality")]
    for rung, (reason, detail) in zip(calls, wrap_ups, strict=True):
        noted = {"reason": reason, "reason_detail": detail}
        platform.post(f"/v1/call-center/interactions/{rung['id']}/complete", noted)
    assert sorted(reasons(), key=str) == [
        ("complaint", "quality", 1),
        ("misuse", "driving", 1),
        ("misuse", "starting", 1),
    ]
