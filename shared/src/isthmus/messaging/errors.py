"""What went wrong with a message, and whether trying again can help."""

import asyncpg
from aiokafka.errors import KafkaError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

_TRANSIENT_SQLSTATE_CLASSES = frozenset({"08", "40", "53", "57", "58"})
"""Connection, serialization and deadlock, resources, operator intervention, system."""

_TRANSIENT_SQLSTATES = frozenset({"25006", "55P03"})
"""A server that has become read-only, a lock not to be had in time."""


class PermanentError(Exception):
    """Raised by a handler: this message can never be processed; it goes to the dead letters (死信) at once."""


class TransientError(Exception):
    """Raised by a handler: something it needs is away; the message is tried again until that is back."""


def is_transient(error: BaseException) -> bool:
    """Whether `error` says that the database, the broker or something else needed is away, not that the message is bad.

    A statement that was cancelled for taking too long counts as transient: an overloaded database must not turn good
    messages into dead letters.
    """
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        return _is_transient_sqlstate(getattr(error.orig, "sqlstate", None)) or _is_transient_cause(error.orig)
    if isinstance(error, asyncpg.PostgresError):
        return _is_transient_sqlstate(error.sqlstate)
    return _is_transient_cause(error)


def _is_transient_sqlstate(sqlstate: str | None) -> bool:
    return sqlstate is not None and (sqlstate[:2] in _TRANSIENT_SQLSTATE_CLASSES or sqlstate in _TRANSIENT_SQLSTATES)


def _is_transient_cause(error: BaseException | None) -> bool:
    """OSError covers refused and reset connections and the TimeoutError of the standard library."""
    return isinstance(error, TransientError | KafkaError | OSError | PoolTimeoutError | asyncpg.InterfaceError)
