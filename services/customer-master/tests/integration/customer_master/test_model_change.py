"""After a change of the match model every record is decided again, in pieces, and a restart goes on where it stood."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from customer_master.resolver import model_change
from customer_master.resolver.model_change import queue_next
from customer_master.resolver.worker import ResolverWorker
from customer_master.testing import DEALER, STATION, Master, ouyang

pytestmark = pytest.mark.integration


@pytest.fixture
async def decided(master: Master, monkeypatch: pytest.MonkeyPatch) -> Master:
    """Two records of one person, and two pieces of records in all."""
    monkeypatch.setattr(model_change, "_PIECE", 2)
    await master.put(ouyang(DEALER, "A"), ouyang(STATION, "B"), ouyang(DEALER, "C", phones=[{"value": "13912345679"}]))
    await master.resolver.drain()
    await until_nothing_is_left(master, lambda: queue_next(master.database, master.model, master.clock))
    return master


async def until_nothing_is_left(master: Master, step: Callable[[], Awaitable[int]]) -> int:
    steps = 1
    while await step():
        steps += 1
        await master.resolver.drain()
    await master.resolver.drain()
    return steps


async def queued(master: Master) -> list[Any]:
    return [
        tuple(row) for row in await master.fetch("SELECT record_no, cause FROM resolution_queue ORDER BY record_no")
    ]


async def test_with_the_same_versions_nothing_is_queued(decided: Master) -> None:
    assert await queue_next(decided.database, decided.model, decided.clock) == 0
    assert await queued(decided) == []


async def test_another_model_decides_everything_again_in_pieces(decided: Master) -> None:
    strict = replace(
        decided.model, version="strict", thresholds=replace(decided.model.thresholds, link=10**6, possible=10**6)
    )
    assert len({*(await decided.golden_ids()).values()}) == 2

    assert await queue_next(decided.database, strict, decided.clock) == 1
    assert [cause for _, cause in await queued(decided)] == ["model_changed"] * 2
    decided.resolver = ResolverWorker(decided.database, strict, decided.clock)
    assert await until_nothing_is_left(decided, lambda: queue_next(decided.database, strict, decided.clock)) == 1
    assert len({*(await decided.golden_ids()).values()}) == 3
    assert {row["model_version"] for row in await decided.fetch("SELECT * FROM match_edges")} == {"strict"}


async def test_no_more_is_queued_than_the_resolvers_can_take(decided: Master, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_change, "_MOST_WAITING", 2)
    other = replace(decided.model, version="other")
    assert await queue_next(decided.database, other, decided.clock) == 1
    assert await queue_next(decided.database, other, decided.clock) == 1
    assert len(await queued(decided)) == 2
    await decided.resolver.drain()
    assert await queue_next(decided.database, other, decided.clock) == 0
    assert len(await queued(decided)) == 1
