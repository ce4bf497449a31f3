"""The guarantees, each under random streams of all that may happen, on a real database: see docs/guarantees.md."""

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_master.match_model import match_model
from customer_master.rebuild import rebuild
from customer_master.testing import Master
from customer_master.testing.feed import replayed, stored
from customer_master.testing.golden_ids import GoldenIds
from customer_master.testing.measure import differences, key_of, latest
from customer_master.testing.stage import Stage, outcome
from customer_master.testing.stewards import held
from customer_master.testing.streams import (
    CREDIT_CODES,
    NAMES,
    Put,
    Stream,
    Version,
    bodies,
    examples,
    noises,
    patience,
    streams,
)
from customer_master.testing.vetoes import forbidden
from entity_resolution.model import DEFAULT_MODEL

pytestmark = [pytest.mark.integration, patience(420)]

SMALL_HUBS = {"names": 3, "records": 6, "block": 4}
"""So that values of a small stream become common, and ordinary again."""

Stages = Callable[[], Awaitable[Stage]]

# Persons and organisations with the same phones and plates, some of which do not say what they are.
PARTIES = bodies((NAMES[0], "欧阳先生"), party_types=(None, "person")) | bodies(
    ("合肥金桥电子有限公司", "金桥电子公司"), CREDIT_CODES, party_types=(None, "organization")
)


@pytest.fixture(autouse=True)
def small_hubs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    document = json.loads((files("entity_resolution") / DEFAULT_MODEL).read_text(encoding="utf-8"))
    document["hubs"] |= SMALL_HUBS
    document["version"] += "-small-hubs"
    file = tmp_path / "match_model.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.setenv("ISTHMUS_MATCH_MODEL", str(file))
    match_model.cache_clear()
    yield
    match_model.cache_clear()


@examples(45)
@given(stream=streams())
async def test_g1_the_result_is_that_of_the_set_of_latest_versions(stages: Stages, stream: Stream) -> None:
    stage = await stages()
    await stage.play(stream)
    assert differences(await outcome(stage.master), await stage.expected()) == []


@examples(15)
@given(stream=streams(stewards=False, faulty=False))
async def test_g1_a_fresh_database_fed_with_the_latest_versions_at_once_agrees(stages: Stages, stream: Stream) -> None:
    stage = await stages()
    delivered = await stage.play(stream)
    found = await outcome(stage.master)

    stage = await stages()
    await stage.play((Put(tuple(latest(delivered).values())),))
    assert differences(found, await outcome(stage.master)) == []


@examples(15)
@given(stream=streams(most=8))
async def test_g2_what_was_accepted_is_kept_once_and_told_once(stages: Stages, stream: Stream) -> None:
    stage = await stages()
    delivered = await stage.play(stream)

    kept = await stage.master.fetch(
        "SELECT source, record_id, record_versions.version FROM record_versions JOIN records USING (record_no)"
    )
    accepted = {(version["source"], version["record_id"], version["version"]) for version in delivered}
    assert sorted(map(tuple, kept)) == sorted(accepted)
    assert await replayed(stage.master) == await stored(stage.master)


@examples(15)
@given(stream=streams())
async def test_g3_an_older_version_never_takes_the_place_of_a_newer_one(stages: Stages, stream: Stream) -> None:
    stage = await stages()
    for operation in stream:
        delivered = await stage.play((operation,))
        rows = await stage.master.fetch("SELECT source, record_id, version FROM records")
        newest = {tuple(key): version["version"] for key, version in latest(delivered).items()}
        assert {(row["source"], row["record_id"]): row["version"] for row in rows} == newest


@examples(15)
@given(stream=streams(stewards=False), noise=noises())
async def test_g4_what_came_in_and_was_taken_back_leaves_nothing_behind(
    stages: Stages, stream: Stream, noise: Stream
) -> None:
    stage = await stages()
    before = await stage.play(stream)
    wanted = await outcome(stage.master)

    await stage.play(noise)
    await stage.steward.take_all_back()
    await stage.play(undoing(before, stage.delivered))

    assert differences(await outcome(stage.master), wanted) == []


