"""A 2xx means committed; anything else leaves nothing behind."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.types import Message

from isthmus.db import Database

pytestmark = pytest.mark.integration

Titles = Callable[[], Awaitable[list[str]]]


def note(title: str, **fields: Any) -> dict[str, Any]:
    return {"org_unit": "hq", "title": title} | fields


async def test_a_success_is_committed_before_the_answer_begins(app: FastAPI, client_of: Any, titles: Titles) -> None:
    seen: list[list[str]] = []

    async def spied(scope: Any, receive: Any, send: Any) -> None:
        async def spying_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.append(await titles())
            await send(message)

        await app(scope, receive, spying_send)

    response = await client_of(spied).post("/v1/notes", json=note("a"))
    assert response.status_code == 201
    assert seen == [["a"]]


async def test_a_crash_in_the_handler_rolls_back(app: FastAPI, client_of: Any, titles: Titles) -> None:
    response = await client_of(app).post("/v1/notes", json=note("crash"))
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert await titles() == []


async def test_an_error_answered_without_raising_rolls_back(app: FastAPI, client_of: Any, titles: Titles) -> None:
    response = await client_of(app).post("/v1/notes/refused")
    assert response.status_code == 409
    assert await titles() == []


async def test_a_failing_commit_is_no_success(app: FastAPI, client_of: Any, titles: Titles) -> None:
    """The rule is checked only at commit."""
    client = client_of(app)
    assert (await client.post("/v1/notes", json=note("once"))).status_code == 201
    again = await client.post("/v1/notes", json=note("once"))
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert await titles() == ["once"]


@pytest.mark.parametrize(
    "body",
    [note("nul\x00"), note("x", rank=2**63), note("x", rank=-(2**70)), note("x", rank=10**400), note("\ud800")],
)
async def test_values_the_database_cannot_hold_are_the_callers_mistake(
    app: FastAPI, client_of: Any, body: dict[str, Any], titles: Titles
) -> None:
    response = await client_of(app).post(
        "/v1/notes", content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert await titles() == []


async def test_a_held_lock_makes_the_caller_come_back(app: FastAPI, client_of: Any, database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("LOCK TABLE notes IN EXCLUSIVE MODE"))
        response = await client_of(app).post("/v1/notes", json=note("waits"))
    assert (response.status_code, response.json()["code"]) == (503, "busy")
    assert response.headers["retry-after"]


async def test_a_lost_connection_is_answered_503_and_the_next_request_works(
    app: FastAPI, client_of: Any, database: Database
) -> None:
    client = client_of(app)
    assert (await client.get("/v1/notes")).status_code == 200
    async with database.transaction() as session:
        await session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND usename = current_user"
            )
        )
    lost = await client.get("/v1/notes")
    assert (lost.status_code, lost.json()["code"]) == (503, "dependency_unavailable")
    assert (await client.get("/v1/notes")).status_code == 200


async def test_requests_at_once_have_transactions_of_their_own(app: FastAPI, client_of: Any, titles: Titles) -> None:
    client = client_of(app)
    wanted = [f"n{number:02}" if number % 3 else f"crash{number}" for number in range(30)]
    answers = await asyncio.gather(*(client.post("/v1/notes", json=note(title)) for title in wanted))
    done = sorted(title for title, answer in zip(wanted, answers, strict=True) if answer.status_code == 201)
    assert await titles() == done == sorted(title for title in wanted if title.startswith("n"))


async def test_a_commit_wakes_whoever_listens(app: FastAPI, client_of: Any, database: Database) -> None:
    woken: list[str] = []
    database.after_commit.append(lambda: woken.append("woken"))
    await client_of(app).post("/v1/notes", json=note("crash"))
    assert woken == []
    await client_of(app).post("/v1/notes", json=note("a"))
    assert woken == ["woken"]
