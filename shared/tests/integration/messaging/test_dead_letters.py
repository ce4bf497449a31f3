"""Dead letters: every kind of poison is put aside with its reason, whole, and nothing else is."""

from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaConnectionError

from isthmus.contracts.topic import MAX_EVENT_BYTES
from isthmus.messaging import PermanentError
from isthmus.messaging.dead_letters import DeadLetterSender

pytestmark = pytest.mark.integration

Message = tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]


def with_header(name: str, value: bytes | None) -> Callable[[Message], Message]:
    def change(message: Message) -> Message:
        key, data, headers = message
        others = [each for each in headers if each[0] != name]
        return key, data, others if value is None else [*others, (name, value)]

    return change


def with_value(value: bytes | None) -> Callable[[Message], Message]:
    return lambda message: (message[0], value, message[2])


POISON = {
    "no headers at all": ("malformed", lambda message: (message[0], message[1], [])),
    "no id": ("malformed", with_header("ce_id", None)),
    "no type": ("malformed", with_header("ce_type", None)),
    "another spec": ("malformed", with_header("ce_specversion", b"0.3")),
    "a time that is none": ("malformed", with_header("ce_time", b"yesterday")),
    "a version beyond 64 bits": ("malformed", with_header("ce_aggregateversion", b"9" * 30)),
    "a version of digits without end": ("malformed", with_header("ce_aggregateversion", b"9" * 5000)),
    "header not UTF-8": ("malformed", with_header("ce_subject", b"\xff\xfe")),
    "header with NUL": ("malformed", with_header("ce_orgunit", b"hq\x00")),
    "key not UTF-8": ("malformed", lambda message: (b"\xff", message[1], message[2])),
    "not JSON": ("invalid_data", with_value(b"\x00\x01 not json")),
    "empty": ("invalid_data", with_value(b"")),
    "JSON of something else": ("invalid_data", with_value(b'{"source": 1}')),
    "nested without end": ("invalid_data", with_value(b"[" * 100_000)),
    "major version of the future": (
        "unknown_major_version",
        with_header("ce_type", b"isthmus.customer-master.golden-link-changed.v9"),
    ),
    "two megabytes": ("too_large", with_value(b" " * (2 * MAX_EVENT_BYTES))),
}


def reason_of(record: ConsumerRecord) -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers if name.startswith("dlq_")}


@pytest.mark.parametrize("name", POISON)
async def test_poison_is_put_aside_whole_with_its_reason(bench: Any, name: str) -> None:
    kind, change = POISON[name]
    poison = change(bench.as_message(bench.link("bad", 1)))
    await bench.send_events(bench.link("a", 1))
    await bench.send(poison)
    await bench.send_events(bench.link("a", 2))
    bench.consumer()
    await bench.until(lambda: bench.count_effects(2))

    assert await bench.effects() == [("hq:crm/a", 1), ("hq:crm/a", 2)]
    [letter] = await bench.dead_letters()
    key, value, headers = poison
    assert (letter.key, letter.value) == (key, value)
    assert [each for each in letter.headers if not each[0].startswith("dlq_")] == headers
    reason = reason_of(letter)
    assert reason["dlq_kind"] == kind
    assert (reason["dlq_topic"], reason["dlq_partition"], reason["dlq_offset"]) == (bench.topic.name, "0", "1")
    assert reason["dlq_consumer"] == bench.group
    assert reason["dlq_reason"]
    assert reason["dlq_time"]


async def test_the_bad_messages_of_a_batch_are_found_and_the_others_take_effect_in_order(bench: Any) -> None:
    """13 is refused for good, 77 fails with something nobody foresaw."""
    calls = 0

    async def handle(connection: Any, deliveries: Any) -> None:
        nonlocal calls
        calls += 1
        for each in deliveries:
            if each.event.aggregateversion == 13:
                raise PermanentError("unlucky")
            if each.event.aggregateversion == 77:
                raise ZeroDivisionError("nobody foresaw this")
        await bench.note(connection, deliveries)

    await bench.send_events(*(bench.link("a", version) for version in range(1, 129)))
    bench.consumer(handle, max_attempts=2)
    await bench.until(lambda: bench.count_effects(126))

    good = [version for version in range(1, 129) if version not in (13, 77)]
    assert await bench.effects() == [("hq:crm/a", version) for version in good]
    reasons = [reason_of(letter) for letter in await bench.dead_letters()]
    assert [(each["dlq_kind"], each["dlq_offset"], each["dlq_attempts"], each["dlq_reason"]) for each in reasons] == [
        ("rejected", "12", "1", "unlucky"),
        ("failed", "76", "2", "ZeroDivisionError: nobody foresaw this"),
    ]
    assert calls < 50, "found by halving"


