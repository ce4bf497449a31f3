"""Lists in an order the caller chooses, page by page; rows without a value in the sort column come last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row as TableRow
from sqlalchemy import Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from isthmus.http.pagination import Page, PageRequest, Row, SortColumn, decode_cursor, encode_cursor, invalid_cursor


@dataclass(frozen=True, slots=True)
class Sort:
    """An order (排序): by a column, rows alike by their id, which is unique and never null."""

    name: str
    """As the caller writes it: the column's name, with `-` before it for the greatest first."""
    column: SortColumn
    row_id: SortColumn

    @property
    def descending(self) -> bool:
        """Whether the greatest comes first."""
        return self.name.startswith("-")

    def apply(self, statement: Select[Any]) -> Select[Any]:
        """The statement with its rows in this order, those without a value not among them."""
        columns = (self.column, self.row_id)
        ordered = statement.order_by(*(part.desc() if self.descending else part.asc() for part in columns))
        return ordered.where(self.column.is_not(None))

    def without_value(self, statement: Select[Any]) -> Select[Any]:
        """The statement with only the rows that have no value, by id."""
        order = self.row_id.desc() if self.descending else self.row_id.asc()
        return statement.where(self.column.is_(None)).order_by(order)


async def fetch_sorted(session: AsyncSession, statement: Select[Row], sort: Sort, page: PageRequest) -> Sequence[Row]:
    """As `fetch_sorted_rows`, of a statement that selects one thing: the things themselves."""
    return [row[0] for row in await fetch_sorted_rows(session, statement, sort, page)]


async def fetch_sorted_rows(
    session: AsyncSession, statement: Select[Any], sort: Sort, page: PageRequest
) -> Sequence[TableRow[Any]]:
    """The rows of a page and one more, if there is one.

    Two queries at most, each a walk along an index on (column, id): one over rows with a value, one over those without.
    """
    place = _place(page.cursor, sort)
    rows: list[TableRow[Any]] = []
    if place is None or place[0] is not None:
        ordered = sort.apply(statement)
        if place is not None:
            here, there = tuple_(sort.column, sort.row_id), tuple_(*place)
            ordered = ordered.where(here < there if sort.descending else here > there)
        rows += (await session.execute(ordered.limit(page.limit + 1))).all()
        place = None
    if len(rows) <= page.limit and _is_nullable(sort.column):
        rest = sort.without_value(statement)
        if place is not None:
            rest = rest.where(sort.row_id < place[1] if sort.descending else sort.row_id > place[1])
        rows += (await session.execute(rest.limit(page.limit + 1 - len(rows)))).all()
    return rows


def to_sorted_page(
    rows: Sequence[Row],
    page: PageRequest,
    sort: Sort,
    key: Callable[[Row], tuple[Any, Any]],
    render: Callable[[Row], Any],
) -> Page[Any]:
    """Make a page of what `fetch_sorted` returned; `key` gives a row's value of the sort column, and its id."""
    shown = rows[: page.limit]
    next_cursor = encode_cursor([sort.name, *key(shown[-1])]) if len(rows) > page.limit else None
    return Page(items=[render(row) for row in shown], next_cursor=next_cursor)


def _place(cursor: str | None, sort: Sort) -> list[Any] | None:
    """Where the page before ended; a cursor of another order is none of this list."""
    if cursor is None:
        return None
    name, *place = decode_cursor(cursor, [str, sort.column.type.python_type, sort.row_id.type.python_type])
    if name != sort.name or place[1] is None or (place[0] is None and not _is_nullable(sort.column)):
        raise invalid_cursor()
    return place


def _is_nullable(column: SortColumn) -> bool:
    return bool(getattr(column, "nullable", True))
