"""What a campaign is given credit for: what names it, else what follows its contact; and what that came to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.http import Unprocessable
from sales.campaigns.attribution import Contact, attribute, cost_of_one, return_permille
from sales.campaigns.choosing import MAX_AT_ONCE, read_table

NOW = datetime(2026, 11, 1, 8, tzinfo=UTC)
WINDOW = timedelta(days=90)
CODES = st.sampled_from(["SPRING", "AUTUMN", "FLEET"])
NEAR = st.lists(st.builds(Contact, st.integers(-2400, 2400).map(lambda h: NOW + timedelta(hours=h)), CODES), max_size=8)


@given(CODES, NEAR)
def test_what_names_a_campaign_is_of_that_one(named: str, contacts: list[Contact]) -> None:
    given_credit = attribute(named, NOW, contacts, WINDOW)
    assert given_credit is not None
    assert (given_credit.campaign, given_credit.rule) == (named, "named")


@given(NEAR, st.randoms())
def test_else_the_last_contact_before_it_counts_in_whatever_order_they_are_told(
    contacts: list[Contact], random: st.DataObject
) -> None:
    found = attribute(None, NOW, contacts, WINDOW)
    in_time = [one for one in contacts if NOW - WINDOW <= one.at <= NOW]
    assert (found is None) == (not in_time)
    if found is not None and found.contacted_at is not None:
        assert Contact(found.contacted_at, found.campaign) in in_time
        assert not any(one.at > found.contacted_at for one in in_time)
    shuffled = list(contacts)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    assert attribute(None, NOW, shuffled, WINDOW) == found


@given(NEAR, st.integers(0, 10**6))
def test_a_contact_that_is_over_gives_no_credit(contacts: list[Contact], seconds: int) -> None:
    old = [Contact(NOW - WINDOW - timedelta(seconds=seconds + 1), one.campaign) for one in contacts]
    later = [Contact(NOW + timedelta(seconds=seconds + 1), one.campaign) for one in contacts]
    assert attribute(None, NOW, old + later, WINDOW) is None


@given(st.integers(1, 10**12), st.integers(1, 10**6))
def test_costs_of_all_make_up_the_cost_but_for_rounding(cost: int, count: int) -> None:
    one = cost_of_one(cost, count)
    assert one is not None
    assert abs(one * count - cost) * 2 <= count
    assert cost_of_one(cost, 0) is None


@given(st.integers(1, 10**12), st.integers(0, 10**13), st.integers(1, 1000))
def test_a_return_is_nothing_where_it_pays_itself_and_all_lost_where_nothing_came(
    cost: int, revenue: int, margin: int
) -> None:
    assert return_permille(cost, 0, margin) == -1000
    assert return_permille(cost, cost, 1000) == 0
    more, less = return_permille(cost, revenue + 1, margin), return_permille(cost, revenue, margin)
    assert more is not None
    assert less is not None
    assert more >= less >= -1000
    assert return_permille(0, revenue, margin) is None


def test_a_table_gives_its_record_ids_once_and_in_order() -> None:
    assert read_table("\ufeffname,record_id\n王伟,B\n李娜,A\n王伟,B\n".encode()) == ["B", "A"]
    assert read_table(b"B\r\nA\r\n\r\n") == ["B", "A"]


@given(st.binary(max_size=200))
def test_whatever_is_sent_as_a_table_is_read_or_refused(table: bytes) -> None:
    try:
        ids = read_table(table)
    except Unprocessable:
        return
    assert 1 <= len(ids) == len(set(ids)) <= MAX_AT_ONCE
    assert all(ids)


def test_a_table_of_nothing_or_of_too_much_is_refused() -> None:
    for table in (b"", b"record_id\n", "\n".join(str(number) for number in range(MAX_AT_ONCE + 1)).encode()):
        with pytest.raises(Unprocessable):
            read_table(table)