async def test_an_unknown_event_type_is_skipped(bench: Any) -> None:
    """Its producer is newer than we are; our next version may know it."""
    unknown = with_header("ce_type", b"isthmus.customer-master.golden-moon-landed.v1")(
        bench.as_message(bench.link("moon", 1))
    )
    await bench.send(unknown)
    await bench.send_events(bench.link("a", 1))
    bench.consumer()
    await bench.until(lambda: bench.count_effects(1))

    assert await bench.dead_letters() == []
    assert await bench.effects() == [("hq:crm/a", 1)]


async def test_a_tombstone_is_delivered_without_data(bench: Any) -> None:
    seen = []

    async def handle(_connection: Any, deliveries: Any) -> None:
        seen.extend((each.event.key, each.event.data) for each in deliveries)

    await bench.send(with_value(None)(bench.as_message(bench.link("gone", 2))))
    bench.consumer(handle)
    await bench.until(lambda: bool(seen))

    assert seen == [("hq:crm/gone", None)]


async def test_foreign_ids_are_unique_within_their_source_only(bench: Any) -> None:
    """Two producers number their events 1, 2, 3; a repeat of one is still a repeat."""
    numbered = with_header("ce_id", b"1")(bench.as_message(bench.link("a", 1)))
    other_source = with_header("ce_source", b"/dms/2")(with_header("ce_id", b"1")(bench.as_message(bench.link("b", 1))))
    await bench.send(numbered, other_source, numbered)
    await bench.send_events(bench.link("c", 1))
    bench.consumer()
    await bench.until(lambda: bench.count_effects(3))

    assert await bench.effects() == [("hq:crm/a", 1), ("hq:crm/b", 1), ("hq:crm/c", 1)]


async def test_too_many_in_a_row_stop_the_partition_instead_of_draining_it(bench: Any) -> None:
    broken = True

    async def handle(connection: Any, deliveries: Any) -> None:
        if broken:
            raise PermanentError("our own mistake")
        await bench.note(connection, deliveries)

    await bench.send_events(*(bench.link("a", version) for version in range(1, 31)))
    runner, running = bench.consumer(handle, max_dead_letters_in_a_row=5)
    await bench.until(lambda: "too many dead letters" in str(runner.problem()))
    assert len(await bench.dead_letters()) == 5
    await running.end()
    assert await bench.committed() == 5
    broken = False
    bench.consumer(handle, max_dead_letters_in_a_row=5)
    await bench.until(lambda: bench.count_effects(25))

    assert await bench.effects() == [("hq:crm/a", version) for version in range(6, 31)]
    assert len(await bench.dead_letters()) == 5


async def test_a_success_between_starts_the_count_again(bench: Any) -> None:
    async def handle(connection: Any, deliveries: Any) -> None:
        if any(each.event.aggregateversion % 3 for each in deliveries):
            raise PermanentError("not divisible by three")
        await bench.note(connection, deliveries)

    await bench.send_events(*(bench.link("a", version) for version in range(1, 31)))
    bench.consumer(handle, max_dead_letters_in_a_row=2)
    await bench.until(lambda: bench.count_effects(10))

    assert len(await bench.dead_letters()) == 20


async def test_the_offset_does_not_move_before_the_dead_letter_is_acknowledged(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def handle(_connection: Any, _deliveries: Any) -> None:
        raise PermanentError("bad")

    async def away(_self: DeadLetterSender, _message: Any, _reason: Any) -> None:
        raise KafkaConnectionError("broker is away")

    await bench.send_events(bench.link("a", 1))
    with monkeypatch.context() as outage:
        outage.setattr(DeadLetterSender, "send", away)
        runner, running = bench.consumer(handle)
        await bench.until(lambda: "KafkaConnectionError" in str(runner.problem()))
        await running.end()
    assert await bench.committed() == 0
    bench.consumer(handle)

    async def put_aside() -> bool:
        return len(await bench.dead_letters()) == 1

    await bench.until(put_aside)
