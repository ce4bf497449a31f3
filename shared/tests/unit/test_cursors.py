"""A cursor is taken only as it was given out."""

import base64
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.db import Base
from isthmus.http import PageRequest, Unprocessable, keyset, to_page


class CursorSample(Base):
    __tablename__ = "cursor_samples"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    label: Mapped[str]
    rank: Mapped[int]


COLUMNS = (CursorSample.created_at, CursorSample.label, CursorSample.rank, CursorSample.id)
ROW = (datetime(2026, 11, 1, 8, 0, 0, 123456, tzinfo=UTC), "欧阳", 2**63 - 1, UUID(int=7))


def bound_values(cursor: str) -> list[object]:
    statement = keyset(select(CursorSample), COLUMNS, PageRequest(10, cursor))
    return list(statement.compile().params.values())


def cursor_of(values: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def test_a_cursor_holds_the_place_exactly() -> None:
    page = to_page([ROW, ROW], PageRequest(1, None), key=lambda row: row)
    assert page.items == [ROW]
    assert page.next_cursor is not None
    assert [value for value in bound_values(page.next_cursor) if value in ROW] == list(ROW)


def test_the_last_page_has_no_cursor() -> None:
    assert to_page([ROW], PageRequest(1, None), key=lambda row: row).next_cursor is None


def test_rows_are_rendered() -> None:
    assert to_page([1, 2], PageRequest(5, None), key=lambda row: [row], render=str).items == ["1", "2"]


GOOD = ["2026-11-01T08:00:00Z", "x", 1, str(UUID(int=7))]


@pytest.mark.parametrize(
    "values",
    [
        [],
        GOOD[:3],
        [*GOOD, 1],
        ["yesterday", *GOOD[1:]],
        [0, *GOOD[1:]],
        [GOOD[0], "nul\x00", *GOOD[2:]],
        [*GOOD[:2], 2**63, GOOD[3]],
        [*GOOD[:2], 1.5, GOOD[3]],
        [*GOOD[:2], True, GOOD[3]],
        [*GOOD[:3], "not-a-uuid"],
        {"a": 1},
        "text",
        None,
    ],
)
def test_a_cursor_of_another_make_is_refused(values: object) -> None:
    with pytest.raises(Unprocessable) as raised:
        bound_values(cursor_of(values))
    assert raised.value.code == "invalid_cursor"
    assert raised.value.errors[0].pointer == "/cursor"


@given(st.text(min_size=1) | st.binary(min_size=1).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_garbage_is_refused_and_never_an_error(cursor: str) -> None:
    with pytest.raises(Unprocessable):
        bound_values(cursor)
