"""R86, a customer: I booked a test drive and never got a confirmation (一直没有收到确认信息)."""

import pytest
from scene import DEALER, ORG_UNITS, Person, Scene

pytestmark = pytest.mark.system

FANG = Person("方雨桐", "13911110086")


def test_a_confirmed_drive_is_told_to_the_customer_and_the_slot_is_nobody_elses(scene: Scene) -> None:
    platform = scene.platform
    booking = {
        "org_unit": ORG_UNITS[DEALER],
        "customer": FANG.party(),
        "scheduled_at": "2031-03-03T02:00:00Z",
        "demo_vehicle": "试驾 86",
        "consultant": "王磊",
    }
    drive = platform.post("/v1/sales/test-drives", booking, client=DEALER)
    record_id = drive["customer"]["record_id"]

    # Somebody else wants the same car at the same time: a clear no, that names what is taken.
    taken = platform.request(
        "POST", "/v1/sales/test-drives", client=DEALER, json=booking | {"customer": {"name": {"full": "别人"}}}
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")

    # Confirmed: a message goes to the customer's own number, once customer-master says that it may.
    assert platform.get("/v1/sales/notifications", client=DEALER, params={"record_id": record_id})["items"] == []
    platform.post(f"/v1/sales/test-drives/{drive['id']}/confirm", None, client=DEALER)

    def sent() -> dict[str, object] | None:
        items = platform.get("/v1/sales/notifications", client=DEALER, params={"record_id": record_id})["items"]
        return items[0] if items and items[0]["status"] == "sent" else None

    message = scene.until(sent, "the confirmation to be sent")
    assert (message["template"], message["channel"], message["purpose"]) == ("test_drive_confirmed", "sms", "service")

    # Headquarters sees on the customer's timeline that the drive was confirmed and the customer told.
    golden_id = scene.golden_id(FANG, members=1)
    told = {"isthmus.sales.test-drive-confirmed.v1", "isthmus.sales.customer-contacted.v1"}

    def all_told() -> bool:
        items = platform.get(f"/v1/customers/{golden_id}/timeline")["items"]
        return told <= {item["type"] for item in items}

    scene.until(all_told, "the timeline to tell of it")
