"""Errors of the real database quote the values they are about; no log line does."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from isthmus.db import Database
from isthmus.observability.error_texts import told
from isthmus.observability.logging import configure_logging
from isthmus.settings import LoggingSettings

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("_logs")]

PERSON = "欧阳靖宇\n天鹅湖路 8 号"
PARTS = PERSON.splitlines()
_PARTED = "CREATE TEMP TABLE people (name text UNIQUE, age int CHECK (age > 0)) ON COMMIT DROP"

Failing = Callable[[Any], Awaitable[Any]]


@pytest.fixture
def _logs() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, configuration = root.handlers, root.level, structlog.get_config()
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**configuration)


async def unfit_parameter(connection: Any) -> None:
    await connection.execute("SELECT $1::int", PERSON)


async def malformed_parameter(connection: Any) -> None:
    await connection.execute("SELECT $1::uuid", PERSON)


async def unreadable_value(connection: Any) -> None:
    await connection.execute("SELECT $1::text::int", PERSON)


async def broken_rule(connection: Any) -> None:
    await connection.execute(_PARTED)
    await connection.execute("INSERT INTO people VALUES ($1, 0)", PERSON)


async def taken_key(connection: Any) -> None:
    await connection.execute(_PARTED)
    await connection.execute("INSERT INTO people VALUES ($1, 1), ($1, 2)", PERSON)


@pytest.mark.parametrize("failing", [unfit_parameter, malformed_parameter, unreadable_value, broken_rule, taken_key])
async def test_what_a_raw_statement_was_given_is_not_logged(
    database: Database, capsys: pytest.CaptureFixture[str], failing: Failing
) -> None:
    caught: Exception | None = None
    try:
        async with database.raw_transaction() as connection:
            await failing(connection)
    except Exception as error:  # noqa: BLE001 - whatever it is
        caught = error
    assert caught is not None
    assert PARTS[0] in str(caught)
    assert_not_logged(capsys, caught)
    assert_not_logged(capsys, ExceptionGroup("two tasks", [caught]))


@pytest.mark.parametrize("statement", ["SELECT CAST(:name AS int)", "SELECT CAST(CAST(:name AS text) AS int)"])
async def test_what_a_session_was_given_is_not_logged(
    database: Database, capsys: pytest.CaptureFixture[str], statement: str
) -> None:
    async def fail() -> None:
        async with database.transaction() as session:
            await session.execute(text(statement), {"name": PERSON})

    (caught,) = await asyncio.gather(fail(), return_exceptions=True)
    assert isinstance(caught, Exception)
    assert PARTS[0] in str(caught)
    assert_not_logged(capsys, caught)


def assert_not_logged(capsys: pytest.CaptureFixture[str], error: Exception) -> None:
    configure_logging(LoggingSettings(log_format="json", log_level="info"), "sales")
    logger = structlog.get_logger("test")
    logger.error("failed", exc_info=error)
    logger.error("failed", reason=told(error), error=error, text=str(error))
    logging.getLogger("library").error("failed: %r", error, exc_info=error)
    output = capsys.readouterr().out
    assert type(error).__name__ in output
    assert not [part for part in PARTS if part in output], output
