"""Birthdays by the solar and the Chinese calendar (公历/农历生日): whose is celebrated on a day. Pure.

Who was born on 29 February celebrates on the 28th in other years. Who was born in a leap month (闰月) celebrates in the
ordinary month of that number in years without the leap month, who was born on day 30 on day 29 where the month has no
more. Lunar months are taken from the tables of borax, which end with the year 2100.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from borax.calendars.lunardate import LCalendars, LunarDate

FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2100, 12, 31)

_LAST_OF_SHORT_MONTH = 29
_LONGEST_WAIT = timedelta(days=385)
"""A lunar year with a leap month has no more days."""

Calendar = Literal["lunar", "solar"]


class Birthday(NamedTuple):
    """A day on which a birthday is celebrated."""

    on: date
    calendar: Calendar


class Code(NamedTuple):
    """A date of birth without the year, as golden values have it: `05-04`, lunar also `04-07L` in a leap month."""

    calendar: Calendar
    text: str


def next_birthday(values: Mapping[str, Any], today: date) -> Birthday | None:
    """The next birthday from `today` on by the golden values; None when none is known or the tables end."""
    born = _codes_of(values)
    day = max(today, FIRST_DAY)
    last = min(today + _LONGEST_WAIT, LAST_DAY)
    while born and day <= last:
        if shared := born & celebrated_on(day):
            return Birthday(day, max(shared).calendar)
        day += timedelta(days=1)
    return None


@lru_cache(maxsize=1_000)
def celebrated_on(day: date) -> frozenset[Code]:
    """All dates of birth that are celebrated on a day, which is one of FIRST_DAY to LAST_DAY."""
    return frozenset([*_solar(day), *_lunar(day)])


def _codes_of(values: Mapping[str, Any]) -> frozenset[Code]:
    codes = set()
    if (solar := _best(values, "birth_date")) and len(solar) == len("1987-05-04"):
        codes.add(Code("solar", solar[5:]))
    if lunar := _best(values, "birth_date_lunar"):
        codes.add(Code("lunar", lunar))
    return frozenset(codes)


def _best(values: Mapping[str, Any], field: str) -> str | None:
    entries = values.get(field)
    return entries[0]["value"] if entries else None


def _solar(day: date) -> Iterator[Code]:
    yield Code("solar", f"{day:%m-%d}")
    if f"{day:%m-%d}" == "02-28" and (day + timedelta(days=1)).month == 3:
        yield Code("solar", "02-29")


def _lunar(day: date) -> Iterator[Code]:
    lunar = LunarDate.from_solar(day)
    days = [lunar.day]
    if lunar.day == _LAST_OF_SHORT_MONTH == LCalendars.ndays(lunar.year, lunar.month, lunar.leap):
        days.append(_LAST_OF_SHORT_MONTH + 1)
    for number in days:
        code = f"{lunar.month:02d}-{number:02d}"
        if not lunar.leap:
            yield Code("lunar", code)
        if lunar.leap or LCalendars.leap_month(lunar.year) != lunar.month:
            yield Code("lunar", f"{code}L")
