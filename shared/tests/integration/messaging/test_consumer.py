"""The consumer: each event takes effect once and in order, through repeats, crashes, rebalances and outages."""

import asyncio
from collections import defaultdict
from typing import Any

import asyncpg
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from isthmus.messaging import TransientError, consumer_session, outbox
from isthmus.messaging.consumer_session import ConsumerSession

pytestmark = pytest.mark.integration


async def note_by_session(session: Any, deliveries: Any) -> None:
    for each in deliveries:
        await session.execute(
            text("INSERT INTO effects (key, version, event_id) VALUES (:key, :version, :id)"),
            {"key": each.event.key, "version": each.event.aggregateversion, "id": each.event.id},
        )


def versions_by_key(effects: list[tuple[str, int]]) -> dict[str, list[int]]:
    told = defaultdict(list)
    for key, version in effects:
        told[key].append(version)
    return told


@pytest.mark.parametrize("transactions", ["asyncpg", "session"])
async def test_events_take_effect_in_the_order_of_their_key(bench: Any, transactions: str) -> None:
    bench.relay()
    bench.consumer(note_by_session if transactions == "session" else bench.note, transactions=transactions)
    for version in range(1, 6):
        await bench.write(*(bench.link(f"r{n}", version) for n in range(20)))
    await bench.until(lambda: bench.count_effects(100))

    assert versions_by_key(await bench.effects()) == {f"hq:crm/r{n}": [1, 2, 3, 4, 5] for n in range(20)}


@pytest.mark.parametrize("transactions", ["asyncpg", "session"])
async def test_a_repeat_has_no_second_effect(bench: Any, transactions: str) -> None:
    """Within one batch, and in a later one."""
    first, second, last = (bench.link("a", version) for version in (1, 2, 3))
    await bench.send_events(first, second, first)
    bench.consumer(note_by_session if transactions == "session" else bench.note, transactions=transactions)
    await bench.until(lambda: bench.count_effects(2))
    await bench.send_events(second, first, last)
    await bench.until(lambda: bench.count_effects(3))

    assert await bench.effects() == [("hq:crm/a", 1), ("hq:crm/a", 2), ("hq:crm/a", 3)]


async def test_an_idempotent_handler_has_no_inbox_and_is_called_again(bench: Any) -> None:
    first = bench.link("a", 1)
    await bench.send_events(first)
    bench.consumer(is_idempotent=True)
    await bench.until(lambda: bench.count_effects(1))
    await bench.send_events(first)
    await bench.until(lambda: bench.count_effects(2))

    assert await bench.fetch("SELECT * FROM inbox") == []


