"""What callers are told of a change, and how a position is written."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from customer_master.changes.feed import Change, Position
from customer_master.changes.telling import told_to
from isthmus.http import Principal

GOLDEN, OTHER = UUID(int=7), UUID(int=8)
MINE, THEIRS = "dealer:D0001:dms", "dealer:D0002:dms"
DEALER = Principal("dealer", "dealer", frozenset({"dealer:D0001"}), all_org_units=False, scopes=frozenset())
HEADQUARTERS = Principal("hq", "hq", frozenset(), all_org_units=True, scopes=frozenset())

numbers = st.integers(0, 10**18 - 1)
positions = st.builds(Position, numbers, st.uuids().filter(lambda golden_id: golden_id.int > 0), numbers)


@given(positions | numbers.map(Position))
def test_a_position_is_read_as_it_was_written(position: Position) -> None:
    assert Position.parse(str(position)) == position


@given(st.text(max_size=60))
def test_whatever_is_sent_as_a_position_is_one_or_none(text: str) -> None:
    position = Position.parse(text)
    assert position is None or int(text.split("-", maxsplit=1)[0]) == position.transaction_id


def change(
    before: list[str], after: list[str], *, cause: str = "members_left", state: str = "live", split: bool = False
) -> Change:
    merged_into = OTHER if state == "merged" else None
    return Change(
        Position(1, GOLDEN, 2),
        datetime(2026, 11, 1, tzinfo=UTC),
        cause,
        state,
        merged_into,
        sources=after,
        sources_before=before,
        changed=["phones"],
        split_into=[OTHER] if split else [],
    )


def test_who_holds_a_record_is_told_what_changed() -> None:
    told = told_to(DEALER, change([MINE, THEIRS], [MINE]))
    assert told is not None
    assert (told.kind, told.cause, told.changed) == ("changed", "members_left", ["phones"])


def test_who_holds_none_is_told_nothing_and_headquarters_all() -> None:
    of_others = change([THEIRS], [THEIRS], split=True)
    assert told_to(DEALER, of_others) is None
    told = told_to(HEADQUARTERS, of_others)
    assert told is not None
    assert (told.kind, told.split_into) == ("split", [OTHER])


def test_whose_last_record_left_is_told_that_and_no_more() -> None:
    told = told_to(DEALER, change([MINE, THEIRS], [THEIRS], split=True))
    assert told is not None
    assert (told.kind, told.cause, told.changed, told.split_into) == ("left", None, [], [])


def test_whose_customer_was_merged_is_told_into_which() -> None:
    told = told_to(DEALER, change([MINE], [], cause="merged", state="merged"))
    assert told is not None
    assert (told.kind, told.merged_into) == ("merged", OTHER)
