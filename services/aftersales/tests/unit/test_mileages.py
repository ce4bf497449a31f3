"""Mileage: plausible readings only rise, and the forecast of the next service follows them."""

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aftersales.mileages import TYPICAL_M_A_DAY, Reading, doubts, metres_a_day
from aftersales.service_intervals import next_service

DAY = date(2026, 1, 1)
READINGS = st.lists(
    st.builds(Reading, st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 10**6)), max_size=30
)


@given(READINGS)
def test_readings_that_raise_no_doubt_rise_with_time_in_any_order_of_entry(readings: list[Reading]) -> None:
    kept: list[Reading] = []
    for reading in readings:
        if not doubts(reading, kept):
            kept.append(reading)
    days = sorted({reading.on for reading in kept})
    by_day = [[reading.km for reading in kept if reading.on == day] for day in days]
    assert all(max(before) <= min(after) for before, after in itertools.pairwise(by_day))
    assert metres_a_day(kept) >= 0


def test_a_turned_back_odometer_is_told_with_the_reading_it_contradicts() -> None:
    (doubt,) = doubts(Reading(DAY, 30_000), [Reading(DAY - timedelta(days=90), 42_000)])
    assert doubt.code == "below_earlier"
    assert "42000" in doubt.text


def test_a_late_entry_may_not_pass_a_later_reading() -> None:
    assert [d.code for d in doubts(Reading(DAY, 50), [Reading(DAY + timedelta(days=1), 40)])] == ["above_later"]


def test_a_missed_digit_is_too_fast() -> None:
    assert [d.code for d in doubts(Reading(DAY, 420_000), [Reading(DAY - timedelta(days=90), 42_000)])] == ["too_fast"]


def test_a_few_days_tell_nothing_of_the_pace() -> None:
    assert metres_a_day([Reading(DAY, 0), Reading(DAY + timedelta(days=6), 6_000)]) == TYPICAL_M_A_DAY
    assert metres_a_day([Reading(DAY, 0), Reading(DAY + timedelta(days=10), 1_005)]) == 100_500


@given(READINGS.filter(bool), st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.integers(0, 10**6))
def test_the_next_service_is_due_at_the_earlier_of_date_and_mileage(
    readings: list[Reading], due_on: date | None, due_km: int
) -> None:
    due = next_service(max(readings), readings, due_on=due_on, due_km=due_km)
    assert due.due_km == due_km
    if due_on is not None:
        assert due.due_on <= due_on
    assert (due.because == "mileage") == (due_on is not None and due.due_on < due_on) or due_on is None


def test_who_drives_much_is_due_by_mileage() -> None:
    last, now = Reading(DAY, 10_000), Reading(DAY + timedelta(days=30), 13_000)
    due = next_service(last, [last, now])
    assert (due.because, due.due_on, due.due_km) == ("mileage", DAY + timedelta(days=50), 15_000)
    slow = next_service(last, [last, Reading(DAY + timedelta(days=30), 10_100)])
    assert (slow.because, slow.due_on) == ("date", date(2026, 7, 1))


def test_a_vehicle_that_stands_is_due_by_date() -> None:
    last = Reading(DAY, 10_000)
    assert next_service(last, [last, Reading(DAY + timedelta(days=30), 10_000)]).because == "date"
