"""R94, a marketer: do not send the same material twice, whoever sends it (防止重复地发放相同的资料)."""

from typing import Any

import pytest
from scene import DEALER, ORG_UNITS, Person, Scene

pytestmark = pytest.mark.system

YE = Person("叶知秋", "13911110094")
AGREED = [{"purpose": "marketing", "status": "granted", "at": "2026-01-01T00:00:00Z"}]
OTHER_DEALER, CATALOGUE = "dealer-d0002", "R94 产品目录"


def test_what_one_dealer_sent_no_other_sends_again(scene: Scene) -> None:
    platform = scene.platform
    # Two dealers know the same person, each by a record of its own, and both plan to send the catalogue.
    records = {}
    for dealer in (DEALER, OTHER_DEALER):
        body = {"org_unit": ORG_UNITS[dealer], "customer": YE.party(consents=AGREED)}
        records[dealer] = platform.post("/v1/sales/customers", body, client=dealer)["record_id"]
    golden_id = scene.golden_id(YE, members=2)

    def may_send(material: str, client: str = OTHER_DEALER) -> list[str]:
        question = {
            "customer": {"golden_id": golden_id},
            "channel": "sms",
            "purpose": "marketing",
            "material": material,
        }
        answer = platform.post("/v1/customers/suppression-check", question, client=client)
        return [reason["code"] for reason in answer["reasons"]]

    assert may_send(CATALOGUE) == []
    assert contacts(scene, golden_id) == []

    # The first dealer sends it.
    first = campaign(scene, DEALER, "R94-A", records[DEALER])
    scene.until(lambda: member_of(scene, DEALER, first)["status"] == "contacted", "the catalogue to be sent")

    # Before the second sends it, it is told that the customer has it; anything else may go out.
    scene.until(lambda: may_send(CATALOGUE) == ["already_sent"], "the contact to be known to all")
    assert may_send("R94 价格表") == []
    second = campaign(scene, OTHER_DEALER, "R94-B", records[OTHER_DEALER])
    scene.until(lambda: member_of(scene, OTHER_DEALER, second)["status"] == "suppressed", "the second to be held back")
    assert member_of(scene, OTHER_DEALER, second)["not_contacted"] == "already_sent"

    # The contact log shows the second dealer what was sent and when, but not the first one's record.
    (sent,) = contacts(scene, golden_id, material=CATALOGUE)
    assert (sent["department"], sent["org_unit"], sent["channel"]) == ("sales", ORG_UNITS[DEALER], "sms")
    assert sent["record_id"] is None
    assert contacts(scene, golden_id, department="aftersales") == []
    path = f"/v1/customers/{golden_id}/contacts"
    assert platform.get(path)["items"][0]["record_id"] == records[DEALER]


def campaign(scene: Scene, dealer: str, code: str, record_id: str) -> str:
    """A campaign of the dealer that sends the catalogue to one customer, under way."""
    body = {
        "org_unit": ORG_UNITS[dealer],
        "code": code,
        "title": "寄送产品目录",
        "channel": "sms",
        "starts_on": "2026-11-01",
        "ends_on": "2031-11-30",
        "material": CATALOGUE,
        "subject": "新车目录",
        "message": "您的产品目录已备好。",
    }
    made = scene.platform.post("/v1/sales/campaigns", body, client=dealer)
    path = f"/v1/sales/campaigns/{made['id']}"
    scene.platform.post(f"{path}/members", {"record_ids": [record_id]}, client=dealer)
    scene.platform.post(f"{path}/start", None, client=dealer)
    return str(made["id"])


def member_of(scene: Scene, dealer: str, campaign_id: str) -> dict[str, Any]:
    """The one customer of a campaign."""
    query = {"campaign_id": campaign_id}
    (member,) = scene.platform.get("/v1/sales/campaign-members", client=dealer, params=query)["items"]
    return dict(member)


def contacts(scene: Scene, golden_id: str, **query: str) -> list[dict[str, Any]]:
    """The contact log as the second dealer sees it."""
    path = f"/v1/customers/{golden_id}/contacts"
    return list(scene.platform.get(path, client=OTHER_DEALER, params=query)["items"])
