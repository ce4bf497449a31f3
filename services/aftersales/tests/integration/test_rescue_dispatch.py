"""Rescue: the nearest station with a free crew goes, no crew is sent twice, and a late step is told."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.timers import fire_due

pytestmark = pytest.mark.integration

HOURS = {"week": {"mon-sun": ["00:00-24:00"]}}
WUHU = {"latitude_udeg": 31_352_859, "longitude_udeg": 118_433_124}
HEFEI = {"latitude_udeg": 31_820_591, "longitude_udeg": 117_227_219}
ON_THE_ROAD = {"latitude_udeg": 31_400_000, "longitude_udeg": 118_300_000}
CALL = {"customer": {"name": {"full": "王伟"}}, "location": "G50 高速", "place": ON_THE_ROAD}
LATE = "isthmus.aftersales.rescue-job-late.v1"


async def post(aftersales: BusinessServiceUnderTest, path: str, body: Any = None) -> Any:
    return await aftersales.client.post(aftersales.url(path), json=body)


async def station(aftersales: BusinessServiceUnderTest, org_unit: str, place: dict[str, int], *crews: str) -> None:
    workshop = {"org_unit": org_unit, "name": org_unit, "opening_hours": HOURS, "place": place}
    assert (await post(aftersales, "workshops", workshop)).status_code == 201
    for crew in crews:
        made = await post(aftersales, "crews", {"org_unit": org_unit, "name": crew, "takes": ["rescue"]})
        assert made.status_code == 201, made.text


async def test_the_nearest_station_goes_and_when_its_crews_are_out_the_next(
    aftersales: BusinessServiceUnderTest,
) -> None:
    await station(aftersales, "station:S0101", WUHU, "救援一组")
    await station(aftersales, "station:S0201", HEFEI, "救援一组", "救援二组")
    query = ON_THE_ROAD | {"kind": "rescue"}
    ranked = (await aftersales.client.get(aftersales.url("rescue-jobs", "nearest-stations"), params=query)).json()
    assert [(one["org_unit"], len(one["free_crews"])) for one in ranked] == [("station:S0101", 1), ("station:S0201", 2)]
    jobs = [(await post(aftersales, "rescue-jobs/dispatch", CALL)).json() for _ in range(3)]
    assert [job["org_unit"] for job in jobs] == ["station:S0101", "station:S0201", "station:S0201"]
    assert 12_000 < jobs[0]["distance_m"] == ranked[0]["distance_m"] < 15_000
    none_left = await post(aftersales, "rescue-jobs/dispatch", CALL)
    assert (none_left.status_code, none_left.json()["code"]) == (409, "no_crew")
    await post(aftersales, f"rescue-jobs/{jobs[0]['id']}/cancel", {"cancel_reason": "helped by others"})
    assert (await post(aftersales, "rescue-jobs/dispatch", CALL)).json()["crew_id"] == jobs[0]["crew_id"]


async def test_the_hotline_calls_for_rescue_and_takes_no_step_of_the_station(
    aftersales: BusinessServiceUnderTest,
) -> None:
    await station(aftersales, "station:S0101", WUHU, "救援一组")
    hotline = aftersales.headers(scopes=["aftersales:read", "aftersales:book"])
    jobs = aftersales.url("rescue-jobs")
    sent = await aftersales.client.post(f"{jobs}/dispatch", json=CALL, headers=hotline)
    assert sent.status_code == 201, sent.text
    accepted = await aftersales.client.post(f"{jobs}/{sent.json()['id']}/accept", headers=hotline)
    assert accepted.status_code == 403


async def test_of_many_calls_at_once_each_crew_gets_one(aftersales: BusinessServiceUnderTest) -> None:
    await station(aftersales, "station:S0101", WUHU, "救援一组", "救援二组")
    answers = await asyncio.gather(*(post(aftersales, "rescue-jobs/dispatch", CALL) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    assert len({answer.json()["crew_id"] for answer in answers if answer.status_code == 201}) == 2


async def test_a_crew_that_rests_or_does_other_work_is_not_sent(aftersales: BusinessServiceUnderTest) -> None:
    await station(aftersales, "station:S0101", WUHU, "救援一组")
    other = await post(aftersales, "rescue-jobs/dispatch", CALL | {"kind": "door_step"})
    assert other.json()["code"] == "no_crew"
    crew = (await aftersales.client.get(aftersales.url("crews"))).json()["items"][0]["id"]
    await post(aftersales, f"crews/{crew}/rest")
    assert (await post(aftersales, "rescue-jobs/dispatch", CALL)).json()["code"] == "no_crew"


async def test_each_step_has_its_limit_and_being_late_is_told_once(
    aftersales: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    await station(aftersales, "station:S0101", WUHU, "救援一组")
    job = (await post(aftersales, "rescue-jobs/dispatch", CALL)).json()
    assert job["due_at"] == "2026-11-01T08:10:00Z"
    clock.advance(timedelta(minutes=9))
    accepted = (await post(aftersales, f"rescue-jobs/{job['id']}/accept")).json()
    assert accepted["due_at"] == "2026-11-01T08:29:00Z"
    departed = (await post(aftersales, f"rescue-jobs/{job['id']}/depart")).json()
    assert departed["due_at"] == "2026-11-01T09:30:00Z", "arrival counts from the call"
    clock.advance(timedelta(minutes=80))
    assert await fire_due(aftersales.context) == 0
    clock.advance(timedelta(minutes=1))
    assert await fire_due(aftersales.context) == 1
    (late,) = await aftersales.published(LATE)
    assert (late.data["status"], late.data["late_at"]) == ("on_the_way", "2026-11-01T09:30:00Z")
    assert (await post(aftersales, f"rescue-jobs/{job['id']}/arrive")).json()["due_at"] is None
    clock.advance(timedelta(days=1))
    assert await fire_due(aftersales.context) == 0