def undoing(before: Sequence[Version], after: Sequence[Version]) -> Stream:
    """Delete the records that were not there before, and bring the others back to what they said."""
    was, now = latest(before), latest(after)
    gone = {"deleted": True}
    return tuple(
        Put(({**was.get(key, {**key._asdict(), **gone}), "version": version["version"] + 1},))
        for key, version in now.items()
        if version != was.get(key)
    )


@examples(15)
@given(stream=streams())
async def test_g5_golden_ids_live_on_and_none_is_reused(stages: Stages, stream: Stream) -> None:
    stage = await stages()
    ids = GoldenIds()

    async def look() -> None:
        assert await ids.look(stage.master) == []

    await stage.play(stream, look)
    await look()

    for golden_id in ids.states:
        answer = await stage.client.get(f"/v1/customers/{golden_id}")
        assert answer.status_code == 200
        assert (answer.json()["state"] == "live") == (answer.json()["members"] != [])


@examples(15)
@given(stream=streams())
async def test_g6_a_rebuild_changes_nothing_and_each_value_names_its_record(stages: Stages, stream: Stream) -> None:
    stage = await stages()
    await stage.play(stream)
    before = await everything(stage.master)

    report = await rebuild(stage.master.database, stage.master.clock)

    assert report.clean
    assert await everything(stage.master) == before
    for row in await stage.master.fetch("SELECT document FROM golden_customers WHERE state = 'live'"):
        members = [(member["source"], member["record_id"]) for member in row["document"]["members"]]
        for value in (value for values in row["document"]["values"].values() for value in values):
            assert (value["source"], value["record_id"]) in members
            assert value["rule"]


async def everything(master: Master) -> list[Any]:
    tables = ("golden_customers", "golden_history", "links", "link_history", "outbox")
    return [sorted(map(repr, await master.fetch(f"TABLE {table}"))) for table in tables]


@examples(22)
@given(stream=streams(PARTIES, records=6))
async def test_g7_nothing_bridges_a_veto(stages: Stages, stream: Stream) -> None:
    stage = await stages()

    async def look() -> None:
        assert await forbidden(stage.master) == []

    await stage.play(stream, look)


@examples(22)
@given(stream=streams(bodies(identifiers=()), vetoes=False))
async def test_g8_what_people_decided_holds_until_they_take_it_back(stages: Stages, stream: Stream) -> None:
    stage = await stages()

    async def look() -> None:
        golden = await stage.master.golden_ids()
        standing = [pair for decision in await held(stage.master) for pair in decision.pairs()]
        apart = [pair for pair in standing if pair.kind == "unlink"]
        for pair in standing:
            together = golden["/".join(pair.left)] == golden["/".join(pair.right)]
            # Of decisions that contradict each other, the one that keeps apart holds.
            assert together is (pair.kind == "link") or (pair.kind == "link" and apart), pair

    await stage.play(stream, look)


# Each body says who wrote it, so that it is found wherever it lies; no identifier keeps others away.
MARKED = st.builds(
    lambda body, mark: body | {"attributes": {"mark": mark}}, bodies(identifiers=()), st.uuids().map(str)
)


@examples(15)
@given(stream=streams(MARKED, erasures=True, vetoes=False))
async def test_g10_of_an_erased_customer_nothing_is_left_and_nothing_returns(stages: Stages, stream: Stream) -> None:
    stage = await stages()
    await stage.play(stream)

    assert differences(await outcome(stage.master), await stage.expected()) == []
    stored = "\n".join(await all_rows(stage.master))
    for version in (version for operation in stream if isinstance(operation, Put) for version in operation.versions):
        if key_of(version) in stage.erased and not version.get("deleted"):
            assert version["attributes"]["mark"] not in stored


async def all_rows(master: Master) -> list[str]:
    """Every row of every table, as text; payloads of events decoded."""
    tables = [
        row["tablename"] for row in await master.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    ]
    rows = [row for table in tables for row in await master.fetch(f'SELECT one::text AS text FROM "{table}" AS one')]  # noqa: S608
    payloads = await master.fetch("SELECT payload FROM outbox WHERE payload IS NOT NULL")
    return [row["text"] for row in rows] + [row["payload"].decode() for row in payloads]
