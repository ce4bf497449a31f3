"""R104, headquarters: a complaint goes to the dealer and back, with a deadline, and ends when the customer says so."""

import pytest
from scene import DEALER, HEADQUARTERS, ORG_UNITS, Person, Scene

pytestmark = pytest.mark.system

JIN = Person("金秀英", "13911110104")


def test_the_customer_has_the_last_word(scene: Scene) -> None:
    platform = scene.platform
    complaint = platform.post(
        "/v1/feedback/complaints",
        {"org_unit": "hq", "customer": JIN.party(), "severity": "serious", "subject": "交车时有划痕"},
    )
    path = f"/v1/feedback/complaints/{complaint['id']}"
    platform.post(f"{path}/accept", None)
    explained = platform.get(f"{path}/deadlines")
    assert explained, "every deadline says how it is counted"

    # Before it is forwarded the dealer does not know it; afterwards the dealer sees and answers it, and no more.
    assert platform.request("GET", path, client=DEALER).status_code == 404
    platform.post(f"{path}/forward", {"responsible_org_unit": ORG_UNITS[DEALER]}, client=HEADQUARTERS)
    assert platform.get(path, client=DEALER)["subject"] == "交车时有划痕"
    platform.post(f"{path}/answer", {"dealer_answer": "同意免费补漆"}, client=DEALER)
    assert platform.request("POST", f"{path}/resolve", client=DEALER, json={"resolution": "已补漆"}).status_code == 403
    platform.post(f"{path}/resolve", {"resolution": "免费补漆", "remedy": "repair"}, client=HEADQUARTERS)

    # The customer is not content: it is reopened, not closed.
    refused = platform.request("POST", f"{path}/close", json={"satisfied": False})
    assert refused.status_code == 422
    reopened = platform.post(f"{path}/reopen", None)
    assert reopened["status"] not in {"closed", "resolved"}
    platform.post(f"{path}/resolve", {"resolution": "重新补漆并送保养", "remedy": "repair"})
    assert platform.post(f"{path}/close", {"satisfied": True})["status"] == "closed"
