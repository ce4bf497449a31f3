"""R98, a manager: three consultants have promised this customer things, what and until when (给客户承诺过什么)?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scene import DEALER, HEADQUARTERS, ORG_UNITS, Person, Scene

pytestmark = pytest.mark.system

JIANG = Person("江逐流", "13911110098")
OTHER_DEALER = "dealer-d0002"


def test_every_promise_is_known_whoever_gave_it_and_shows_when_it_was_not_kept(scene: Scene) -> None:
    platform = scene.platform
    now = datetime.now(UTC)
    customers: dict[str, dict[str, Any]] = {}

    def promise(client: str, consultant: str, words: str, due_at: datetime) -> str:
        body = {
            "org_unit": ORG_UNITS[client],
            "customer": customers.get(client, JIANG.party()),
            "promised_by": consultant,
            "promise": words,
            "due_at": due_at.isoformat(),
        }
        made = platform.post("/v1/sales/commitments", body, client=client)
        customers[client] = {"record_id": made["customer"]["record_id"]}
        return str(made["id"])

    # Two consultants of one dealer and one of another, none knowing of the others.
    mats = promise(DEALER, "甲98", "送全车脚垫", now + timedelta(days=30))
    plate = promise(DEALER, "乙98", "一周内上牌", now - timedelta(days=2))
    service = promise(OTHER_DEALER, "丙98", "终身免费洗车", now + timedelta(days=90))
    golden_id = scene.golden_id(JIANG, members=2)

    # The dealer's manager has both promises of the house on one page, and sees which is late.
    def briefing() -> dict[str, Any] | None:
        page: dict[str, Any] = platform.get(
            f"/v1/sales/customers/{customers[DEALER]['record_id']}/briefing", client=DEALER
        )
        late = [one["promise"] for one in page["commitments"] if one["overdue_at"]]
        return page if page["golden_id"] == golden_id and late == ["一周内上牌"] else None

    page = scene.until(briefing, "the late promise on the briefing")
    assert {(one["promised_by"], one["promise"]) for one in page["commitments"]} == {
        ("甲98", "送全车脚垫"),
        ("乙98", "一周内上牌"),
    }

    # Headquarters sees all three; each dealer of the other's only that there is something, not what.
    def promises(client: str) -> dict[str | None, str]:
        items = platform.get(f"/v1/customers/{golden_id}/profile", client=client)["open_items"]
        return {(one["data"] or {}).get("promise"): one["state"] for one in items if one["kind"] == "commitment"}

    everything = {"送全车脚垫": "open", "一周内上牌": "overdue", "终身免费洗车": "open"}
    scene.until(lambda: promises(HEADQUARTERS) == everything, "all three promises in the profile")
    assert promises(OTHER_DEALER).keys() == {"终身免费洗车", None}

    # One is kept, one broken, one still stands: who gave the word is told apart from who did not keep it.
    platform.post(f"/v1/sales/commitments/{mats}/keep", {"outcome": "已赠送"}, client=DEALER)
    platform.post(f"/v1/sales/commitments/{plate}/break", {"outcome": "材料不全，改下周"}, client=DEALER)
    left = {"一周内上牌": "broken", "终身免费洗车": "open"}
    scene.until(lambda: promises(HEADQUARTERS) == left, "the broken promise to stay visible")
    assert platform.get(f"/v1/sales/commitments/{service}", client=OTHER_DEALER)["status"] == "open"
