"""What a database error means to whoever asked: bad data, a conflict, or a database that is away for now."""

import asyncio
from collections.abc import Iterator
from enum import StrEnum

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class DatabaseFault(StrEnum):
    """Kinds of database errors that are not a mistake of ours."""

    DATA = "data"
    """A value the database cannot hold: NUL in text, a number out of range. Trying again does not help."""
    CONFLICT = "conflict"
    """A unique or foreign key rule is broken. Trying again does not help."""
    CONTENTION = "contention"
    """Deadlock, or a lock held too long by someone else. Trying again helps."""
    UNAVAILABLE = "unavailable"
    """No connection, no room, shutting down, or too slow. Trying again helps later."""


_BY_STATE = {
    "22": DatabaseFault.DATA,
    "23514": DatabaseFault.DATA,
    "23502": DatabaseFault.DATA,
    "54": DatabaseFault.DATA,
    "23": DatabaseFault.CONFLICT,
    "40": DatabaseFault.CONTENTION,
    "55P03": DatabaseFault.CONTENTION,
    "08": DatabaseFault.UNAVAILABLE,
    "25006": DatabaseFault.UNAVAILABLE,  # a server that has become a read-only standby
    "53": DatabaseFault.UNAVAILABLE,
    "57": DatabaseFault.UNAVAILABLE,
    "58": DatabaseFault.UNAVAILABLE,
}


def classify(error: BaseException) -> DatabaseFault | None:
    """The kind of fault an error is, from SQLAlchemy or from asyncpg; None when it is no such fault."""
    for cause in _causes(error):
        state = getattr(cause, "sqlstate", None)
        if isinstance(state, str):
            return _BY_STATE.get(state) or _BY_STATE.get(state[:2])
    for cause in _causes(error):
        if isinstance(cause, asyncpg.DataError | UnicodeEncodeError):
            return DatabaseFault.DATA
        if isinstance(cause, OSError | PoolTimeoutError | asyncio.TimeoutError | asyncpg.InterfaceError):
            return DatabaseFault.UNAVAILABLE
        if isinstance(cause, DBAPIError) and cause.connection_invalidated:
            return DatabaseFault.UNAVAILABLE
    return None


def is_transient(error: BaseException) -> bool:
    """Whether trying again may help."""
    return classify(error) in (DatabaseFault.CONTENTION, DatabaseFault.UNAVAILABLE)


def violated_constraint(error: BaseException) -> str | None:
    """The name of the constraint that a statement has broken; None when it failed for another reason."""
    names = (getattr(cause, "constraint_name", None) for cause in _causes(error))
    return next((name for name in names if isinstance(name, str)), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what the driver raised inside it, and what caused that."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = getattr(current, "orig", None) or current.__cause__
