"""Walking the pages shows every row exactly once, whatever the page size, and whatever is added meanwhile."""

from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from isthmus.db import Database
from isthmus.ids import new_id

pytestmark = pytest.mark.integration

MOST_PAGES = 30
SLOW_FIXTURES = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


async def fill(database: Database, ranks: list[int]) -> None:
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM notes"))
        for rank in ranks:
            await add(session, rank)


async def add(session: Any, rank: int) -> None:
    note_id = new_id()
    await session.execute(
        text("INSERT INTO notes (id, org_unit, title, rank) VALUES (:id, 'hq', :title, :rank)"),
        {"id": note_id, "title": str(note_id), "rank": rank},
    )


async def walk(client: Any, limit: int) -> list[list[tuple[int, str]]]:
    pages, cursor = [], None
    while True:
        parameters = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/notes", params=parameters)).json()
        pages.append([(item["rank"], item["id"]) for item in page["items"]])
        if (cursor := page["next_cursor"]) is None:
            return pages
        assert len(pages) < MOST_PAGES, "the pages do not come to an end"


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW_FIXTURES)
@given(
    ranks=st.lists(st.integers(-2, 2) | st.sampled_from([2**63 - 1, -(2**63)]), max_size=25),
    limit=st.integers(1, 8),
)
async def test_every_row_exactly_once_in_order(
    app: FastAPI, client_of: Any, database: Database, ranks: list[int], limit: int
) -> None:
    await fill(database, ranks)
    pages = await walk(client_of(app), limit)
    rows = [row for page in pages for row in page]
    assert rows == sorted(rows)
    assert sorted(rank for rank, _ in rows) == sorted(ranks)
    assert len(set(rows)) == len(ranks)
    assert all(len(page) == limit for page in pages[:-1])


async def test_rows_added_before_the_place_reached_shift_nothing(
    app: FastAPI, client_of: Any, database: Database
) -> None:
    await fill(database, [1, 2, 3, 4])
    client = client_of(app)
    first = (await client.get("/v1/notes", params={"limit": 2})).json()
    async with database.transaction() as session:
        await add(session, 0)
        await add(session, 2)
    rest = (await client.get("/v1/notes", params={"limit": 50, "cursor": first["next_cursor"]})).json()
    ranks = [item["rank"] for item in first["items"] + rest["items"]]
    assert ranks in ([1, 2, 3, 4], [1, 2, 2, 3, 4])


@pytest.mark.parametrize("cursor", ["garbage", "%00", "W10", "x" * 1_000, "e30=", "名"])
async def test_a_made_up_cursor_is_refused(app: FastAPI, client_of: Any, cursor: str) -> None:
    response = await client_of(app).get("/v1/notes", params={"cursor": cursor})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_cursor")
