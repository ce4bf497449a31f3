"""R93 and R91, a marketer: who of those who took the catalogue was contacted, and what did the money bring (回报率)."""

import pytest
from scene import DEALER, ORG_UNITS, Person, Scene

pytestmark = pytest.mark.system

GU, TAN = Person("顾思源", "13911110093"), Person("谭雅文", "13911120093")
AGREED = [{"purpose": "marketing", "status": "granted", "at": "2026-01-01T00:00:00Z"}]
REFUSED = [{"purpose": "marketing", "status": "withdrawn", "at": "2026-01-01T00:00:00Z"}]
YUAN = {"currency": "CNY"}


def test_each_who_took_the_catalogue_is_accounted_for_and_so_is_the_money(scene: Scene) -> None:
    platform = scene.platform
    # Two people took the catalogue at a fair; one of them wants no mail.
    ids = {}
    for person, consents in ((GU, AGREED), (TAN, REFUSED)):
        taken = {"org_unit": ORG_UNITS[DEALER], "customer": person.party(consents=consents)}
        ids[person] = platform.post("/v1/sales/customers", taken, client=DEALER)["record_id"]
        scene.golden_id(person, members=1)
    campaign = platform.post(
        "/v1/sales/campaigns",
        {
            "org_unit": ORG_UNITS[DEALER],
            "code": "R93-CATALOGUE",
            "title": "车展目录回访",
            "channel": "sms",
            "starts_on": "2026-11-01",
            "ends_on": "2031-11-30",
            "planned_cost": {"amount_minor": 1_000_000, **YUAN},
            "material": "产品目录",
            "subject": "邀您试驾",
            "message": "感谢您在车展领取目录，欢迎到店试驾。",
        },
        client=DEALER,
    )
    path = f"/v1/sales/campaigns/{campaign['id']}"
    added = platform.post(f"{path}/members", {"record_ids": [*ids.values(), "nobody"]}, client=DEALER)
    assert (added["added"], added["unknown"]) == (2, ["nobody"])
    platform.post(f"{path}/start", None, client=DEALER)

    # Whoever asks sees who was contacted, and of the other why not.
    def all_told() -> bool:
        return bool(platform.get(f"{path}/figures", client=DEALER)["waiting"] == 0)

    scene.until(all_told, "the campaign to reach all it may")
    listed = platform.get("/v1/sales/campaign-members", client=DEALER, params={"campaign_id": campaign["id"]})
    told = {item["customer"]["record_id"]: item for item in listed["items"]}
    assert told[ids[GU]]["status"] == "contacted"
    assert (told[ids[TAN]]["status"], told[ids[TAN]]["not_contacted"]) == ("suppressed", "consent_withdrawn")

    # The one who was reached answers, asks at the dealer and buys; nobody wrote down why.
    answer = {"response": "test_drive"}
    platform.post(f"/v1/sales/campaign-members/{told[ids[GU]]['id']}/respond", answer, client=DEALER)
    known = {"org_unit": ORG_UNITS[DEALER], "customer": {"record_id": ids[GU]}}
    lead = platform.post("/v1/sales/leads", known, client=DEALER)
    order = {**known, "lead_id": lead["id"], "total": {"amount_minor": 12_000_000, **YUAN}}
    platform.post("/v1/sales/orders", order, client=DEALER)
    figures = platform.get(f"{path}/figures", client=DEALER)
    assert (figures["contacted"], figures["responses"], figures["leads"]) == (1, {"test_drive": 1}, 1)
    assert {one["rule"] for one in figures["attributed"]} == {"last_contact"}
    assert (figures["cost_per_lead"]["amount_minor"], figures["return_permille"]) == (1_000_000, 11_000)

    # The response stands on the customer's timeline, for all departments.
    golden_id = scene.golden_id(GU, members=1)

    def on_the_timeline() -> bool:
        items = platform.get(f"/v1/customers/{golden_id}/timeline")["items"]
        return any((item["data"] or {}).get("response") == "test_drive" for item in items)

    scene.until(on_the_timeline, "the timeline to tell of the response")
