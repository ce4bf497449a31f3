"""Dead letters of an erased customer are taken out for good; those of others stay, once each, and can be replayed."""

from typing import Any

import pytest

from isthmus.messaging import PermanentError
from isthmus.messaging.dead_letter_office import DeadLetterOffice

pytestmark = pytest.mark.integration


@pytest.fixture
async def letters(bench: Any) -> Any:
    """Dead letters of `a`, `b` and `c`, two each; gives how they lie in the topic now."""

    async def refuse(_connection: Any, _deliveries: Any) -> None:
        raise PermanentError("not yet")

    await bench.send_events(*(bench.link(name, version) for version in (1, 2) for name in "abc"))
    _, running = bench.consumer(refuse)

    async def lying() -> list[tuple[str, int]]:
        return [
            (each.key.decode().removeprefix("hq:crm/"), int(dict(each.headers)["ce_aggregateversion"]))
            for each in await bench.dead_letters()
            if each.key != b"replayed"
        ]

    async def all_dead() -> bool:
        return len(await lying()) == 6

    await bench.until(all_dead)
    await running.end()
    return lying


def of(name: str) -> Any:
    return lambda record: record.key == f"hq:crm/{name}".encode()


async def test_only_the_letters_of_the_customer_go(bench: Any, letters: Any) -> None:
    async with DeadLetterOffice.connect(bench.broker.kafka_bootstrap_servers) as office:
        assert len(await office.forget([bench.topic.name], of("a"))) == 2
        assert await office.forget([bench.topic.name], of("a")) == []
        left = await office.letters([bench.topic.name], lambda _done, _total: None)
    assert await letters() == [("b", 1), ("c", 1), ("b", 2), ("c", 2)]
    assert {letter.reason["kind"] for letter in left} == {"rejected"}
    assert [letter.replayed_at for letter in left] == [None] * 4


async def test_after_a_crash_each_letter_stays_once(bench: Any, letters: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async with DeadLetterOffice.connect(bench.broker.kafka_bootstrap_servers) as office:

        async def crash(*_arguments: Any) -> None:
            raise ConnectionError

        with monkeypatch.context() as broken:
            broken.setattr(office._admin, "delete_records", crash)
            with pytest.raises(ConnectionError):
                await office.forget([bench.topic.name], of("a"))
        assert len(await letters()) == 10
        assert len(await office.forget([bench.topic.name], of("a"))) == 2
    assert sorted(await letters()) == [("b", 1), ("b", 2), ("c", 1), ("c", 2)]


async def test_a_replayed_letter_is_done_with(bench: Any, letters: Any) -> None:
    async with DeadLetterOffice.connect(bench.broker.kafka_bootstrap_servers) as office:
        await office.replay(bench.topic.name, (0, 1), bench.clock.now())
        await office.forget([bench.topic.name], of("a"))
    assert await letters() == [("c", 1), ("b", 2), ("c", 2)]
