"""Birthdays: every one comes once a year, also those of leap months, of day 30 and of 29 February."""

from datetime import date, timedelta
from typing import Any

import pytest
from borax.calendars.lunardate import LunarDate
from hypothesis import given
from hypothesis import strategies as st

from customer_master.birthdays import celebrated_on, next_birthday

TODAYS = st.dates(date(1950, 1, 1), date(2099, 11, 30))


def born(solar: str | None = None, lunar: str | None = None) -> dict[str, Any]:
    return {
        name: [{"value": value}]
        for name, value in (("birth_date", solar), ("birth_date_lunar", lunar))
        if value is not None
    }


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), TODAYS)
def test_a_solar_birthday_comes_within_a_year_on_its_day(birth: date, today: date) -> None:
    found = next_birthday(born(birth.isoformat()), today)
    assert found is not None
    assert found.calendar == "solar"
    assert today <= found.on <= today + timedelta(days=366)
    is_leap_day = (birth.month, birth.day) == (2, 29)
    assert (found.on.month, found.on.day) == (birth.month, birth.day) or (
        is_leap_day and (found.on + timedelta(days=1)).strftime("%m-%d") == "03-01"
    )


@given(st.integers(1, 12), st.integers(1, 30), st.sampled_from(["", "L"]), TODAYS)
def test_a_lunar_birthday_comes_within_a_lunar_year_in_its_month(month: int, day: int, leap: str, today: date) -> None:
    code = f"{month:02d}-{day:02d}{leap}"
    found = next_birthday(born(lunar=code), today)
    assert found is not None
    assert today <= found.on <= today + timedelta(days=385)
    lunar = LunarDate.from_solar(found.on)
    assert lunar.month == month
    assert lunar.day == min(day, 29) or lunar.day == day
    assert leap or not lunar.leap


@given(st.integers(1951, 2099), st.integers(1, 12), st.integers(1, 30), st.sampled_from(["", "L"]))
def test_a_lunar_year_has_each_birthday_once(year: int, month: int, day: int, leap: str) -> None:
    code = ("lunar", f"{month:02d}-{day:02d}{leap}")
    first = LunarDate(year, 1, 1).to_solar_date()
    last = LunarDate(year + 1, 1, 1).to_solar_date()
    days = [first + timedelta(days=number) for number in range((last - first).days)]
    assert sum(code in celebrated_on(one) for one in days) == 1


@pytest.mark.parametrize(
    ("solar", "lunar", "today", "on", "calendar"),
    [
        ("1987-05-04", None, "2026-05-04", "2026-05-04", "solar"),
        ("1988-02-29", None, "2026-01-01", "2026-02-28", "solar"),
        ("1988-02-29", None, "2028-02-01", "2028-02-29", "solar"),
        (None, "01-01", "2026-01-01", "2026-02-17", "lunar"),
        (None, "12-30", "2026-02-01", "2026-02-16", "lunar"),  # the year of the snake ends with a 29th
        (None, "06-01L", "2025-07-01", "2025-07-25", "lunar"),  # 2025 has a leap sixth month
        (None, "06-01", "2025-06-01", "2025-06-25", "lunar"),
        (None, "06-01L", "2026-07-01", "2026-07-14", "lunar"),  # 2026 has none
        ("1987-12-31", "01-01", "2026-01-01", "2026-02-17", "lunar"),
    ],
)
def test_known_days(solar: str | None, lunar: str | None, today: str, on: str, calendar: str) -> None:
    found = next_birthday(born(solar, lunar), date.fromisoformat(today))
    assert found == (date.fromisoformat(on), calendar)


def test_nothing_known_or_partly_known_has_no_birthday() -> None:
    assert next_birthday({}, date(2026, 1, 1)) is None
    assert next_birthday(born("1987-05"), date(2026, 1, 1)) is None
