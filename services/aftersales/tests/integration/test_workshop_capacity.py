"""Appointments and the bays of a workshop: what is full is full, whoever asks, and however many ask at once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration

STATION = "station:S0101"
HOURS = {"week": {"mon-sun": ["08:00-12:00", "13:30-18:00"]}}
WORKSHOP = {"org_unit": STATION, "name": "芜湖特约维修站", "opening_hours": HOURS}
NINE = "2026-11-05T01:00:00Z"


async def post(aftersales: BusinessServiceUnderTest, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await aftersales.client.post(aftersales.url(path), json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def equip(aftersales: BusinessServiceUnderTest, *bays: str) -> tuple[str, list[str]]:
    """A workshop with these bays: its id, and theirs."""
    workshop = await post(aftersales, "workshops", WORKSHOP)
    made = [(await post(aftersales, "bays", {"org_unit": STATION, "name": name}))["id"] for name in bays]
    return workshop["id"], made


def appointment(**fields: Any) -> dict[str, Any]:
    return {"org_unit": STATION, "customer": {"name": {"full": "王伟"}}, "scheduled_at": NINE} | fields


async def book(aftersales: BusinessServiceUnderTest, **fields: Any) -> Any:
    return await aftersales.client.post(aftersales.url("appointments"), json=appointment(**fields))


async def test_of_many_who_want_the_last_bays_at_once_as_many_win_as_there_are_bays(
    aftersales: BusinessServiceUnderTest,
) -> None:
    _, bays = await equip(aftersales, "1", "2")
    answers = await asyncio.gather(*(book(aftersales) for _ in range(5)))
    won = [answer.json() for answer in answers if answer.status_code == 201]
    lost = [answer.json() for answer in answers if answer.status_code != 201]
    assert sorted(one["bay_id"] for one in won) == sorted(bays)
    assert [(one["status"], one["code"]) for one in lost] == [(409, "no_capacity")] * 3


async def test_a_bay_wished_for_is_given_or_refused(aftersales: BusinessServiceUnderTest) -> None:
    _, (_, second) = await equip(aftersales, "1", "2")
    assert (await book(aftersales, bay_id=second)).json()["bay_id"] == second
    taken = await book(aftersales, bay_id=second)
    assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")
    unknown = await book(aftersales, bay_id="01990000-0000-7000-8000-000000000000")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/bay_id")


async def test_the_break_at_noon_belongs_to_the_work_and_a_closed_workshop_takes_none(
    aftersales: BusinessServiceUnderTest,
) -> None:
    await equip(aftersales, "1")
    made = (await book(aftersales, scheduled_at="2026-11-05T03:00:00Z", duration_minutes=90)).json()
    assert made["ends_at"] == "2026-11-05T06:00:00Z"
    at_noon = await book(aftersales, scheduled_at="2026-11-05T04:30:00Z")
    assert (at_noon.status_code, at_noon.json()["code"]) == (409, "workshop_closed")


async def test_moving_needs_room_and_giving_up_makes_room(aftersales: BusinessServiceUnderTest) -> None:
    await equip(aftersales, "1")
    first = (await book(aftersales)).json()
    second = (await book(aftersales, scheduled_at="2026-11-05T02:00:00Z")).json()
    url, tag = aftersales.url("appointments", second["id"]), {"If-Match": '"1"'}
    full = await aftersales.client.patch(url, json={"scheduled_at": "2026-11-05T01:30:00Z"}, headers=tag)
    assert (full.status_code, full.json()["code"]) == (409, "no_capacity")
    await aftersales.client.post(aftersales.url("appointments", first["id"], "cancel"), json={"cancel_reason": "ill"})
    moved = await aftersales.client.patch(url, json={"scheduled_at": "2026-11-05T01:30:00Z"}, headers=tag)
    assert (moved.status_code, moved.json()["ends_at"]) == (200, "2026-11-05T02:30:00Z")
    told = await aftersales.published("isthmus.aftersales.appointment-changed.v1")
    assert told[-1].data["bay_id"] == first["bay_id"]


async def test_free_slots_are_those_that_can_be_booked(aftersales: BusinessServiceUnderTest) -> None:
    workshop, _ = await equip(aftersales, "1")
    await post(aftersales, "bays", {"org_unit": STATION, "name": "wash", "takes": ["wash"]})
    await book(aftersales, duration_minutes=180)
    query = {"from": "2026-11-05T00:00:00Z", "until": "2026-11-05T10:00:00Z", "minutes": 60}
    answer = await aftersales.client.get(aftersales.url("workshops", workshop, "free-slots"), params=query)
    assert answer.status_code == 200, answer.text
    slots = answer.json()
    assert slots[0] == {"starts_at": "2026-11-05T00:00:00Z", "ends_at": "2026-11-05T01:00:00Z", "free_bays": 1}
    assert [slot["starts_at"][11:16] for slot in slots[1:3]] == ["05:30", "06:00"]
    for slot in slots[::2]:
        assert (await book(aftersales, scheduled_at=slot["starts_at"])).status_code == 201
    assert [
        slot
        for slot in (
            await aftersales.client.get(aftersales.url("workshops", workshop, "free-slots"), params=query)
        ).json()
        if slot in slots[::2]
    ] == []


async def test_the_database_itself_refuses_a_bay_twice(aftersales: BusinessServiceUnderTest) -> None:
    await equip(aftersales, "1", "2")
    first, second = (await book(aftersales)).json(), (await book(aftersales)).json()
    with pytest.raises(IntegrityError, match="appointments_bay_once_excl"):
        async with aftersales.database.transaction() as session:
            await session.execute(
                text("UPDATE appointments SET bay_id = CAST(:bay AS uuid) WHERE id = CAST(:id AS uuid)"),
                {"bay": first["bay_id"], "id": second["id"]},
            )


async def test_an_org_unit_has_one_workshop_which_all_may_see_and_its_own_may_change(
    aftersales: BusinessServiceUnderTest,
) -> None:
    workshop, _ = await equip(aftersales)
    again = await aftersales.client.post(aftersales.url("workshops"), json=WORKSHOP)
    assert (again.status_code, again.json()["code"]) == (409, "workshop_exists")
    stranger = aftersales.headers(org_units=["station:S0201"])
    url = aftersales.url("workshops", workshop)
    assert (await aftersales.client.get(url, headers=stranger)).status_code == 200
    assert (await aftersales.client.post(f"{url}/close", headers=stranger)).status_code == 403
    assert (await aftersales.client.post(f"{url}/close")).json()["status"] == "closed"
