"""Erased data leaves a topic that keeps all messages: it is purged before the tombstone, and the rest goes again."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from isthmus.contracts.customer_master import GoldenLinkChanged
from isthmus.contracts.envelope import Event
from isthmus.ids import new_id
from isthmus.messaging import leader

pytestmark = pytest.mark.integration

COUNT_PURGES = "SELECT count(*) FROM purges"


@pytest.fixture(autouse=True)
def _frequent_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leader, "_CHECK_SECONDS", 0.2)


def tombstone(bench: Any, record_id: str, version: int) -> Event:
    key = f"hq:crm/{record_id}"
    return Event(
        id=new_id(),
        type=GoldenLinkChanged.event_type,
        source="/customer-master",
        subject=key,
        time=bench.clock.now(),
        data=None,
        key=key,
        aggregateversion=version,
    )


async def erase(bench: Any, record_id: str, version: int) -> UUID:
    """What a service does in one transaction: forget the aggregate's rows, end it by a tombstone, ask for a purge."""
    ended, erasure_id = tombstone(bench, record_id, version), uuid4()
    pool = await bench.database.pool()
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("DELETE FROM outbox WHERE aggregateid = $1", f"hq:crm/{record_id}")
        await bench.write_raw(connection, ended)
        await connection.execute("INSERT INTO purges (event_id, erasure_id) VALUES ($1, $2)", ended.id, erasure_id)
    return erasure_id


async def written(bench: Any) -> list[tuple[str, int, bool]]:
    """Key, version and whether there is data, of all messages in the topic."""
    return [
        (
            record.key.decode().removeprefix("hq:crm/"),
            int(dict(record.headers)["ce_aggregateversion"]),
            record.value is not None,
        )
        for record in await bench.records(bench.topic.name)
    ]


async def purged(bench: Any) -> bool:
    return await bench.fetch(COUNT_PURGES) == [(0,)] and await bench.all_published()


async def test_only_what_was_erased_leaves_the_topic(bench: Any) -> None:
    bench.relay()
    for version in (1, 2):
        await bench.write(*(bench.link(name, version) for name in "abcdefgh"))
    await bench.until(bench.all_published)

    await erase(bench, "a", 3)
    await bench.until(lambda: purged(bench))

    messages = await written(bench)
    assert [message for message in messages if message[0] == "a"] in ([], [("a", 3, False)])
    for name in "bcdefgh":
        assert [version for key, version, _ in messages if key == name][-2:] == [1, 2], "the last word is the newest"


async def test_what_is_older_than_the_outbox_is_purged_as_well(bench: Any) -> None:
    bench.relay()
    await bench.write(bench.link("a", 1))
    await bench.until(bench.all_published)
    await bench.fetch("DELETE FROM outbox")

    await erase(bench, "a", 2)
    await bench.until(lambda: purged(bench))

    assert [message for message in await written(bench) if message[2]] == []


async def test_a_relay_that_died_after_purging_publishes_the_rest_again(bench: Any) -> None:
    """The log begins later than this database knows of: so it is with another database's purge, too."""
    first = bench.relay()
    await bench.write(*(bench.link("b", version) for version in (1, 2)))
    await bench.until(bench.all_published)
    await first.end()
    [(partition, end)] = await bench.fetch("SELECT partition, next_offset FROM broker_state")
    await bench.delete_records(partition, end)

    bench.relay()

    async def again() -> bool:
        return await written(bench) == [("b", 1, True), ("b", 2, True)]

    await bench.until(again)


async def test_a_consumer_that_lags_misses_nothing_of_others(bench: Any) -> None:
    bench.relay()
    await bench.write(*(bench.link(name, 1) for name in "abcdefgh"))
    await bench.until(bench.all_published)
    await erase(bench, "a", 2)
    await bench.until(lambda: purged(bench))

    bench.consumer()

    await bench.until(lambda: bench.count_effects(7))
    assert {key for key, version in await bench.effects() if version == 1} == {f"hq:crm/{name}" for name in "bcdefgh"}
