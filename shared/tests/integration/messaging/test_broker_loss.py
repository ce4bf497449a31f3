"""A broker that lost messages is refilled from the outbox: all or the lost part, in order, however it came about."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from isthmus.messaging import leader
from isthmus.messaging.broker_check import BrokerCheck

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def _frequent_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leader, "_CHECK_SECONDS", 0.2)


@pytest.fixture
def versions(bench: Any) -> Callable[[], Awaitable[list[int]]]:
    """The versions of the key `a` as they lie in the topic."""

    async def read() -> list[int]:
        headers = [dict(record.headers) for record in await bench.records(bench.topic.name)]
        return [int(each["ce_aggregateversion"]) for each in headers if each["ce_subject"] == b"hq:crm/a"]

    return read


async def _published(bench: Any, *numbers: int) -> None:
    for number in numbers:
        await bench.write(bench.link("a", number))
    await bench.until(bench.all_published)


async def test_a_topic_made_anew_is_filled_again(bench: Any, versions: Any) -> None:
    relay = bench.relay()
    await _published(bench, 1, 2, 3)
    await relay.end()
    await bench.delete_topic()
    bench.relay()

    async def refilled() -> bool:
        return await versions() == [1, 2, 3]

    await bench.until(refilled)


async def test_a_topic_lost_under_a_running_relay_is_filled_again(bench: Any, versions: Any) -> None:
    bench.relay()
    await _published(bench, 1, 2, 3)
    await bench.delete_topic()

    async def refilled() -> bool:
        return await versions() == [1, 2, 3]

    await bench.until(refilled)


async def test_another_cluster_is_filled_with_the_whole_outbox(bench: Any, versions: Any) -> None:
    """Seen by its id alone: end offsets would not tell, since other writers filled the new cluster already."""
    relay = bench.relay()
    await _published(bench, 1, 2)
    await relay.end()
    await bench.fetch("UPDATE broker_state SET cluster_id = 'the one before'")
    bench.relay()

    async def refilled() -> bool:
        return await versions() == [1, 2, 1, 2]

    await bench.until(refilled)


async def test_a_topic_made_anew_and_filled_by_others_first_is_noticed(bench: Any, versions: Any) -> None:
    """Its log is longer than before, but at the place of our last message stands another."""
    relay = bench.relay()
    await _published(bench, 1, 2)
    await relay.end()
    partition = (await bench.fetch("SELECT partition FROM broker_state"))[0][0]
    await bench.delete_topic()
    await bench.make_topic()
    await bench.send_events(*(bench.link("others", number) for number in range(10)), partition=partition)
    bench.relay()

    async def refilled() -> bool:
        return await versions() == [1, 2]

    await bench.until(refilled)


async def test_offsets_that_go_back_between_two_checks_are_noticed(
    bench: Any, versions: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first acknowledgement below an earlier one tells; what is written then comes after what was lost."""
    monkeypatch.setattr(leader, "_CHECK_SECONDS", 3600.0)
    bench.relay()
    await _published(bench, 1, 2, 3)
    await bench.delete_topic()
    await bench.make_topic()
    await _published(bench, 4)

    async def in_order_at_last() -> bool:
        told = await versions()
        return told[-4:] == [1, 2, 3, 4]

    await bench.until(in_order_at_last)


async def test_nothing_is_repeated_while_the_broker_keeps_what_it_has(
    bench: Any, versions: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = []
    check = BrokerCheck.run

    async def counted(self: BrokerCheck, states: Any, purges: Any) -> Any:
        checks.append(report := await check(self, states, purges))
        return report

    monkeypatch.setattr(BrokerCheck, "run", counted)
    relay = bench.relay()
    await _published(bench, 1, 2)
    done = len(checks)
    await bench.until(lambda: len(checks) >= done + 3)
    await relay.end()

    assert not any(report.losses for report in checks)
    assert await versions() == [1, 2]


@pytest.mark.timeout(300)
async def test_a_wiped_broker_is_refilled_and_nothing_takes_effect_twice(
    bench_on_own_broker: Any, own_broker: Any
) -> None:
    bench = bench_on_own_broker
    bench.relay()
    bench.consumer()
    await bench.write(*(bench.link(f"r{number}", 1) for number in range(20)))
    await bench.until(lambda: bench.count_effects(20))
    own_broker.kill()
    await bench.write(*(bench.link(f"r{number}", 2) for number in range(20)))
    own_broker.wipe()
    await own_broker.start()
    await bench.until(lambda: bench.count_effects(40), seconds=90)

    assert sorted(await bench.effects()) == sorted((f"hq:crm/r{n}", v) for n in range(20) for v in (1, 2))
    assert len(await bench.records(bench.topic.name)) == 40, "the new broker has all that the old one had"


@pytest.mark.timeout(300)
async def test_a_broker_killed_and_started_again_loses_nothing(bench_on_own_broker: Any, own_broker: Any) -> None:
    bench = bench_on_own_broker
    bench.relay()
    bench.consumer()
    await bench.write(*(bench.link(f"r{number}", 1) for number in range(20)))
    own_broker.kill()
    await bench.write(*(bench.link(f"r{number}", 2) for number in range(20)))
    await own_broker.start()
    await bench.until(lambda: bench.count_effects(40), seconds=90)

    assert sorted(await bench.effects()) == sorted((f"hq:crm/r{n}", v) for n in range(20) for v in (1, 2))
