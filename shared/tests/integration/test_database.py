"""Transactions, reading, raw connections, limits, and waiting for a server that is not up yet."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.db import Base, Database
from isthmus.db.database import to_json
from isthmus.db.errors import DatabaseFault, classify, is_transient
from isthmus.ids import new_id
from isthmus.settings import ServiceSettings

pytestmark = pytest.mark.integration


class Sample(Base):
    """A mapped class; its table is never reached."""

    __tablename__ = "database_samples"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    label: Mapped[str]


Titles = Callable[[], Awaitable[list[str]]]
INSERT = text("INSERT INTO notes (id, org_unit, title, rank) VALUES (gen_random_uuid(), 'hq', :title, 0)")


async def test_a_transaction_commits_or_leaves_nothing(database: Database, titles: Titles) -> None:
    async with database.transaction() as session:
        await session.execute(INSERT, {"title": "kept"})
    with contextlib.suppress(ZeroDivisionError):
        async with database.transaction() as session:
            await session.execute(INSERT, {"title": "dropped"})
            raise ZeroDivisionError
    assert await titles() == ["kept"]


async def test_a_read_session_refuses_changed_objects(database: Database) -> None:
    with pytest.raises(RuntimeError, match="read session"):
        async with database.read_session() as session:
            session.add(Sample(id=new_id(), label="x"))


async def test_a_read_session_sees_each_commit(database: Database) -> None:
    async with database.read_session() as session:
        for expected in (0, 1):
            assert await session.scalar(text("SELECT count(*) FROM notes")) == expected
            async with database.transaction() as writer:
                await writer.execute(INSERT, {"title": str(expected)})


async def test_the_application_role_changes_rows_but_no_tables(database: Database) -> None:
    for statement in ("CREATE TABLE more (id int)", "ALTER TABLE notes ADD COLUMN more int", "DROP TABLE notes"):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            async with database.transaction() as session:
                await session.execute(text(statement))


async def test_raw_connections_speak_json(database: Database) -> None:
    pool = await database.pool()
    assert pool is await database.pool()
    value = {"name": "欧阳靖宇", "list": [1, None], "at": "2026-11-01"}
    assert await pool.fetchval("SELECT $1::jsonb", value) == value
    note_id = await pool.fetchval("SELECT $1::uuid", UUID(int=7))
    at = datetime(2026, 11, 1, tzinfo=UTC)
    assert await pool.fetchval("SELECT $1::jsonb", {"id": note_id, "at": at}) == {
        "id": str(UUID(int=7)),
        "at": "2026-11-01T00:00:00+00:00",
    }


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(TypeError):
        to_json({"value": object()})


async def test_a_slow_statement_is_cut_off(plumbing_settings: ServiceSettings) -> None:
    settings = plumbing_settings.model_copy(update={"database_statement_timeout_seconds": 0.05})
    database = await Database.connect(settings)
    try:
        with pytest.raises(DBAPIError) as raised:
            async with database.transaction() as session:
                await session.execute(text("SELECT pg_sleep(10)"))
        assert classify(raised.value) is DatabaseFault.UNAVAILABLE
        with pytest.raises(asyncpg.QueryCanceledError):
            await (await database.pool()).execute("SELECT pg_sleep(10)")
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("statement", "parameters", "fault"),
    [
        ("SELECT CAST(:value AS text)", {"value": "\x00"}, DatabaseFault.DATA),
        ("SELECT CAST(:value AS bigint)", {"value": 2**63}, DatabaseFault.DATA),
        ("SELECT CAST(:value AS text)", {"value": "\ud800"}, DatabaseFault.DATA),
        ("SELECT 1 / 0", {}, DatabaseFault.DATA),
        ("INSERT INTO notes (id) VALUES (gen_random_uuid())", {}, DatabaseFault.DATA),
        ("SELECT * FROM missing", {}, None),
    ],
)
async def test_errors_are_told_apart(
    database: Database, statement: str, parameters: dict[str, Any], fault: DatabaseFault | None
) -> None:
    with pytest.raises(DBAPIError) as raised:
        async with database.transaction() as session:
            await session.execute(text(statement), parameters)
    assert classify(raised.value) is fault
    assert "parameters:" not in str(raised.value)


async def test_parameters_do_not_show_in_errors(database: Database) -> None:
    with pytest.raises(DBAPIError) as raised:
        async with database.transaction() as session:
            await session.execute(text("SELECT CAST(:value AS bigint) FROM missing"), {"value": 13800138000})
    assert "13800138000" not in str(raised.value)


async def test_a_pool_that_is_empty_is_a_passing_fault(plumbing_settings: ServiceSettings) -> None:
    settings = plumbing_settings.model_copy(update={"database_pool_size": 1, "database_pool_timeout_seconds": 0.05})
    database = await Database.connect(settings)
    try:
        async with database.transaction() as holder:
            await holder.execute(text("SELECT 1"))
            with pytest.raises(Exception, match="QueuePool") as raised:
                async with database.transaction() as session:
                    await session.execute(text("SELECT 1"))
        assert is_transient(raised.value)
    finally:
        await database.close()


async def test_a_starting_process_waits_for_the_server(plumbing_settings: ServiceSettings) -> None:
    """A gate in front of PostgreSQL is closed at first; the process connects once it opens."""
    url = make_url(plumbing_settings.database_url.get_secret_value())
    refused = asyncio.Event()
    is_open = False

    async def gate(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not is_open:
            writer.close()
            refused.set()
            return
        server_reader, server_writer = await asyncio.open_connection(url.host, url.port)
        await asyncio.gather(pump(reader, server_writer), pump(server_reader, writer))

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            target.write(data)
        target.close()

    server = await asyncio.start_server(gate, "127.0.0.1", 0)
    through_gate = url.set(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    settings = plumbing_settings.model_copy(
        update={"database_url": SecretStr(through_gate.render_as_string(hide_password=False))}
    )
    async with server:
        connecting = asyncio.create_task(Database.connect(settings))
        await refused.wait()
        assert not connecting.done()
        is_open = True
        database = await connecting
        await database.ping()
        await database.close()


async def test_waiting_has_an_end(service_settings: ServiceSettings) -> None:
    with pytest.raises(TimeoutError):
        await Database.connect(service_settings.model_copy(update={"database_start_timeout_seconds": 0.05}))


async def test_a_database_that_does_not_exist_is_not_waited_for(plumbing_settings: ServiceSettings) -> None:
    wrong = make_url(plumbing_settings.database_url.get_secret_value()).set(database="no_such_database")
    settings = plumbing_settings.model_copy(
        update={"database_url": SecretStr(wrong.render_as_string(hide_password=False))}
    )
    with pytest.raises(DBAPIError, match="does not exist"):
        await Database.connect(settings)
