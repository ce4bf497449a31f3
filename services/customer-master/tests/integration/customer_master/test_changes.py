"""The stream of changes on a real database: nothing lost, nothing doubled, nothing told to the wrong caller."""

import asyncio
import random
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import aiohttp
import httpx2
import orjson
import pytest
from fastapi import FastAPI

from customer_master.changes import api as changes_api
from customer_master.changes import event_stream, feed
from customer_master.changes.event_stream import MOST_STREAMS_OF_ONE_CALLER, EventStream, StreamPlaces
from customer_master.database import connected, transaction
from customer_master.testing import DEALER, OTHER_DEALER, STATION, Master, ouyang, record
from customer_master.testing.desk import Desk
from isthmus.http import Principal
from isthmus.ids import new_id
from isthmus.service.runtime import run_server
from isthmus.settings import ServiceSettings

pytestmark = pytest.mark.integration

PATH = "/v1/customers/changes"
_VERSION = """
INSERT INTO golden_history (golden_id, version, valid_from, cause, state, document)
VALUES ($1, $2, now(), 'members_changed', 'live', '{}')
"""


def events_of(text: str) -> list[dict[str, Any]]:
    """The events of a part of a stream, each its data with its `id`."""
    events = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in fields:
            events.append(orjson.loads(fields["data"]) | {"id": fields["id"]})
    return events


async def hear(client: httpx2.AsyncClient, count: int, **query: Any) -> list[dict[str, Any]]:
    """So many changes from the beginning on; a transaction of somebody else may keep them back for a moment."""
    heard: list[dict[str, Any]] = []
    after = "0"
    async with asyncio.timeout(60):
        while len(heard) < count:
            answer = await client.get(PATH, params={"after": after, "follow": False} | query)
            assert answer.status_code == 200, answer.text
            events = events_of(answer.text)
            heard += events
            after = events[-1]["id"] if events else after
    return heard


async def test_each_kind_of_change_is_told_with_what_it_means(desk: Desk, api: Callable[..., Any]) -> None:
    one = (await desk.put(record(DEALER, "A", name={"full": "欧阳靖宇"}, phones=[{"value": "13800138001"}])))[
        f"{DEALER}/A"
    ]
    await desk.put(record(DEALER, "A", 2, name={"full": "欧阳靖宇"}, phones=[{"value": "13800138002"}]))
    two = (await desk.put(record(STATION, "B", name={"full": "诸葛明"})))[f"{STATION}/B"]
    assert (await desk.merge(one, two)).status_code < 300
    await desk.master.resolver.drain()
    assert (await desk.split(one, f"{STATION}/B")).status_code < 300
    await desk.master.resolver.drain()
    await desk.put(record(DEALER, "A", 3, deleted=True))

    heard = await hear(api(), 8)

    told = [(UUID(event["golden_id"]), event["version"], event["kind"]) for event in heard]
    assert Counter(told) == Counter(set(told))
    of_one = [event for event in heard if UUID(event["golden_id"]) == one]
    assert [event["kind"] for event in of_one] == ["created", "changed", "changed", "split", "retired"]
    assert of_one[1]["changed"] == ["phones"]
    assert of_one[2]["cause"] == "merged_in"
    of_two = [event for event in heard if UUID(event["golden_id"]) == two]
    assert [event["kind"] for event in of_two[:2]] == ["created", "merged"]
    assert of_two[1]["merged_into"] == str(one)
    assert of_one[3]["split_into"] == [of_two[-1]["golden_id"]]
    assert "13800138002" not in str(heard)


