"""The wall clock of dealers (经销商当地时间): days and hours that people mean are those of this zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def at(day: date, hour: time) -> datetime:
    """An hour of a day at the dealer, in UTC."""
    return datetime.combine(day, hour, ZONE).astimezone(UTC)


def end_of(day: date) -> datetime:
    """When a day is over at the dealer, in UTC; of the last day there is, its last moment."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return at(day + timedelta(days=1), time.min)


def day_of(moment: datetime) -> date:
    """The day it is at the dealer."""
    return moment.astimezone(ZONE).date()


def in_words(moment: datetime) -> str:
    """A time as it is told to people: `2026-11-07 10:00`."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
