"""`isthmus dlq`: what a person does about dead letters."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from isthmus.cli.main import make_app
from isthmus.messaging import PermanentError

pytestmark = pytest.mark.integration


@pytest.fixture
def isthmus(bench: Any) -> Any:
    """Runs a command line against the test's broker, in a thread, since it has an event loop of its own."""

    async def run(*arguments: str) -> Any:
        environment = {"KAFKA_BOOTSTRAP_SERVERS": bench.broker.kafka_bootstrap_servers}
        return await asyncio.to_thread(CliRunner().invoke, make_app(), ["dlq", *arguments], env=environment)

    return run


@pytest.fixture
def refusing(bench: Any) -> Any:
    """A handler that refuses what it is told to."""
    refused = {2, 3}

    async def handle(connection: Any, deliveries: Any) -> None:
        if any(each.event.aggregateversion in refused for each in deliveries):
            raise PermanentError("not yet")
        await bench.note(connection, deliveries)

    handle.refused = refused  # type: ignore[attr-defined] # the test changes it
    return handle


async def _dead(bench: Any, handle: Any) -> None:
    await bench.send_events(*(bench.link("a", version) for version in range(1, 5)))
    bench.consumer(handle)
    await bench.until(lambda: bench.count_effects(2))


async def test_replaying_all_gives_each_its_effect_once(bench: Any, isthmus: Any, refusing: Any) -> None:
    name = bench.topic.name
    await _dead(bench, refusing)
    listed = await isthmus("list", "--topic", name)
    assert [line.split("  ")[2:4] for line in listed.stdout.splitlines()] == [
        ["offset=0", "kind=rejected"],
        ["offset=1", "kind=rejected"],
    ]
    assert "reason=not yet" in listed.stdout
    refusing.refused.clear()
    replayed = await isthmus("replay", name, "--all")
    assert replayed.stdout == f"2 replayed to {name}\n"
    await bench.until(lambda: bench.count_effects(4))
    again = await isthmus("replay", name, "--all")
    assert again.stdout == f"0 replayed to {name}\n"

    assert await bench.effects() == [("hq:crm/a", version) for version in (1, 4, 2, 3)]
    listed = await isthmus("list", "--topic", name)
    assert "replayed=no" not in listed.stdout
    assert "0 dead letters, and 2 already replayed" in listed.stderr
    original, replay = [each for each in await bench.records(name) if dict(each.headers)["ce_aggregateversion"] == b"2"]
    assert (original.key, original.value, original.headers) == (replay.key, replay.value, replay.headers)


async def test_one_is_replayed_and_what_fails_again_is_a_dead_letter_again(
    bench: Any, isthmus: Any, refusing: Any
) -> None:
    await _dead(bench, refusing)
    replayed = await isthmus("replay", bench.topic.name, "--partition", "0", "--offset", "1")
    assert replayed.exit_code == 0

    async def dead_again() -> bool:
        listed = await isthmus("list", "--topic", bench.topic.name)
        return [("replayed=no" in line) for line in listed.stdout.splitlines()] == [True, False, True]

    await bench.until(dead_again)


async def test_a_mended_one_takes_effect(bench: Any, isthmus: Any, tmp_path: Path) -> None:
    key, value, headers = bench.as_message(bench.link("a", 7))
    await bench.send((key, b"{broken", headers))
    bench.consumer()

    async def put_aside() -> bool:
        return len(await bench.dead_letters()) == 1

    await bench.until(put_aside)
    shown = await isthmus("show", f"{bench.topic.name}.dlq", "0", "0")
    assert "kind=invalid_data" in shown.stdout
    assert "ce_aggregateversion: 7" in shown.stdout
    assert shown.stdout.endswith("{broken\n")
    mended = tmp_path / "mended.json"
    mended.write_bytes(value)
    await isthmus("replay", bench.topic.name, "--partition", "0", "--offset", "0", "--mended", str(mended))
    await bench.until(lambda: bench.count_effects(1))

    assert await bench.effects() == [("hq:crm/a", 7)]


async def test_a_place_without_a_dead_letter_is_told_plainly(bench: Any, isthmus: Any) -> None:
    result = await isthmus("replay", bench.topic.name, "--partition", "0", "--offset", "5")

    assert result.exit_code == 1
    assert "no dead letter" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("replay", "{topic}"),
        ("replay", "{topic}", "--all", "--partition", "0", "--offset", "0"),
        ("replay", "{topic}", "--all", "--mended", "file"),
        ("replay", "no-such-topic", "--all"),
        ("list", "--topic", "no-such-topic"),
    ],
)
async def test_a_senseless_command_is_refused(bench: Any, isthmus: Any, arguments: tuple[str, ...]) -> None:
    result = await isthmus(*(each.format(topic=bench.topic.name) for each in arguments))

    assert result.exit_code == 2
