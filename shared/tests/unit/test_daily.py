"""The next hour of daily work, by the wall clock of its zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.timers import Daily, FiredTimer, Moment

SUMMER_TIME = ("Europe/Berlin", "America/St_Johns", "Pacific/Apia")
MOMENTS = st.integers(0, 40 * 366 * 24 * 60).map(lambda minutes: datetime(2000, 1, 1, tzinfo=UTC) + minutes * MINUTE)
HOURS = st.times().map(lambda each: each.strftime("%H:%M"))
MINUTE = timedelta(minutes=1)


async def nothing(_: FiredTimer, __: Moment) -> None:
    """Does nothing."""


@given(at=HOURS, moment=MOMENTS)
def test_it_is_the_next_time_the_clock_shows_that_hour(at: str, moment: datetime) -> None:
    due = Daily("work", at=at, zone="Asia/Shanghai", run=nothing).next_after(moment)
    assert timedelta() < due - moment <= timedelta(hours=24)
    assert due.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%H:%M") == at


@given(zone=st.sampled_from(SUMMER_TIME), at=HOURS, moment=MOMENTS)
def test_it_comes_every_day_whatever_the_clock_does(zone: str, at: str, moment: datetime) -> None:
    daily = Daily("work", at=at, zone=zone, run=nothing)
    due = daily.next_after(moment)
    # A clock put back makes a day an hour longer; the day Samoa left out is taken at the hour of the next one.
    assert timedelta() < due - moment <= timedelta(hours=25)
    assert due < daily.next_after(due)


@pytest.mark.parametrize(("at", "zone"), [("25:00", "UTC"), ("noon", "UTC"), ("08:00", "Mars/Olympus")])
def test_what_is_no_hour_or_no_zone_is_refused_at_once(at: str, zone: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        Daily("work", at=at, zone=zone, run=nothing)
