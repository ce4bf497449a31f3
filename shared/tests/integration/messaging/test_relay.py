"""The relay: order, atomicity with the writer's transaction, one leader, parking, pruning."""

import asyncio
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from isthmus.clock import FixedClock
from isthmus.contracts.topic import MAX_EVENT_BYTES
from isthmus.messaging import leader, outbox
from isthmus.messaging.pruning import prune

pytestmark = pytest.mark.integration


async def test_concurrent_writers_keep_the_order_of_each_key(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writers lock the aggregate before they write its event; versions of a key then reach Kafka in order."""
    monkeypatch.setattr(leader, "_ROWS", 7)
    pool = await bench.database.pool()
    await pool.execute("INSERT INTO effects (key, version) SELECT 'key-' || n, 0 FROM generate_series(1, 5) AS n")
    bench.relay()

    async def write_versions(count: int) -> None:
        for turn in range(count):
            async with bench.database.transaction() as session:
                key = f"key-{turn % 5 + 1}"
                version = await session.scalar(
                    text("UPDATE effects SET version = version + 1 WHERE key = :key RETURNING version"), {"key": key}
                )
                outbox.add(session, bench.link(key, version))

    await asyncio.gather(*(write_versions(25) for _ in range(6)))
    await bench.until(bench.all_published)

    versions = defaultdict(list)
    for record in await bench.records(bench.topic.name):
        versions[record.key].append(int(dict(record.headers)["ce_aggregateversion"]))
    assert set(versions) == {f"hq:crm/key-{n}".encode() for n in range(1, 6)}
    for told in versions.values():
        assert told == list(range(1, 31))


async def test_what_is_rolled_back_is_not_published(bench: Any) -> None:
    bench.relay()

    async def fail() -> None:
        async with bench.database.transaction() as session:
            outbox.add(session, bench.link("gone", 1))
            await session.flush()
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await fail()
    await bench.write(bench.link("kept", 1))
    await bench.until(bench.all_published)

    assert [record.key for record in await bench.records(bench.topic.name)] == [b"hq:crm/kept"]


async def test_bulk_copy_writes_the_same_messages_as_add(bench: Any) -> None:
    events = [bench.link("r", version) for version in range(1, 4)]
    pool = await bench.database.pool()
    async with pool.acquire() as connection, connection.transaction():
        await outbox.copy(connection, events)
        await outbox.copy(connection, [])
    copied = await bench.fetch("DELETE FROM outbox RETURNING id, aggregatetype, aggregateid, type, headers, payload")
    await bench.write(*events)
    added = await bench.fetch("SELECT id, aggregatetype, aggregateid, type, headers, payload FROM outbox")

    assert sorted(copied) == sorted(added)


async def test_a_row_committed_late_is_not_passed_over(bench: Any) -> None:
    """Positions are handed out before commit: a relay that remembered the last one would lose the slower writer."""
    bench.relay()
    async with bench.database.transaction() as slow:
        outbox.add(slow, bench.link("slow", 1))
        await slow.flush()
        await bench.write(bench.link("fast", 1))
        await bench.until(bench.all_published)
    await bench.until(bench.all_published)

    assert {record.key for record in await bench.records(bench.topic.name)} == {b"hq:crm/fast", b"hq:crm/slow"}


async def test_of_two_relays_the_second_takes_over_when_the_first_ends(bench: Any) -> None:
    first = bench.relay()
    await bench.write(bench.link("a", 1))
    await bench.until(bench.all_published)
    second = bench.relay()
    await first.crash()
    await bench.write(bench.link("a", 2))
    await bench.until(bench.all_published)
    await second.end()

    records = await bench.records(bench.topic.name)
    assert [dict(record.headers)["ce_aggregateversion"] for record in records] == [b"1", b"2"]


async def test_only_one_relay_of_a_database_publishes(bench: Any) -> None:
    relays = [bench.relay() for _ in range(3)]
    await bench.write(*(bench.link(f"r{n}", 1) for n in range(50)))
    await bench.until(bench.all_published)
    await bench.write(*(bench.link(f"r{n}", 2) for n in range(50)))
    await asyncio.gather(*(relay.end() for relay in relays))

    assert len(await bench.records(bench.topic.name)) == 100, "a stopping leader publishes what is committed"


async def test_an_event_too_large_is_parked_with_its_reason_and_blocks_nothing(bench: Any) -> None:
    big = bench.link("big", 1)
    await bench.write(big, bench.link("big", 2))
    await bench.fetch("UPDATE outbox SET payload = $1 WHERE id = $2", b"x" * (MAX_EVENT_BYTES + 1), big.id)
    bench.relay()
    await bench.until(bench.all_published)

    [(event_id, reason)] = await bench.fetch("SELECT id, parked_reason FROM outbox WHERE parked_reason IS NOT NULL")
    assert (event_id, "at most 1048576" in reason) == (big.id, True)
    [record] = await bench.records(bench.topic.name)
    assert dict(record.headers)["ce_aggregateversion"] == b"2"


@pytest.mark.parametrize(("retention", "days"), [(None, 7), (timedelta(days=30), 31)])
async def test_old_published_and_processed_rows_are_pruned_and_others_stay(
    bench: Any, retention: timedelta | None, days: int
) -> None:
    """What a topic keeps can be sent again for as long: a purge of one customer's events takes nobody else's away."""
    topics = [replace(bench.topic, retention=retention)]
    relay = bench.relay()
    await bench.write(bench.link("old", 1))
    await bench.until(bench.all_published)
    await relay.end()
    waiting, parked = bench.link("waiting", 1), bench.link("parked", 1)
    await bench.write(waiting, parked)
    await bench.fetch("UPDATE outbox SET parked_reason = 'test' WHERE id = $1", parked.id)
    pool = await bench.database.pool()
    clock = FixedClock(bench.clock.now())

    clock.advance(timedelta(days=days - 1))
    await prune(pool, clock.now(), topics)
    assert await bench.fetch("SELECT count(*) FROM outbox") == [(3,)]
    clock.advance(timedelta(days=2))
    await prune(pool, clock.now(), topics)
    assert set(await bench.fetch("SELECT id FROM outbox")) == {(waiting.id,), (parked.id,)}


async def test_the_inbox_outlives_what_compacted_topics_are_refilled_with(bench: Any) -> None:
    await bench.fetch("INSERT INTO inbox (consumer, event_id) VALUES ('test', gen_random_uuid())")
    pool, clock = await bench.database.pool(), FixedClock(bench.clock.now())
    clock.advance(timedelta(days=13))
    await prune(pool, clock.now(), [])
    assert await bench.fetch("SELECT count(*) FROM inbox") == [(1,)]
    clock.advance(timedelta(days=2))
    await prune(pool, clock.now(), [])
    assert await bench.fetch("SELECT count(*) FROM inbox") == [(0,)]
