"""R97 and R98, a manager: the consultant left half an hour before the signature, and nobody knows what was promised."""

import pytest
from scene import DEALER, HEADQUARTERS, ORG_UNITS, Person, Scene

pytestmark = pytest.mark.system

PAN = Person("潘志远", "13911110097")


def test_whoever_goes_on_has_the_book_and_knows_the_promises(scene: Scene) -> None:
    platform = scene.platform
    lead = platform.post(
        "/v1/sales/leads",
        {"org_unit": ORG_UNITS[DEALER], "customer": PAN.party(), "consultant": "孙涛97"},
        client=DEALER,
    )
    known = {"org_unit": ORG_UNITS[DEALER], "customer": {"record_id": lead["customer"]["record_id"]}}
    promise = platform.post(
        "/v1/sales/commitments",
        {**known, "promised_by": "孙涛97", "promise": "送三次保养", "due_at": "2031-03-01T00:00:00Z"},
        client=DEALER,
    )
    golden_id = scene.golden_id(PAN, members=1)

    # The consultant leaves: everything open moves in one step.
    handover = platform.post(
        "/v1/sales/handovers",
        {
            "org_unit": ORG_UNITS[DEALER],
            "from_consultant": "孙涛97",
            "to_consultant": "李娜",
            "reason": "离职",
        },
        client=HEADQUARTERS,
    )
    assert {item["id"] for item in handover["moved"]} == {lead["id"], promise["id"]}
    assert platform.get(f"/v1/sales/leads/{lead['id']}", client=DEALER)["consultant"] == "李娜"

    # Who promised it stays written; who answers for it now is the new one; the history tells the change.
    kept = platform.get(f"/v1/sales/commitments/{promise['id']}", client=DEALER)
    assert (kept["promised_by"], kept["consultant"], kept["promise"]) == ("孙涛97", "李娜", "送三次保养")
    history = platform.get(f"/v1/sales/commitments/{promise['id']}/history", client=DEALER)
    assert history[-1]["changes"] == [{"field": "consultant", "old": "孙涛97", "new": "李娜"}]

    # Headquarters sees the open promise in the customer's profile.
    def promised() -> bool:
        profile = platform.get(f"/v1/customers/{golden_id}/profile")
        return "送三次保养" in str(profile)

    scene.until(promised, "the promise in the profile")
