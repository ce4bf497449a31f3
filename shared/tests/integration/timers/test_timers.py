"""A timer has its effect once, in the transaction that takes it away; what fails is tried again, then parked."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from isthmus.clock import FixedClock
from isthmus.contracts.customer_master import GoldenLinkChanged
from isthmus.db import Database
from isthmus.ids import new_id
from isthmus.observability import metrics
from isthmus.testing.timers import fire_due
from isthmus.timers import Daily, FiredTimer, Moment, TimerRunner, cancel_timer, forget_timers, set_timer
from isthmus.timers.failures import failing_timers, rearm_timers
from isthmus.timers.runner import MAX_ATTEMPTS

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)


async def note(fired: FiredTimer, moment: Moment) -> None:
    """Leaves one row an effect."""
    text_ = text("INSERT INTO effects (key) VALUES (:key)")
    await moment.session.execute(text_, {"key": f"{fired.key}{fired.payload.get('text', '')}"})


async def effects(database: Database) -> list[str]:
    async with database.read_session() as session:
        return list((await session.scalars(text("SELECT key FROM effects ORDER BY id"))).all())


async def plan(database: Database, clock: FixedClock, key: str, after: timedelta = HOUR, **payload: Any) -> None:
    async with database.transaction() as session:
        await set_timer(session, kind="remind", key=key, due_at=clock.now() + after, payload=payload)


async def test_fires_when_due_once_in_the_order_of_time(context_of: Any, database: Database, clock: FixedClock) -> None:
    context = context_of(timers={"remind": note})
    await plan(database, clock, "b", 2 * HOUR)
    await plan(database, clock, "a", HOUR, text="!")
    assert await fire_due(context) == 0
    clock.advance(3 * HOUR)
    assert await fire_due(context) == 2
    assert await fire_due(context) == 0
    assert await effects(database) == ["a!", "b"]


async def test_the_last_setting_counts_and_a_cancelled_one_never_fires(
    context_of: Any, database: Database, clock: FixedClock
) -> None:
    context = context_of(timers={"remind": note})
    await plan(database, clock, "moved", HOUR, text="-early")
    await plan(database, clock, "moved", 3 * HOUR, text="-late")
    await plan(database, clock, "cancelled")
    await plan(database, clock, "erased")
    async with database.transaction() as session:
        assert await cancel_timer(session, "remind", "cancelled")
        assert not await cancel_timer(session, "remind", "cancelled")
        assert await forget_timers(session, ["erased", "unknown"]) == 1
    clock.advance(2 * HOUR)
    assert await fire_due(context) == 0
    clock.advance(2 * HOUR)
    await fire_due(context)
    assert await effects(database) == ["moved-late"]


async def test_a_failing_one_leaves_nothing_pauses_longer_each_time_and_is_parked_until_rearmed(
    context_of: Any, database: Database, clock: FixedClock
) -> None:
    healed = False

    async def fail(fired: FiredTimer, moment: Moment) -> None:
        await note(fired, moment)
        if not healed:
            raise ZeroDivisionError

    context = context_of(timers={"remind": fail})
    await plan(database, clock, "sick", timedelta())
    pauses = []
    for _ in range(MAX_ATTEMPTS):
        assert await fire_due(context) == 1
        async with database.read_session() as session:
            (timer,) = await failing_timers(session)
        pauses.append(timer.try_at - clock.now())
        clock.advance(pauses[-1])
    assert await fire_due(context) == 0
    assert all(longer > shorter for shorter, longer in pairwise(pauses))
    assert (timer.attempts, timer.last_error_type) == (MAX_ATTEMPTS, "ZeroDivisionError")
    assert await effects(database) == []
    await TimerRunner(context).measure()
    assert metrics.timers_parked._value.get() == 1

    healed = True
    async with database.transaction() as session:
        assert await rearm_timers(session, clock.now(), "remind", "sick") == 1
        assert await rearm_timers(session, clock.now(), "remind") == 0
    assert await fire_due(context) == 1
    assert await effects(database) == ["sick"]


async def test_a_failure_is_not_counted_against_what_has_replaced_the_timer(
    context_of: Any, database: Database, clock: FixedClock
) -> None:
    async def replaced_meanwhile(_: FiredTimer, moment: Moment) -> None:
        await moment.session.rollback()
        await plan(database, clock, "a", HOUR)
        raise ZeroDivisionError

    await plan(database, clock, "a", timedelta())
    await fire_due(context_of(timers={"remind": replaced_meanwhile}))
    async with database.read_session() as session:
        assert await failing_timers(session) == []


async def test_a_handler_may_set_its_own_timer_again_and_publish(
    context_of: Any, database: Database, clock: FixedClock
) -> None:
    async def escalate(fired: FiredTimer, moment: Moment) -> None:
        level = fired.payload["level"] + 1
        data = GoldenLinkChanged(source="hq:crm", record_id=fired.key, golden_id=new_id(), aggregateversion=level)
        moment.publish(data, version=level, org_unit="hq")
        due_at = moment.clock.now() + HOUR
        await set_timer(moment.session, kind=fired.kind, key=fired.key, due_at=due_at, payload={"level": level})

    context = context_of(timers={"remind": escalate})
    await plan(database, clock, "case", level=0)
    for _ in range(3):
        clock.advance(HOUR)
        assert await fire_due(context) == 1
    async with database.read_session() as session:
        sources = await session.scalars(text("SELECT headers ->> 'ce_source' FROM outbox"))
        assert list(sources) == ["/plumbing"] * 3


async def test_a_kind_that_no_handler_knows_stays_and_is_told_as_late(
    context_of: Any, database: Database, clock: FixedClock
) -> None:
    context = context_of(timers={"other": note})
    await plan(database, clock, "a")
    clock.advance(2 * HOUR)
    assert await fire_due(context) == 0
    await TimerRunner(context).measure()
    assert metrics.timers_late_seconds._value.get() == 3600


async def test_daily_work_missed_for_days_is_made_up_for_once(
    context_of: Any, database: Database, clock: FixedClock
) -> None:
    context = context_of(daily=[Daily("birthdays", at="08:00", zone="Asia/Shanghai", run=note)])
    assert await fire_due(context) == 0  # it is four in the afternoon there
    clock.advance(timedelta(hours=16) - timedelta(seconds=1))
    assert await fire_due(context) == 0
    clock.advance(timedelta(seconds=1))
    assert await fire_due(context) == 1
    clock.advance(timedelta(days=5))
    assert await fire_due(context) == 1
    assert await effects(database) == ["daily", "daily"]


async def test_another_hour_in_the_code_moves_daily_work(
    context_of: Any, database: Database, clock: FixedClock
) -> None:
    await fire_due(context_of(daily=[Daily("birthdays", at="08:00", zone="Asia/Shanghai", run=note)]))
    moved = context_of(daily=[Daily("birthdays", at="17:00", zone="Asia/Shanghai", run=note)])
    await fire_due(moved)
    clock.advance(HOUR)
    assert await fire_due(moved) == 1


async def test_a_runner_wakes_for_a_timer_set_in_its_process_and_ends_when_told(
    context_of: Any, database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isthmus.timers.runner._POLL_SECONDS", 3600.0)
    fired = asyncio.Event()

    async def tell(_: FiredTimer, __: Moment) -> None:
        fired.set()

    stop = asyncio.Event()
    runner = TimerRunner(context_of(timers={"remind": tell}))
    running = asyncio.create_task(runner.run(stop))
    await plan(database, clock, "first", timedelta())
    await asyncio.wait_for(fired.wait(), 30)
    fired.clear()
    await plan(database, clock, "second", timedelta())
    await asyncio.wait_for(fired.wait(), 30)
    stop.set()
    await asyncio.wait_for(running, 30)
