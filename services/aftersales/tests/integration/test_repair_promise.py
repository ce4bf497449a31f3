"""A repair order: the odometer, the promise and its clock, the technician, who pays what."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from isthmus.clock import FixedClock
from isthmus.db import Database
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.timers import fire_due

pytestmark = pytest.mark.integration

STATION = "station:S0101"
OVERDUE = "isthmus.aftersales.repair-order-overdue.v1"


async def take_in(aftersales: BusinessServiceUnderTest, **fields: Any) -> dict[str, Any]:
    body = {
        "org_unit": STATION,
        "customer": {"name": {"full": "王伟"}},
        "vehicle": {"vin": "LVVDB11B5AD000015", "mileage_km": 42_000},
        "promised_at": "2026-11-01T18:00:00Z",
    }
    answer = await aftersales.client.post(aftersales.url("repair-orders"), json=body | fields)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def step(aftersales: BusinessServiceUnderTest, order: dict[str, Any], name: str, **body: Any) -> Any:
    return await aftersales.client.post(aftersales.url("repair-orders", order["id"], name), json=body or None)


async def show(aftersales: BusinessServiceUnderTest, order: dict[str, Any]) -> Any:
    return (await aftersales.client.get(aftersales.url("repair-orders", order["id"]))).json()


async def test_a_broken_promise_warns_at_eighty_per_cent_and_escalates_once(
    aftersales: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    order = await take_in(aftersales)
    clock.advance(timedelta(hours=8) - timedelta(seconds=1))
    assert await fire_due(aftersales.context) == 0
    clock.advance(timedelta(seconds=1))
    assert await fire_due(aftersales.context) == 1
    assert (await show(aftersales, order))["warned_at"] == "2026-11-01T16:00:00Z"
    clock.advance(timedelta(hours=5))
    assert await fire_due(aftersales.context) == 1
    assert (await show(aftersales, order))["overdue_at"] == "2026-11-01T18:00:00Z"
    (told,) = await aftersales.published(OVERDUE)
    assert (told.data["repair_order_id"], told.data["overdue_at"]) == (order["id"], "2026-11-01T18:00:00Z")


async def test_a_kept_promise_and_a_new_one_stop_the_clock(
    aftersales: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    kept, renewed = await take_in(aftersales), await take_in(aftersales)
    for name in ("start", "complete"):
        assert (await step(aftersales, kept, name)).status_code == 200
    url = aftersales.url("repair-orders", renewed["id"])
    await aftersales.client.patch(url, json={"promised_at": "2026-11-03T08:00:00Z"}, headers={"If-Match": '"1"'})
    clock.advance(timedelta(hours=24))
    assert await fire_due(aftersales.context) == 0
    clock.advance(timedelta(hours=24))
    assert await fire_due(aftersales.context) == 2
    assert [event.key for event in await aftersales.published(OVERDUE)] == [renewed["id"]]


async def test_without_a_promise_the_service_standard_is_one(
    aftersales: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    await take_in(aftersales, promised_at=None)
    clock.advance(timedelta(days=7))
    assert await fire_due(aftersales.context) == 2
    assert len(await aftersales.published(OVERDUE)) == 1


async def test_an_order_brought_in_when_all_is_over_is_closed_and_pages_nobody(
    aftersales: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    past = {"opened_at": "2024-03-01T01:00:00Z", "closed_at": "2024-03-01T05:00:00Z", "promised_at": None}
    order = await take_in(aftersales, **past)
    assert (order["status"], order["completed_at"], order["closed_at"]) == ("closed", *[past["closed_at"]] * 2)
    (told,) = await aftersales.published("isthmus.aftersales.repair-order-closed.v1")
    assert told.data["occurred_at"] == past["closed_at"]
    clock.advance(timedelta(days=30))
    assert await fire_due(aftersales.context) == 0


@pytest.mark.parametrize("closed_at", ["2026-10-30T00:00:00Z", "2030-01-01T00:00:00Z"])
async def test_a_vehicle_is_not_handed_back_before_it_came_nor_in_the_future(
    aftersales: BusinessServiceUnderTest, closed_at: str
) -> None:
    body = {
        "org_unit": STATION,
        "customer": {"name": {"full": "王伟"}},
        "vehicle": {"plate": "皖B12345"},
        "opened_at": "2026-10-31T00:00:00Z",
        "closed_at": closed_at,
    }
    answer = await aftersales.client.post(aftersales.url("repair-orders"), json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/closed_at")


async def test_an_odometer_turned_back_is_noticed_at_any_station(aftersales: BusinessServiceUnderTest) -> None:
    assert (await take_in(aftersales))["mileage_doubt"] is None
    back = await take_in(
        aftersales, org_unit="station:S0201", vehicle={"vin": "lvv-DB11B5AD000015", "mileage_km": 30_000}
    )
    assert back["mileage_doubt"] == "below_earlier"
    again = await take_in(aftersales, vehicle={"vin": "LVVDB11B5AD000015", "mileage_km": 42_100})
    assert again["mileage_doubt"] is None, "what is in doubt itself casts none"


async def test_difficult_work_goes_to_who_has_the_skill_and_the_least_to_do(
    aftersales: BusinessServiceUnderTest,
) -> None:
    for name, skills in (("陈师傅", {"engine": 4}), ("李师傅", {"engine": 4, "electric": 2}), ("小王", {"engine": 1})):
        body = {"org_unit": STATION, "name": name, "skills": skills}
        assert (await aftersales.client.post(aftersales.url("technicians"), json=body)).status_code == 201
    jobs = [{"complaint": "发动机异响", "skill": "engine"}]
    first, second = await take_in(aftersales, jobs=jobs), await take_in(aftersales, jobs=jobs)
    chosen = [(await step(aftersales, order, "assign-technician", technician=None)).json() for order in (first, second)]
    assert [order["technician"] for order in chosen] == sorted(["陈师傅", "李师傅"])
    hard = await take_in(aftersales, jobs=[{"complaint": "天窗", "skill": "roof"}])
    refused = await step(aftersales, hard, "assign-technician", technician=None)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_technician")


async def test_the_settlement_adds_up_and_a_new_total_makes_it_void(aftersales: BusinessServiceUnderTest) -> None:
    lines = [
        {"kind": "part", "description": "水泵", "amount": money(99_901), "payer": "warranty"},
        {"kind": "labour", "description": "工时", "amount": money(10_001)},
    ]
    order = await take_in(aftersales, lines=lines, total=money(109_902))
    early = await step(aftersales, order, "settle", shares=[])
    assert (early.status_code, early.json()["code"]) == (409, "step_not_allowed")
    for name in ("start", "complete", "check"):
        await step(aftersales, order, name)
    shares = [{"payer": "goodwill", "basis_points": 5_000}]
    settled = (await step(aftersales, order, "settle", shares=shares)).json()
    paid = {share["payer"]: share["amount"]["amount_minor"] for share in settled["settlement"]}
    assert paid == {"warranty": 99_901, "customer": 5_001, "goodwill": 5_000}
    assert settled["customer_pays"] == money(5_001)
    change = {"lines": lines[1:], "total": money(10_001)}
    tag = {"If-Match": f'"{settled["version"]}"'}
    changed = await aftersales.client.patch(aftersales.url("repair-orders", order["id"]), json=change, headers=tag)
    assert changed.json()["settlement"] == []
    closed = (await step(aftersales, order, "close")).json()
    assert (closed["status"], closed["version"]) == ("closed", settled["version"] + 2)


def money(minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "currency": "CNY"}


async def test_a_broken_promise_stays_broken_when_work_begins_and_is_told_once(
    aftersales: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    order = await take_in(aftersales)
    clock.advance(timedelta(days=1))
    await fire_due(aftersales.context)
    for name in ("start", "wait-for-parts", "start"):
        assert (await step(aftersales, order, name)).json()["overdue_at"] == "2026-11-01T18:00:00Z"
    assert await fire_due(aftersales.context) == 0
    assert len(await aftersales.published(OVERDUE)) == 1
    done = (await step(aftersales, order, "complete")).json()
    assert done["overdue_at"] == "2026-11-01T18:00:00Z"
    reopened = (await step(aftersales, order, "rework")).json()
    assert reopened["overdue_at"] is None, "the clock of the work that begins anew has not told yet"
    assert await fire_due(aftersales.context) == 2


async def test_what_is_overdue_is_listed_until_the_work_is_done(
    aftersales: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    late, in_time = await take_in(aftersales), await take_in(aftersales, promised_at="2026-12-01T00:00:00Z")
    clock.advance(timedelta(days=1))
    await fire_due(aftersales.context)

    async def listed(*, is_overdue: bool) -> list[str]:
        params = {"is_overdue": is_overdue}
        items = (await aftersales.client.get(aftersales.url("repair-orders"), params=params)).json()["items"]
        return [item["id"] for item in items]

    assert (await listed(is_overdue=True), await listed(is_overdue=False)) == ([late["id"]], [in_time["id"]])
    await step(aftersales, late, "start")
    await step(aftersales, late, "complete")
    assert (await listed(is_overdue=True), len(await listed(is_overdue=False))) == ([], 2)


async def test_a_step_at_the_moment_a_clock_fires_waits_for_it_and_is_not_refused(
    aftersales: BusinessServiceUnderTest,
) -> None:
    order = await take_in(aftersales)
    await step(aftersales, order, "start")
    database = aftersales.context.database
    async with database.transaction() as firing:
        # As a timer does that fires: it takes itself, and then what it is about.
        await firing.execute(text("SELECT FROM timers WHERE kind = 'repair_order_overdue' FOR UPDATE"))
        completing = asyncio.create_task(step(aftersales, order, "complete"))
        await _one_waits(database)
        await firing.execute(text("SELECT FROM repair_orders FOR UPDATE NOWAIT"))
    assert (await completing).status_code == 200


async def _one_waits(database: Database) -> None:
    """Until a transaction of this database waits for another."""
    here = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while True:
        async with database.read_session() as session:
            if await session.scalar(text(here)):
                return
        await asyncio.sleep(0.01)