async def test_a_crash_between_database_and_offset_commit_has_no_second_effect(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.send_events(*(bench.link("a", version) for version in range(1, 51)))
    with monkeypatch.context() as crashing:

        async def no_commit(_self: ConsumerSession) -> None:
            """The crash comes before."""

        crashing.setattr(ConsumerSession, "_commit", no_commit)
        _, running = bench.consumer(max_batch=10)
        await bench.until(lambda: bench.count_effects(30))
        await running.crash()
    assert await bench.committed() == 0
    bench.consumer(max_batch=10)
    await bench.until(lambda: _committed(bench, 50))

    assert await bench.effects() == [("hq:crm/a", version) for version in range(1, 51)]


async def test_an_aborted_transaction_leaves_neither_effect_nor_inbox_row(bench: Any) -> None:
    """The handler writes, then its connection dies; the batch is done again as a whole."""
    tries = 0

    async def die_at_first(connection: Any, deliveries: Any) -> None:
        nonlocal tries
        tries += 1
        await bench.note(connection, deliveries)
        if tries == 1:
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    await bench.send_events(bench.link("a", 1), bench.link("a", 2))
    bench.consumer(die_at_first)
    await bench.until(lambda: bench.count_effects(2))

    assert tries >= 2
    assert await bench.effects() == [("hq:crm/a", 1), ("hq:crm/a", 2)]
    assert await bench.dead_letters() == []


async def test_lost_database_connections_are_waited_out(bench: Any) -> None:
    bench.relay()
    bench.consumer()
    await bench.write(bench.link("a", 1))
    await bench.until(lambda: bench.count_effects(1))
    await bench.cut_connections()
    await bench.send_events(bench.link("a", 2))
    await bench.until(lambda: bench.count_effects(2))
    await bench.until(lambda: _written(bench, bench.link("a", 3)))
    await bench.until(lambda: bench.count_effects(3))
    await bench.until(bench.all_published)

    assert sorted(await bench.effects()) == [("hq:crm/a", version) for version in (1, 2, 3)]


async def test_a_transient_error_is_retried_until_it_is_over_and_shows_meanwhile(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_session, "_LAG_SECONDS", 0.0)
    away = True

    def lag() -> float | None:
        labels = {"consumer": bench.group, "topic": bench.topic.name, "partition": "0"}
        return REGISTRY.get_sample_value("isthmus_consumer_lag", labels)

    async def handle(connection: Any, deliveries: Any) -> None:
        if away:
            raise TransientError("the shop is closed")
        await bench.note(connection, deliveries)

    await bench.send_events(bench.link("a", 1), bench.link("a", 2))
    runner, running = bench.consumer(handle, max_attempts=1)
    await bench.until(lambda: "TransientError" in str(runner.problem()))
    await bench.until(lambda: lag() == 2)
    assert await bench.committed() == 0
    away = False
    await bench.until(lambda: bench.count_effects(2))
    await bench.until(lambda: lag() == 0)

    assert runner.problem() is None
    await running.end()
    assert lag() is None, "the partition is no longer ours"
    assert await bench.dead_letters() == []


async def test_two_members_share_the_work_and_a_dead_one_is_replaced(bench: Any) -> None:
    """Nothing is lost or doubled while members come and go, and each key keeps its order."""
    expected = {f"hq:crm/r{n}": list(range(1, 31)) for n in range(12)}
    bench.relay()
    first_runner, first = bench.consumer(max_batch=7)
    for version in range(1, 11):
        await bench.write(*(bench.link(f"r{n}", version) for n in range(12)))
    await bench.until(lambda: bench.count_effects(20))
    second_runner, second = bench.consumer(max_batch=7)
    for version in range(11, 21):
        await bench.write(*(bench.link(f"r{n}", version) for n in range(12)))
    await bench.until(lambda: bench.count_effects(160))
    await bench.until(lambda: first_runner.problem() is None and second_runner.problem() is None)
    await first.crash()
    for version in range(21, 31):
        await bench.write(*(bench.link(f"r{n}", version) for n in range(12)))
    await bench.until(lambda: bench.count_effects(360), seconds=60)
    await second.end()

    assert versions_by_key(await bench.effects()) == expected


async def test_a_full_queue_pauses_the_partition_while_the_member_stays_in_the_group(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()
    polls = 0
    look_after = ConsumerSession._look_after

    async def count_poll(self: ConsumerSession, consumer: Any) -> None:
        nonlocal polls
        polls += 1
        await look_after(self, consumer)

    async def handle(connection: Any, deliveries: Any) -> None:
        await gate.wait()
        await bench.note(connection, deliveries)

    monkeypatch.setattr(ConsumerSession, "_look_after", count_poll)
    await bench.send_events(*(bench.link("a", version) for version in range(1, 301)))
    runner, _ = bench.consumer(handle, max_batch=10)
    await bench.until(lambda: runner._session and runner._session._consumer and runner._session._consumer.paused())
    before = polls
    await bench.until(lambda: polls >= before + 10)
    [worker] = [each for each in runner._session._workers.values() if each._queue]
    assert len(worker._queue) < 100, "what is not needed yet stays with the broker"
    gate.set()
    await bench.until(lambda: bench.count_effects(300))

    assert await bench.effects() == [("hq:crm/a", version) for version in range(1, 301)]
    await bench.until(lambda: not runner._session._consumer.paused())


async def test_stopping_finishes_the_batch_under_way_and_commits_it(bench: Any) -> None:
    begun, gate = asyncio.Event(), asyncio.Event()

    async def handle(connection: Any, deliveries: Any) -> None:
        begun.set()
        await gate.wait()
        await bench.note(connection, deliveries)

    await bench.send_events(*(bench.link("a", version) for version in range(1, 31)))
    _, running = bench.consumer(handle, max_batch=10)
    await begun.wait()
    running.stop.set()
    gate.set()
    await running.task

    done = await bench.effects()
    assert 1 <= len(done) <= 10, "the batch under way, and no other"
    assert await bench.committed() == len(done)


async def test_stopping_gives_up_a_batch_that_takes_longer_than_the_drain_time(bench: Any) -> None:
    begun = asyncio.Event()

    async def never_ends(_connection: Any, _deliveries: Any) -> None:
        begun.set()
        await asyncio.Event().wait()

    await bench.send_events(bench.link("a", 1))
    bench.set_drain_seconds(0.2)
    _, running = bench.consumer(never_ends)
    await begun.wait()
    await running.end()

    assert await bench.effects() == []
    assert await bench.fetch("SELECT 1 FROM inbox") == []
    assert await bench.committed() == 0


async def test_the_trace_of_the_writer_goes_on_in_the_handler_and_in_what_it_writes(bench: Any) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answered = bench.link("answer", 1)

    async def answer(session: Any, deliveries: Any) -> None:
        if deliveries[0].event.subject == "hq:crm/a":
            outbox.add(session, answered)

    await bench.send_events(bench.link("a", 1, traceparent))
    bench.consumer(answer, transactions="session")
    await bench.until(lambda: bench.fetch("SELECT 1 FROM outbox"))

    [(told,)] = await bench.fetch("SELECT headers ->> 'ce_traceparent' FROM outbox")
    assert told.split("-")[1] == "0af7651916cd43dd8448eb211c80319c"


async def _committed(bench: Any, offset: int) -> bool:
    return await bench.committed() == offset


async def _written(bench: Any, event: Any) -> bool:
    """Whether a write came through; one on a connection that was cut fails, as a request does then."""
    try:
        await bench.write(event)
    except DBAPIError:
        return False
    return True
