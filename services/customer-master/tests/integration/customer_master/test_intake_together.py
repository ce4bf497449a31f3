"""Requests that come at the same time share a transaction, and none of them pays for another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from customer_master import intake_together
from customer_master.database import transaction
from customer_master.intake import Accepted, IncomingVersion, Outcome, incoming
from customer_master.intake_together import MOST_AT_ONCE, take_in_together
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.db.errors import DatabaseFault, classify

pytestmark = pytest.mark.integration

WHO_WAITS = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@asynccontextmanager
async def held(master: Any, *record_ids: str) -> AsyncIterator[None]:
    """Keep these records locked, as a long transaction does."""
    async with transaction(master.database) as connection:
        await connection.execute("SELECT FROM records WHERE record_id = ANY($1::text[]) FOR UPDATE", record_ids)
        yield


def start(master: Any, version: IncomingVersion) -> asyncio.Task[Accepted]:
    return asyncio.create_task(take_in_together(master.database, version))


def version_of(master: Any, record_id: str, **fields: Any) -> IncomingVersion:
    body = {"source": "dealer:D0001:dms", "record_id": record_id, **fields}
    return incoming(CustomerRecord.model_validate(body), master.clock.now(), master.model)


def versions_of(master: Any, count: int) -> list[IncomingVersion]:
    return [version_of(master, f"C-{number}", version=1, gender="F") for number in range(count)]


async def stored(master: Any) -> set[str]:
    return {row["record_id"] for row in await master.fetch("SELECT record_id FROM records")}


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many versions each transaction took in."""
    seen: list[int] = []
    take_in = intake_together.take_in

    async def counted(connection: Any, versions: Any, now: Any) -> Any:
        seen.append(len(versions))
        return await take_in(connection, versions, now)

    monkeypatch.setattr(intake_together, "take_in", counted)
    return seen


async def test_one_alone_is_taken_in_at_once_and_those_who_come_meanwhile_together(
    master: Any, sizes: list[int]
) -> None:
    versions = versions_of(master, 2 * MOST_AT_ONCE)
    accepted = await asyncio.gather(*(take_in_together(master.database, version) for version in versions))

    assert [answer.key for answer in accepted] == [version.key for version in versions]
    assert {answer.outcome for answer in accepted} == {Outcome.STORED}
    assert await stored(master) == {version.key.record_id for version in versions}
    assert sizes == [1, 1, MOST_AT_ONCE, MOST_AT_ONCE - 2]


async def test_versions_of_one_record_at_the_same_time_leave_the_newest_current(master: Any) -> None:
    versions = [version_of(master, "C-1", version=number, attributes={"n": number}) for number in (3, 1, 7, 5, 7, 2)]
    accepted = await asyncio.gather(*(take_in_together(master.database, version) for version in versions))

    (row,) = await master.fetch("SELECT version, body FROM records")
    assert (row["version"], row["body"]["attributes"]) == (7, {"n": 7})
    assert [answer.outcome for answer in accepted].count(Outcome.REPEATED) == 1
    assert len(await master.fetch("SELECT FROM record_versions")) == 5


async def test_one_that_cannot_be_stored_fails_alone(master: Any) -> None:
    versions = versions_of(master, 10)
    versions[7] = replace(versions[7], body="no JSON")
    answers = await asyncio.gather(
        *(take_in_together(master.database, version) for version in versions), return_exceptions=True
    )

    assert [number for number, answer in enumerate(answers) if isinstance(answer, asyncpg.DataError)] == [7]
    assert await stored(master) == {version.key.record_id for version in versions} - {"C-7"}


@asynccontextmanager
async def eight_in_one_transaction(master: Any) -> AsyncIterator[list[asyncio.Task[Accepted]]]:
    """Eight calls while the transaction they share waits for a lock."""
    await master.put(*({"source": "dealer:D0001:dms", "record_id": f"held-{n}", "version": 1} for n in range(3)))
    async with held(master, "held-2"):
        async with held(master, "held-0", "held-1"):
            two = [start(master, version_of(master, f"held-{n}", version=2)) for n in range(2)]
            await asyncio.sleep(0)
            versions = (version_of(master, "held-2", version=2), *versions_of(master, 7))
            eight = [start(master, version) for version in versions]
            await asyncio.sleep(0)
        await asyncio.gather(*two)
        while not await master.fetch(f"SELECT {WHO_WAITS}"):  # noqa: ASYNC110 - PostgreSQL has no event for it
            await asyncio.sleep(0.01)
        yield eight


async def test_when_the_connection_is_lost_all_who_share_it_are_told_and_the_next_are_taken_in(
    master: Any, sizes: list[int]
) -> None:
    async with eight_in_one_transaction(master) as eight:
        await master.fetch(f"SELECT pg_terminate_backend(pid, 5000) {WHO_WAITS}")
        told = await asyncio.gather(*eight, return_exceptions=True)

    assert {classify(error) for error in told if isinstance(error, Exception)} == {DatabaseFault.UNAVAILABLE}
    assert sizes == [1, 1, 8]
    assert await stored(master) == {"held-0", "held-1", "held-2"}
    assert (await take_in_together(master.database, version_of(master, "held-2", version=2))).outcome is Outcome.STORED


async def test_a_caller_who_gives_up_disturbs_nobody(master: Any) -> None:
    async with eight_in_one_transaction(master) as eight:
        eight[3].cancel()
        await asyncio.sleep(0)
    answers = await asyncio.gather(*eight, return_exceptions=True)

    assert [type(answer) for answer in answers] == [*[Accepted] * 3, asyncio.CancelledError, *[Accepted] * 4]


async def test_who_has_given_up_before_its_turn_is_not_taken_in(master: Any, sizes: list[int]) -> None:
    calls = [start(master, version) for version in versions_of(master, 10)]
    await asyncio.sleep(0)
    calls[5].cancel()
    await asyncio.gather(*calls, return_exceptions=True)

    assert sizes == [1, 1, 7]
    assert "C-5" not in await stored(master)


async def test_who_waits_for_a_locked_record_holds_up_nobody_who_comes_later(master: Any) -> None:
    await take_in_together(master.database, version_of(master, "held", version=1))
    async with held(master, "held"):
        waiting = start(master, version_of(master, "held", version=2))
        for version in versions_of(master, 5):
            await take_in_together(master.database, version)
        assert not waiting.done()
    assert (await waiting).outcome is Outcome.STORED
