"""R34 and R35: the hotline books a workshop for whoever calls, the station accepts (预约电话登记、预约受理)."""

from typing import Any

import pytest
from scene import Person, Scene

pytestmark = pytest.mark.system

QIAN = Person("钱立群", "13911110034")
AGENT, STATION, STATION_UNIT, NEIGHBOUR = "agent", "station-s0301", "station:S0301", "station-s0401"
APPOINTMENTS = "/v1/aftersales/appointments"
MONDAY = {"from": "2031-03-03T00:00:00Z", "until": "2031-03-03T12:00:00Z", "minutes": "60"}


def test_a_caller_gets_a_time_the_station_accepts_it_and_the_customer_is_told(scene: Scene) -> None:
    platform = scene.platform
    workshop = platform.post(
        "/v1/aftersales/workshops",
        {"org_unit": STATION_UNIT, "name": "三店维修站", "opening_hours": {"week": {"mon-sun": ["08:00-18:00"]}}},
        client=STATION,
    )
    platform.post("/v1/aftersales/bays", {"org_unit": STATION_UNIT, "name": "1"}, client=STATION)

    # The phone rings at headquarters. The agent sees when the station has room.
    call = platform.post(
        "/v1/call-center/interactions",
        {"channel": "phone", "direction": "inbound", "address": QIAN.phone, "at": "2026-11-20T02:00:00Z"},
        client=AGENT,
    )

    def free() -> list[str]:
        path = f"/v1/aftersales/workshops/{workshop['id']}/free-slots"
        return [slot["starts_at"] for slot in platform.get(path, client=AGENT, params=MONDAY)]

    nine, ten = "2031-03-03T01:00:00Z", "2031-03-03T02:00:00Z"
    assert {nine, ten} <= set(free())

    # The agent books nine o'clock for the caller; nobody gets it twice.
    wish = {
        "org_unit": STATION_UNIT,
        "customer": QIAN.party(),
        "scheduled_at": nine,
        "duration_minutes": 60,
        "vehicle": {"plate": "皖B34034"},
        "symptom": "刹车异响",
        "interaction_id": call["id"],
    }
    appointment = platform.post(APPOINTMENTS, wish, client=AGENT)
    path = f"{APPOINTMENTS}/{appointment['id']}"
    assert nine not in free()
    again = platform.request("POST", APPOINTMENTS, client=AGENT, json=wish)
    assert (again.status_code, again.json()["code"]) == (409, "no_capacity")

    # The caller prefers ten: the agent moves it, and nine is free again.
    moved = platform.request("PATCH", path, client=AGENT, json={"scheduled_at": ten}, headers={"If-Match": '"1"'})
    assert moved.status_code == 200, moved.text
    assert (nine in free(), ten in free()) == (True, False)

    # Accepting is not for the agent: that is the station's.
    assert platform.request("POST", f"{path}/confirm", client=AGENT).status_code == 403

    # The station sees who registered it and why, and was told; its neighbour sees nothing.
    seen = platform.get(path, client=STATION)
    assert (seen["status"], seen["registered_by"], seen["interaction_id"]) == ("booked", "call_center", call["id"])
    staff = notifications(scene, {})
    assert {one["template"] for one in staff} == {"appointment_registered", "appointment_moved"}
    assert platform.request("GET", path, client=NEIGHBOUR).status_code == 404

    # The station accepts; a message goes to the customer's own number.
    platform.post(f"{path}/confirm", None, client=STATION)
    record = {"record_id": appointment["customer"]["record_id"]}

    def confirmed() -> bool:
        return [(one["template"], one["status"]) for one in notifications(scene, record)] == [
            ("appointment_confirmed", "sent")
        ]

    scene.until(confirmed, "the confirmation to be sent")

    # The call and the appointment are one customer's, and the agent finds the appointment by the call.
    golden_id = scene.golden_id(QIAN, members=2)
    (found,) = platform.get(APPOINTMENTS, client=AGENT, params={"interaction_id": call["id"]})["items"]
    assert (found["status"], found["golden_id"]) == ("confirmed", golden_id)

    # The customer calls again and gives up; the station sees why, and the time is free.
    platform.post(f"{path}/cancel", {"cancel_reason": "客户临时出差"}, client=AGENT)
    assert platform.get(path, client=STATION)["cancel_reason"] == "客户临时出差"
    assert ten in free()


def notifications(scene: Scene, query: dict[str, Any]) -> list[dict[str, Any]]:
    """What the station sees of the messages sent in its name."""
    items: list[dict[str, Any]] = scene.platform.get("/v1/aftersales/notifications", client=STATION, params=query)[
        "items"
    ]
    return items