async def test_an_erased_customer_is_told_by_its_id_to_whoever_had_it(
    desk: Desk, api: Callable[..., Any], master: Master
) -> None:
    golden_id = (await desk.put(ouyang(DEALER, "A")))[f"{DEALER}/A"]
    body = {"reason": "asked for", "requester_reference": "T-1"}
    privacy = api(scopes=("privacy", "customers:read"))
    erased = await privacy.post(
        f"/v1/customers/{golden_id}/erasure", json=body, headers={"If-Match": await desk.tag(golden_id)}
    )
    assert erased.status_code < 300, erased.text
    heard = await hear(api("dealer:D0001"), 3)
    assert heard[-1]["kind"] == "erased"
    assert await hear(api("dealer:D0002"), 0) == []
    assert {name for event in heard for name in event["changed"]} <= {"name", "phones", "gender", "display_name"}


async def test_callers_hear_of_their_own_customers_only(desk: Desk, api: Callable[..., Any]) -> None:
    await desk.put(ouyang(DEALER, "A"))
    await desk.put(record(OTHER_DEALER, "Z", name={"full": "诸葛明"}))
    (mine,) = await hear(api("dealer:D0001"), 1)
    assert mine["kind"] == "created"
    watched = (await desk.master.golden_ids())[f"{OTHER_DEALER}/Z"]
    assert [event["golden_id"] for event in await hear(api(), 1, golden_id=str(watched))] == [str(watched)]
    unseen = await api("dealer:D0001").get(PATH, params={"golden_id": str(watched), "follow": False})
    assert unseen.status_code == 404
    assert (await api(scopes=("customer-records:read",)).get(PATH, params={"follow": False})).status_code == 403
    logged = await desk.master.fetch("SELECT object_ids FROM access_log WHERE action = 'customer.changes'")
    assert [mine["golden_id"]] in [row["object_ids"] for row in logged]


@pytest.mark.parametrize("position", ["x", "-1", "1-2-3", "99999999999"])
async def test_what_is_no_position_of_this_database_is_refused(api: Callable[..., Any], position: str) -> None:
    for given in ({"params": {"after": position}}, {"headers": {"Last-Event-ID": position}}):
        answer = await api().get(PATH, **given)
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_position")


async def test_what_commits_late_is_heard_late_and_not_left_out(master: Master) -> None:
    early, late = new_id(), new_id()
    async with connected(master.database) as reading:
        start = await feed.settled(reading)
        async with transaction(master.database) as slow:
            await slow.execute(_VERSION, late, 1)  # has the smaller transaction id
            async with transaction(master.database) as fast:
                await fast.execute(_VERSION, early, 1)
            meanwhile = await feed.read(reading, start, [early, late], 10)
        heard = list(meanwhile.changes)
        position = meanwhile.position
        async with asyncio.timeout(60):
            while len(heard) < 2:
                page = await feed.read(reading, position, [early, late], 10)
                heard, position = heard + page.changes, page.position
    assert sorted(change.position.golden_id for change in heard) == sorted([early, late])


