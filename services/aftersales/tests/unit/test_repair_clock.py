"""The clock of a promise: the warning comes before the escalation, at 80 % of the time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aftersales.repair_orders.promise import is_overdue, warning_at

INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
OPENED = datetime(2026, 11, 1, 8, tzinfo=UTC)


@given(INSTANTS, INSTANTS)
def test_the_warning_comes_between_opening_and_promise(opened: datetime, promised: datetime) -> None:
    warning = warning_at(opened, promised)
    assert opened <= warning <= max(opened, promised)


def test_eighty_per_cent_of_ten_hours_are_eight() -> None:
    assert warning_at(OPENED, OPENED + timedelta(hours=10)) == OPENED + timedelta(hours=8)


def test_a_promise_is_broken_by_being_late_whether_done_or_not() -> None:
    promised = OPENED + timedelta(hours=2)
    assert not is_overdue(promised, None, promised)
    assert is_overdue(promised, None, promised + timedelta(seconds=1))
    assert is_overdue(promised, promised + timedelta(seconds=1), promised + timedelta(days=9))
    assert not is_overdue(promised, promised, promised + timedelta(days=9))
    assert not is_overdue(None, None, promised)
