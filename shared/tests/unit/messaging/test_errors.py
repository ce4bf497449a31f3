"""Which errors are worth another try."""

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from isthmus.messaging import PermanentError, TransientError
from isthmus.messaging.errors import is_transient


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        TransientError("away"),
        KafkaConnectionError("away"),
        ConnectionRefusedError(),
        TimeoutError(),
        PoolTimeoutError("no connection free"),
        asyncpg.DeadlockDetectedError(),
        asyncpg.SerializationError(),
        asyncpg.CannotConnectNowError(),
        asyncpg.QueryCanceledError(),
        asyncpg.ReadOnlySQLTransactionError(),
        asyncpg.InterfaceError("connection is closed"),
        DBAPIError("SELECT 1", {}, asyncpg.AdminShutdownError()),
    ],
    ids=lambda error: type(error).__name__,
)
def test_these_are_tried_again_for_ever(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        PermanentError("bad"),
        caused(PermanentError("bad"), TimeoutError()),
        ZeroDivisionError(),
        asyncpg.UniqueViolationError(),
        asyncpg.CharacterNotInRepertoireError(),
        asyncpg.InFailedSQLTransactionError(),
        IntegrityError("INSERT", {}, asyncpg.UniqueViolationError()),
    ],
    ids=lambda error: type(error).__name__,
)
def test_these_are_not(error: Exception) -> None:
    assert not is_transient(error)
