"""However often and however much at once a POST is repeated with its key: one effect, one answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from isthmus.db import Database
from isthmus.ids import new_id

pytestmark = pytest.mark.integration

Titles = Callable[[], Awaitable[list[str]]]


async def post(client: httpx2.AsyncClient, key: str, title: str = "a", **fields: Any) -> httpx2.Response:
    body = {"org_unit": "hq", "title": title} | fields
    return await client.post("/v1/notes", json=body, headers={"Idempotency-Key": key})


async def test_a_repeat_gets_the_same_answer_and_says_so(app: FastAPI, client_of: Any, titles: Titles) -> None:
    client = client_of(app)
    first, second = await post(client, "k"), await post(client, "k")
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    for header in ("content-type", "etag"):
        assert first.headers[header] == second.headers[header]
    assert await titles() == ["a"]


async def test_another_body_path_or_query_with_the_key_is_refused(app: FastAPI, client_of: Any, titles: Titles) -> None:
    client = client_of(app)
    await post(client, "k")
    for response in (
        await post(client, "k", "b"),
        await client.post("/v1/notes?x=1", json={"org_unit": "hq", "title": "a"}, headers={"Idempotency-Key": "k"}),
        await client.post("/v1/notes/refused", headers={"Idempotency-Key": "k"}),
    ):
        assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
        assert response.json()["errors"][0]["location"] == "header"
    assert await titles() == ["a"]


async def test_keys_of_different_callers_are_different(app: FastAPI, client_of: Any, titles: Titles) -> None:
    assert (await post(client_of(app, subject="one"), "k", "a")).status_code == 201
    assert (await post(client_of(app, subject="two"), "k", "b")).status_code == 201
    assert await titles() == ["a", "b"]


async def test_a_failure_is_not_kept(app: FastAPI, client_of: Any, titles: Titles) -> None:
    client = client_of(app)
    assert (await post(client, "k", "crash")).status_code == 500
    assert (await post(client, "k", "crash", rank="x")).status_code == 422
    assert (await post(client, "k", "a")).status_code == 201
    assert await titles() == ["a"]


async def test_an_answer_is_not_replayed_to_a_caller_who_lost_the_right(app: FastAPI, client_of: Any) -> None:
    assert (await post(client_of(app, org_units=["hq", "dealer:D1"]), "k")).status_code == 201
    refused = await post(client_of(app, org_units=["dealer:D1"]), "k")
    assert (refused.status_code, refused.json()["code"]) == (403, "grants_withdrawn")
    assert (await post(client_of(app, org_units=["hq", "dealer:D1", "dealer:D2"]), "k")).status_code == 201
    assert (await post(client_of(app, identity=False), "k")).status_code == 401


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a b", "k\xe9"])
async def test_a_malformed_key_is_refused(app: FastAPI, client_of: Any, titles: Titles, key: str) -> None:
    response = await client_of(app).post(
        "/v1/notes", json={"org_unit": "hq", "title": "a"}, headers={"Idempotency-Key": key.encode("latin-1")}
    )
    assert (response.status_code, response.json()["code"]) == (422, "invalid_idempotency_key")
    assert await titles() == []


async def test_a_twin_waits_for_a_while_then_is_told_to_come_back(
    app: FastAPI, client_of: Any, database: Database
) -> None:
    """The first request is held up by a lock of ours; its twin runs into the lock timeout (1 s)."""
    client = client_of(app)
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO idempotency_keys (caller, key, request_hash, grants, created_at) "
                "VALUES ('test-client tester', 'k', '', '{}', now())"
            )
        )
        twin = await post(client, "k")
        assert (twin.status_code, twin.json()["code"]) == (409, "idempotency_key_in_use")
        assert twin.headers["retry-after"]
        await session.rollback()
    assert (await post(client, "k")).status_code == 201


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(st.integers(min_value=1, max_value=6), min_size=1, max_size=4), crashes_before=st.integers(0, 2))
async def test_any_number_of_repeats_at_once_has_one_effect(
    app: FastAPI, client_of: Any, titles: Titles, rounds: list[int], crashes_before: int
) -> None:
    client, key, title = client_of(app), str(new_id()), str(new_id())
    for _ in range(crashes_before):
        assert (await post(client, key, f"crash {title}")).status_code == 500
    answers = [
        answer
        for repeats in rounds
        for answer in await asyncio.gather(*(post(client, key, title) for _ in range(repeats)))
    ]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert (await titles()).count(title) == 1
