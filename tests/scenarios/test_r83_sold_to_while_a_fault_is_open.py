"""R83, a customer: my problem is not solved, and they come to sell me something (问题没解决又来上门推销)."""

import pytest
from scene import DEALER, ORG_UNITS, STATION, Person, Scene

pytestmark = pytest.mark.system

XU = Person("许文静", "13911110083")
AGREED = [{"purpose": "marketing", "status": "granted", "at": "2026-01-01T00:00:00Z"}]


def test_an_open_complaint_silences_offers_everywhere_until_it_is_closed(scene: Scene) -> None:
    platform = scene.platform
    # The dealer may send offers: the customer agreed.
    lead = {"org_unit": ORG_UNITS[DEALER], "customer": XU.party(consents=AGREED)}
    platform.post("/v1/sales/leads", lead, client=DEALER)
    golden_id = scene.golden_id(XU, members=1)
    assert scene.may_contact(golden_id, "sms", "marketing", DEALER) == []

    # The customer complains of a repair, to headquarters; the dealer knows nothing of it.
    order = {"org_unit": ORG_UNITS[STATION], "customer": XU.party(), "vehicle": {"plate": "皖B83831"}}
    platform.post("/v1/aftersales/repair-orders", order, client=STATION)
    complaint = platform.post(
        "/v1/feedback/complaints",
        {
            "org_unit": "hq",
            "customer": XU.party(),
            "category": "service",
            "severity": "serious",
            "subject": "空调修了三次还是不制冷",
        },
    )
    assert scene.golden_id(XU, members=3) == golden_id

    # Before an offer goes out, the dealer is told that there is trouble; what serves the repair still may be said.
    scene.until(
        lambda: scene.may_contact(golden_id, "sms", "marketing", DEALER) == ["open_complaint"],
        "the complaint to silence offers",
    )
    assert scene.may_contact(golden_id, "sms", "service", DEALER) == []

    # Settled and closed, offers may go out again.
    path = f"/v1/feedback/complaints/{complaint['id']}"
    platform.post(f"{path}/accept", {})
    platform.post(f"{path}/resolve", {"resolution": "更换压缩机，免费"})
    platform.post(f"{path}/close", {"satisfied": True})
    scene.until(lambda: scene.may_contact(golden_id, "sms", "marketing", DEALER) == [], "offers to be allowed again")
