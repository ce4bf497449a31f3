"""What has been kept long enough goes, what has not stays; reads are logged with who, what and why."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from isthmus.clock import FixedClock
from isthmus.db import Database
from isthmus.http import Principal, log_access
from isthmus.service import Service, ServiceContext
from isthmus.service.retention import prune, run_retention
from isthmus.settings import ServiceSettings

pytestmark = pytest.mark.integration

AT = datetime(2026, 11, 1, 8, tzinfo=UTC)


@pytest.fixture
def context(plumbing_settings: ServiceSettings, database: Database) -> ServiceContext:
    service = Service(name="plumbing", package="plumbing", title="Plumbing")
    return ServiceContext(plumbing_settings, database, FixedClock(AT), service)


async def remaining(database: Database) -> tuple[list[str], list[str]]:
    async with database.read_session() as session:
        keys = await session.scalars(text("SELECT key FROM idempotency_keys ORDER BY key"))
        actions = await session.scalars(text("SELECT action FROM access_log ORDER BY action"))
        return list(keys), list(actions)


async def store(database: Database, age: timedelta, name: str) -> None:
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO idempotency_keys (caller, key, request_hash, grants, created_at) "
                "VALUES ('c', :name, '', '{}', :at)"
            ),
            {"name": name, "at": AT - age},
        )
        await session.execute(
            text(
                "INSERT INTO access_log (at, subject, client_id, action, object_ids, request_id) "
                "VALUES (:at, 's', 'c', :name, '{}', 'r')"
            ),
            {"name": name, "at": AT - age},
        )


async def test_only_what_is_old_enough_goes(context: ServiceContext, database: Database) -> None:
    await store(database, timedelta(hours=47), "new")
    await store(database, timedelta(hours=49), "older")
    await store(database, timedelta(days=1_096), "oldest")
    await prune(context)
    assert await remaining(database) == (["new"], ["new", "older"])


async def test_many_rows_go_in_batches(
    context: ServiceContext, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isthmus.service.retention._BATCH_ROWS", 2)
    for number in range(5):
        await store(database, timedelta(days=2_000), f"n{number}")
    await prune(context)
    assert await remaining(database) == ([], [])


async def test_it_ends_when_told(context: ServiceContext, database: Database) -> None:
    await store(database, timedelta(days=2_000), "old")
    stop = asyncio.Event()
    running = asyncio.create_task(run_retention(context, stop))
    async with asyncio.timeout(10):
        while await remaining(database) != ([], []):
            pass
        stop.set()
        await running


async def test_a_read_is_logged_with_who_what_and_why(app: FastAPI, client_of: Any, database: Database) -> None:
    client = client_of(app, subject="agent-7")
    made = (await client.post("/v1/notes", json={"org_unit": "hq", "title": "a"})).json()
    headers = {"X-Purpose": "callback", "X-Request-Id": "r-1"}
    assert (await client.get(f"/v1/notes/{made['id']}", headers=headers)).status_code == 200
    async with database.read_session() as session:
        row = (await session.execute(text("SELECT * FROM access_log"))).mappings().one()
    assert {key: row[key] for key in ("subject", "client_id", "action", "object_ids", "purpose", "request_id")} == {
        "subject": "agent-7",
        "client_id": "test-client",
        "action": "note.read",
        "object_ids": [made["id"]],
        "purpose": "callback",
        "request_id": "r-1",
    }


async def test_a_raw_connection_logs_alike(database: Database, app: FastAPI) -> None:
    class FakeRequest:
        def __init__(self) -> None:
            self.app = app

    caller = Principal(
        subject="s", client_id="c", org_units=frozenset(), all_org_units=False, scopes=frozenset(), purpose=None
    )
    async with (await database.pool()).acquire() as connection:
        await log_access(connection, caller, "search", ["one", 2], FakeRequest())  # type: ignore[arg-type] # app is all it needs
        row = await connection.fetchrow("SELECT action, object_ids, purpose FROM access_log")
    assert tuple(row) == ("search", ["one", "2"], None)
