"""R36, the hotline and the stations: somebody is stranded, who goes, and by when are they there (救援业务受理)?"""

from typing import Any

import pytest
from scene import Person, Scene

pytestmark = pytest.mark.system

HAO = Person("郝远征", "13911110036")
NEXT = Person("季无双", "13911112036")
LAST = Person("宁长安", "13911113036")
AGENT, NEAR, FAR = "agent", "station-s0601", "station-s0701"
# North of the Tianshan, far from every other station: the nearer workshop stands 6 km away, the other 40 km.
STRANDED = {"latitude_udeg": 44_000_000, "longitude_udeg": 87_600_000}
STANDS = {NEAR: 44_054_000, FAR: 44_360_000}


def test_the_nearest_free_crew_is_sent_and_every_step_has_its_time(scene: Scene) -> None:
    platform = scene.platform
    for client, latitude in STANDS.items():
        org_unit = f"station:{client.removeprefix('station-').upper()}"
        workshop = {
            "org_unit": org_unit,
            "name": f"{org_unit} 救援站",
            "opening_hours": {"week": {"mon-sun": ["00:00-24:00"]}},
            "place": STRANDED | {"latitude_udeg": latitude},
        }
        platform.post("/v1/aftersales/workshops", workshop, client=client)
        crew = {"org_unit": org_unit, "name": "救援一组", "takes": ["rescue"]}
        platform.post("/v1/aftersales/crews", crew, client=client)

    # The call comes to the hotline, which has no crew of its own; it sees who could go.
    call = {"channel": "phone", "direction": "inbound", "address": HAO.phone, "at": "2026-11-20T08:00:00Z"}
    noted = call | {"reason": "rescue", "reason_detail": "breakdown"}
    heard = platform.post("/v1/call-center/interactions", noted, client=AGENT)
    case = {"kind": "rescue", "priority": "urgent", "subject": "高速抛锚"}
    caller = {"customer": {"record_id": heard["customer"]["record_id"]}}
    opened = platform.post("/v1/call-center/cases", case | caller, client=AGENT)

    def could_go() -> list[tuple[str, int]]:
        found = platform.get("/v1/aftersales/rescue-jobs/nearest-stations", client=AGENT, params=STRANDED)
        ours = ("station:S0601", "station:S0701")
        return [(one["org_unit"], one["distance_m"] // 1000) for one in found if one["org_unit"] in ours]

    assert could_go() == [("station:S0601", 6), ("station:S0701", 40)]

    # The nearest is sent. While its crew is away the next call goes to the other; the third hears that nobody is free.
    def dispatch(person: Person) -> Any:
        body = {
            "customer": person.party(),
            "vehicle": {"plate": "皖B36036"},
            "symptom": "无法启动",
            "location": "G7 高速 44 公里处",
            "place": STRANDED,
        }
        return platform.request("POST", "/v1/aftersales/rescue-jobs/dispatch", json=body, client=AGENT)

    first, second = dispatch(HAO).json(), dispatch(NEXT).json()
    assert (first["org_unit"], second["org_unit"]) == ("station:S0601", "station:S0701")
    assert could_go() == []
    nobody = dispatch(LAST)
    assert (nobody.status_code, nobody.json()["code"]) == (409, "no_crew")

    # Each station sees its own job alone, with the time by which the next step is due.
    path = f"/v1/aftersales/rescue-jobs/{first['id']}"
    assert platform.request("GET", path, client=FAR).status_code == 404
    assert platform.request("POST", f"{path}/accept", client=AGENT).status_code == 403
    steps = [platform.get(path, client=NEAR)]
    steps += [platform.post(f"{path}/{step}", None, client=NEAR) for step in ("accept", "depart", "arrive")]
    assert [step["status"] for step in steps] == ["reported", "accepted", "on_the_way", "arrived"]
    assert all(step["due_at"] for step in steps[:3])
    assert steps[-1]["due_at"] is None
    done = platform.post(f"{path}/complete", {"work_done": "搭电启动，建议更换蓄电池"}, client=NEAR)
    assert (done["status"], done["late_at"]) == ("completed", None)
    assert [station for station, _ in could_go()] == ["station:S0601"]

    # Headquarters sees call, case and rescue as one customer's, and closes the case with what was done.
    golden_id = scene.golden_id(HAO, members=2)

    def seen() -> bool:
        items = platform.get(f"/v1/customers/{golden_id}/timeline")["items"]
        told = {item["type"] for item in items}
        return {
            "isthmus.call-center.case-opened.v1",
            "isthmus.aftersales.rescue-job-arrived.v1",
            "isthmus.aftersales.rescue-job-completed.v1",
        } <= told

    scene.until(seen, "the rescue on the timeline")
    assert scene.may_contact(golden_id, "sms", "care") == ["open_complaint"], "nobody is greeted from the hard shoulder"
    settled = {"resolution": done["work_done"]}
    platform.post(f"/v1/call-center/cases/{opened['id']}/resolve", settled, client=AGENT)
    scene.until(lambda: scene.may_contact(golden_id, "sms", "care") == [], "the settled case to be known")
