"""What logs may tell of an error: a database error quotes the values and rows it is about, which are personal data."""

import traceback
from collections.abc import Iterator
from types import TracebackType

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import StatementError

from isthmus.observability.masking import MASK

_BAD_DATA = "22"
"""Class of the SQL states whose message quotes the value."""

_Information = tuple[type[BaseException], BaseException, TracebackType | None]


def told(error: BaseException) -> str:
    """Kind and message of an error, without what it quotes."""
    return f"{type(error).__name__}: {_message(error)}"


def traceback_of(exc_info: _Information) -> str:
    """The traceback of an error and of all that led to it, as logs have it."""
    _, error, _ = exc_info
    text = "".join(traceback.format_exception(error)).rstrip("\n")
    errors = list(_chain(error, set()))
    encoding = {each.__cause__ for each in errors if isinstance(each, asyncpg.DataError)}
    for each in errors:
        kept = "" if each in encoding else _message(each)
        for line in str(each).splitlines():
            if line.strip() and line not in kept:
                text = text.replace(line, MASK)
    return text


def _message(error: BaseException) -> str:
    """The message as far as it says nothing of values; details and hints of the server do."""
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        return state if state.startswith(_BAD_DATA) else f"{error.args[0]} ({state})"
    if isinstance(error, StatementError | AsyncAdapt_asyncpg_dbapi.Error):
        cause = getattr(error, "orig", None) or error.__cause__
        return "" if cause is None else told(cause)
    return str(error)


def _chain(error: BaseException | None, seen: set[int]) -> Iterator[BaseException]:
    """The error, those it groups, and those it came of."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield error
    for other in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        yield from _chain(other, seen)
