"""R95, a marketer: who visited the site, and what do they want (这些人是谁)."""

import pytest
from scene import DEALER, ORG_UNITS, Person, Scene

pytestmark = pytest.mark.system

YAN = Person("严可心", "13911110095")
VISITOR, PASSER_BY = "7f9d0c1e-95a0-4c7e-8f00-000000000095", "7f9d0c1e-95a0-4c7e-8f00-000000000096"


def test_a_visitor_who_leaves_a_phone_brings_along_what_was_looked_at(scene: Scene) -> None:
    platform = scene.platform

    def look_at(visitor: str, path: str, series: str, at: str) -> None:
        visits = [{"at": at, "path": path, "series": series}]
        body = {"org_unit": ORG_UNITS[DEALER], "visitor": visitor, "visits": visits}
        platform.post("/v1/sales/web-visits", body, client=DEALER)

    # Two people look around; who they are nobody knows.
    look_at(VISITOR, "/models/r95", "R95", "2026-11-20T10:00:00Z")
    look_at(VISITOR, "/models/r95/price", "R95", "2026-11-20T10:05:00Z")
    look_at(PASSER_BY, "/models/r95", "R95", "2026-11-20T11:00:00Z")
    query = {"org_unit": ORG_UNITS[DEALER]}
    interest = platform.get("/v1/sales/web-visits/interest", client=DEALER, params=query)
    assert {row["series"]: (row["visits"], row["visitors"], row["leads"]) for row in interest}["R95"] == (3, 2, 0)

    # One of them asks for a call.
    asked = {"org_unit": ORG_UNITS[DEALER], "customer": YAN.party(), "channel": "web", "visitor": VISITOR}
    lead = platform.post("/v1/sales/leads", asked, client=DEALER)
    golden_id = scene.golden_id(YAN, members=1)

    # The consultant knows what the customer wants, and the timeline tells it; the other stays a number.
    (known,) = platform.get("/v1/sales/web-visitors", client=DEALER, params={"lead_id": lead["id"]})["items"]
    seen = platform.get(f"/v1/sales/web-visitors/{known['id']}/visits", client=DEALER)
    assert [visit["path"] for visit in seen] == ["/models/r95", "/models/r95/price"]

    def on_the_timeline() -> bool:
        items = platform.get(f"/v1/customers/{golden_id}/timeline")["items"]
        return "isthmus.sales.web-visitor-changed.v1" in {item["type"] for item in items}

    scene.until(on_the_timeline, "the timeline to tell of the visits")