@asynccontextmanager
async def served(app: FastAPI, stop: asyncio.Event) -> AsyncIterator[str]:
    """The application on a real socket, until `stop`."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    settings = ServiceSettings(
        database_url="postgresql://unused", identity_public_key="unused", port=port, drain_seconds=5, _env_file=None
    )
    server = asyncio.create_task(run_server(app, settings, stop))
    try:
        async with asyncio.timeout(30):
            while True:
                try:
                    (await asyncio.open_connection("127.0.0.1", port))[1].close()
                    break
                except OSError:
                    await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop.set()
        await server


class GivenUpError(Exception):
    """The writer rolls back."""


async def write_versions(master: Master, golden_ids: list[UUID], seed: int, written: set[tuple[UUID, int]]) -> None:
    """One transaction after the other, of several customers each; some are given up."""
    chance = random.Random(seed)  # noqa: S311 - repeatable
    for version in range(1, 26):
        own = [(golden_id, version) for golden_id in golden_ids[: chance.randint(1, 3)]]
        with suppress(GivenUpError):
            async with transaction(master.database) as connection:
                for one in own:
                    await connection.execute(_VERSION, *one)
                    await asyncio.sleep(0)
                if chance.random() < 0.2:
                    raise GivenUpError
            written.update(own)


async def listen(
    client: aiohttp.ClientSession, url: str, last_id: str, most: int, is_over: Callable[[int], bool]
) -> list[tuple[str, UUID, int]]:
    """The next changes, each with its id; the connection breaks off after so many, in the middle of what it sends."""
    heard: list[tuple[str, UUID, int]] = []
    position = last_id
    async with client.get(url, headers={"Last-Event-ID": last_id}) as stream:
        assert stream.status == 200, await stream.text()
        async for line in stream.content:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "id":
                position = value
            elif name == "data":
                change = orjson.loads(value)
                heard.append((position, UUID(change["golden_id"]), change["version"]))
            if len(heard) >= most or is_over(len(heard)):
                stream.close()
                break
    return heard


@pytest.mark.timeout(300)
async def test_a_reader_whose_connection_breaks_again_and_again_hears_everything_once(
    app: FastAPI, api: Callable[..., Any], master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes_api, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(changes_api, "_CHANGES_A_PAGE", 7)
    written: set[tuple[UUID, int]] = set()
    heard: list[tuple[str, UUID, int]] = []
    chance = random.Random(5)  # noqa: S311
    writers = asyncio.gather(
        *(write_versions(master, [new_id() for _ in range(3)], seed, written) for seed in range(6))
    )

    def is_over(more: int) -> bool:
        return writers.done() and len(heard) + more >= len(written)

    async with (
        served(app, asyncio.Event()) as url,
        aiohttp.ClientSession(headers=dict(api().headers)) as client,
    ):
        while not is_over(0):
            last_id = heard[-1][0] if heard else "0"
            heard += await listen(client, url + PATH, last_id, chance.randint(1, 40), is_over)
    await writers
    assert Counter((golden_id, version) for _, golden_id, version in heard) == Counter(written)


async def test_a_caller_has_so_many_streams_and_a_closed_one_makes_room(
    app: FastAPI, api: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes_api, "_places", StreamPlaces())
    stop = asyncio.Event()
    async with served(app, stop) as url, aiohttp.ClientSession(headers=dict(api().headers)) as client:
        open_streams = [await client.get(url + PATH) for _ in range(MOST_STREAMS_OF_ONE_CALLER)]
        assert {stream.status for stream in open_streams} == {200}
        async with client.get(url + PATH) as refused:
            assert (refused.status, (await refused.json())["code"]) == (429, "too_many_streams")
            assert refused.headers["Retry-After"]
        open_streams[0].close()
        async with asyncio.timeout(30):
            while True:
                async with client.get(url + PATH) as again:
                    if again.status == 200:
                        break
        app.state.context.stopping.set()
        assert (await open_streams[1].read()).startswith(b"retry: ")  # and ends, as an answer does
        assert open_streams[1].content.at_eof()


async def test_a_stream_that_tells_nothing_shows_that_it_lives_and_how_far_it_is(
    api: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes_api, "POLL_SECONDS", 0.001)
    monkeypatch.setattr(changes_api, "HEARTBEAT_SECONDS", 0.0)
    monkeypatch.setattr(changes_api, "LONGEST_SECONDS", 0.2)
    answer = await api().get(PATH)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.count(": alive\nid: ") > 2


async def test_who_takes_nothing_is_cut_off_and_nothing_piles_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "LONGEST_WRITE_SECONDS", 0.01)
    made: list[int] = []
    taken = asyncio.Event()

    async def parts() -> AsyncIterator[bytes]:
        for number in range(1_000):
            made.append(number)
            yield b"part"

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            await taken.wait()

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    monkeypatch.setattr(event_stream, "MOST_STREAMS", 1)
    places = StreamPlaces()
    caller = Principal("s", "c", frozenset(), all_org_units=True, scopes=frozenset())
    stream: Any = EventStream(parts(), places, places.take(caller))  # type: ignore[arg-type]
    await stream({}, receive, send)
    assert made == [0]
    places.take(caller)
