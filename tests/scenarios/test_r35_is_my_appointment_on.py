"""R35, a station: which of the appointments that come in have been accepted, and is there room (预约受理)?"""

from typing import Any

import pytest
from scene import HEADQUARTERS, Person, Scene

pytestmark = pytest.mark.system

STATION, ORG_UNIT = "station-s0801", "station:S0801"
MU = Person("穆清扬", "13911110035")
LATE = Person("乐天佑", "13911112035")
MONDAY_AT_TEN = "2031-03-03T02:00:00Z"


def test_a_request_keeps_its_bay_and_the_customer_is_told_once_it_is_accepted(scene: Scene) -> None:
    platform = scene.platform
    workshop = {"org_unit": ORG_UNIT, "name": "第八维修站", "opening_hours": {"week": {"mon-fri": ["08:00-18:00"]}}}
    workshop_id = platform.post("/v1/aftersales/workshops", workshop, client=STATION)["id"]
    platform.post("/v1/aftersales/bays", {"org_unit": ORG_UNIT, "name": "1号工位"}, client=STATION)

    def request_of(person: Person) -> dict[str, Any]:
        return {
            "org_unit": ORG_UNIT,
            "customer": person.party(),
            "channel": "web",
            "scheduled_at": MONDAY_AT_TEN,
            "symptom": "低速转向异响",
        }

    # The request comes in by headquarters' web site. The station finds it among those nobody has accepted.
    made = platform.post("/v1/aftersales/appointments", request_of(MU), client=HEADQUARTERS)
    path = f"/v1/aftersales/appointments/{made['id']}"
    waiting = platform.get("/v1/aftersales/appointments", client=STATION, params={"status": "booked"})["items"]
    assert [(item["id"], item["symptom"]) for item in waiting] == [(made["id"], "低速转向异响")]
    assert platform.request("GET", path, client="station-s0101").status_code == 404

    # The only bay is kept for it: the next customer is told so at once, and the station shows when it has room.
    full = platform.request("POST", "/v1/aftersales/appointments", json=request_of(LATE))
    assert (full.status_code, full.json()["code"]) == (409, "no_capacity")
    day = {"from": MONDAY_AT_TEN, "until": "2031-03-03T04:00:00Z"}
    free = platform.get(f"/v1/aftersales/workshops/{workshop_id}/free-slots", client=STATION, params=day)
    assert [slot["starts_at"] for slot in free][:1] == ["2031-03-03T03:00:00Z"]

    # Accepted: the customer is told by a message, and headquarters sees it on the timeline.
    record = {"record_id": made["customer"]["record_id"]}
    assert platform.get("/v1/aftersales/notifications", client=STATION, params=record)["items"] == []
    platform.post(f"{path}/confirm", None, client=STATION)
    assert platform.get("/v1/aftersales/appointments", client=STATION, params={"status": "booked"})["items"] == []

    def told() -> bool:
        items = platform.get("/v1/aftersales/notifications", client=STATION, params=record)["items"]
        return [(one["template"], one["status"]) for one in items] == [("appointment_confirmed", "sent")]

    scene.until(told, "the confirmation to be sent")
    golden_id = scene.golden_id(MU, members=1)

    def seen() -> bool:
        items = platform.get(f"/v1/customers/{golden_id}/timeline")["items"]
        return "isthmus.aftersales.appointment-confirmed.v1" in {item["type"] for item in items}

    scene.until(seen, "the timeline to tell of it")

    # The customer comes, and the repair order follows the appointment.
    platform.post(f"{path}/arrive", None, client=STATION)
    order = {
        "org_unit": ORG_UNIT,
        "customer": record,
        "appointment_id": made["id"],
        "vehicle": {"plate": "皖B35035", "mileage_km": 30_500},
        "symptom": made["symptom"],
    }
    taken_in = platform.post("/v1/aftersales/repair-orders", order, client=STATION)
    assert (taken_in["appointment_id"], taken_in["status"]) == (made["id"], "opened")
