"""Opening hours as a station writes them make the calendar it means."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from aftersales.workshops.opening_hours import OpeningHours

SPLIT = ["08:00-12:00", "13:30-18:00"]


def china(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def test_breaks_weekends_and_own_dates_are_kept() -> None:
    hours = OpeningHours.model_validate(
        {"week": {"mon-fri": SPLIT}, "closed_on": ["2026-11-05"], "open_on": ["2026-11-07"]}
    )
    calendar = hours.calendar()
    assert calendar.add(china(4, 11), 90) == china(4, 14)
    assert not calendar.is_open(china(5, 9))
    assert calendar.is_open(china(7, 9)), "a Saturday"
    assert not calendar.is_open(china(8, 9))


def test_public_holidays_are_closed_unless_the_station_opens() -> None:
    week = {"week": {"mon-sun": SPLIT}}
    national_day = china(1, 9, month=10)
    assert not OpeningHours.model_validate(week).calendar().is_open(national_day)
    assert OpeningHours.model_validate(week | {"open_on": ["2026-10-01"]}).calendar().is_open(national_day)
    assert OpeningHours.model_validate(week | {"on_public_holidays": SPLIT}).calendar().is_open(national_day)


@pytest.mark.parametrize(
    "wrong",
    [
        {"week": {}},
        {"week": {"mon": ["12:00-08:00"]}},
        {"week": {"mon": ["08:00-12:00", "11:00-18:00"]}},
        {"week": {"mon": SPLIT}, "closed_on": ["2026-11-05"], "open_on": ["2026-11-05"]},
        {"week": {"sun-mon": SPLIT}},
        {"week": {"monday": SPLIT}},
    ],
)
def test_hours_that_make_no_calendar_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OpeningHours.model_validate(wrong)
