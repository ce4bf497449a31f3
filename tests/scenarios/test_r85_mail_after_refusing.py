"""R85, a customer: I refused, and still get mass mail (不希望再收到大量的宣传邮件)."""

import pytest
from scene import DEALER, ORG_UNITS, STATION, Person, Scene

pytestmark = pytest.mark.system

HE = Person("何晓燕", "13911110085")


def test_a_refusal_told_to_one_station_binds_every_dealer(scene: Scene) -> None:
    platform = scene.platform
    # Two years ago the customer agreed to mail from the dealer.
    agreed = [{"purpose": "marketing", "channel": "email", "status": "granted", "at": "2024-05-01T02:00:00Z"}]
    lead = {"org_unit": ORG_UNITS[DEALER], "customer": HE.party(consents=agreed)}
    platform.post("/v1/sales/leads", lead, client=DEALER)
    golden_id = scene.golden_id(HE, members=1)
    assert scene.may_contact(golden_id, "email", "marketing", DEALER) == []

    # At the repair station the customer says: no more.
    refused = [{"purpose": "marketing", "channel": "email", "status": "withdrawn", "at": "2026-10-20T02:00:00Z"}]
    appointment = {
        "org_unit": ORG_UNITS[STATION],
        "customer": HE.party(consents=refused),
        "scheduled_at": "2026-12-07T02:00:00Z",
    }
    platform.post("/v1/aftersales/appointments", appointment, client=STATION)
    assert scene.golden_id(HE, members=2) == golden_id

    # The dealer, who was told nothing, must not write any more, and everybody sees why.
    assert scene.may_contact(golden_id, "email", "marketing", DEALER) == ["consent_withdrawn"]
    view = platform.get(f"/v1/customers/{golden_id}", client=DEALER)
    assert "marketing_opt_out" in view["flags"]

    # A newer yes, said at the dealer, counts again.
    again = [{"purpose": "marketing", "channel": "email", "status": "granted", "at": "2026-10-25T02:00:00Z"}]
    platform.post(
        "/v1/sales/leads", {"org_unit": ORG_UNITS[DEALER], "customer": HE.party(consents=again)}, client=DEALER
    )
    scene.until(lambda: scene.may_contact(golden_id, "email", "marketing", DEALER) == [], "the newer yes to count")
