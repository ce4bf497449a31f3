"""Keyset pagination: a cursor is the place of the last row seen, so that no row is skipped or shown twice."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from isthmus.db.database import to_json
from isthmus.http.models import MAX_INT64
from isthmus.http.problems import FieldError, Unprocessable

T = TypeVar("T")
Row = TypeVar("Row")
Statement = TypeVar("Statement", bound=Select[Any])
SortColumn = ColumnElement[Any] | InstrumentedAttribute[Any]


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last."""

    # Models made of this one have no docstring of their own.
    model_config = ConfigDict(json_schema_extra={"description": "One page of a list."})

    items: list[T] = Field(description="What is on the page, in order.")
    next_cursor: str | None = Field(None, description="`cursor` of the next page; null on the last.")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What part of a list the caller wants."""

    limit: int
    cursor: str | None


async def _page_request(
    limit: Annotated[int, Query(ge=1, le=200, description="Items a page.")] = 50,
    cursor: Annotated[
        str | None, Query(min_length=1, max_length=1_000, description="`next_cursor` of the page before.")
    ] = None,
) -> PageRequest:
    return PageRequest(limit, cursor)


PageQuery = Annotated[PageRequest, Depends(_page_request)]


def keyset(
    statement: Statement, columns: Sequence[SortColumn], page: PageRequest, *, descending: bool = False
) -> Statement:
    """Sort by `columns`, go on after the cursor, and fetch one row more than asked for.

    The columns together must be unique, and none may be null.
    """
    ordered = statement.order_by(*(column.desc() if descending else column.asc() for column in columns))
    if page.cursor is not None:
        values = decode_cursor(page.cursor, [column.type.python_type for column in columns])
        if None in values:
            raise invalid_cursor()
        place = tuple_(*values)
        here = tuple_(*columns)
        ordered = ordered.where(here < place if descending else here > place)
    return ordered.limit(page.limit + 1)


def to_page(
    rows: Sequence[Row],
    page: PageRequest,
    key: Callable[[Row], Sequence[Any]],
    render: Callable[[Row], Any] = lambda row: row,
) -> Page[Any]:
    """Make a page of what a `keyset` statement returned; `key` gives a row's values of the sort columns."""
    shown = rows[: page.limit]
    next_cursor = encode_cursor(key(shown[-1])) if len(rows) > page.limit else None
    return Page(items=[render(row) for row in shown], next_cursor=next_cursor)


def encode_cursor(values: Sequence[Any]) -> str:
    """The place of a row, as it goes over the wire."""
    return base64.urlsafe_b64encode(to_json(list(values)).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, kinds: Sequence[type]) -> list[Any]:
    """The values `encode_cursor` was given, each of its kind or None; raises a 422 problem for any other text."""
    try:
        values = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise invalid_cursor() from None
    if not isinstance(values, list) or len(values) != len(kinds):
        raise invalid_cursor()
    return [None if value is None else _parse(value, kind) for value, kind in zip(values, kinds, strict=True)]


_ADAPTERS: dict[type, TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in (datetime, date, UUID)}


def _parse(value: Any, kind: type) -> Any:
    """Only what `encode_cursor` can have written for a value of this kind is taken."""
    if kind is int and type(value) is int and -MAX_INT64 - 1 <= value <= MAX_INT64:
        return value
    if not isinstance(value, str) or "\x00" in value:
        raise invalid_cursor()
    if kind is str:
        return value
    try:
        return _ADAPTERS[kind].validate_python(value)
    except (KeyError, ValidationError):
        raise invalid_cursor() from None


def invalid_cursor() -> Unprocessable:
    """The problem of a cursor that this list has not given out."""
    return Unprocessable(
        "invalid_cursor",
        "The cursor is not one this list has given out.",
        [FieldError("/cursor", "invalid_cursor", "Use next_cursor as it was given, or leave it out.", "query")],
    )
