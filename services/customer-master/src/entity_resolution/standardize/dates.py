"""Dates as people write them: many formats, partial dates, lunar dates (农历) kept apart."""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from entity_resolution.standardize.text import clean

EARLIEST_YEAR, LATEST_YEAR = 1500, 2100
FIRST_YEAR_OF_LAST_CENTURY = 30


class DateValue(NamedTuple):
    """An ISO date, possibly partial; ``status`` is empty, ``placeholder``, ``ambiguous``, ``lunar`` …

    Of a day that the calendar does not have (1990-02-30, 1956-18-04) the year alone is kept, as ``no_such_day``.
    """

    text: str
    status: str = ""


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PLACEHOLDERS = frozenset({"1900-01-01", "1970-01-01", "1899-12-30", "1899-12-31", "1901-01-01"})
_YEAR_FIRST = re.compile(r"^(\d{4})[-/.年 ]+(\d{1,2})(?:[-/.月 ]+(\d{1,2}))?(?:日|号|[t ].*)?月?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})?$")
_YEAR_LAST = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?:[t ].*)?$")
_YEAR_ONLY = re.compile(r"^(\d{4})(?:年生?)?(?:\.0)?$")
_NAMED_MONTH = re.compile(
    r"^(?:(\d{1,2})(?:st|nd|rd|th)?[\s./-]+(?:of )?)?([a-z]{3})[a-z]*"
    r"[\s./-]*(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})$"
)
_YEAR_MONTH_NAMED = re.compile(r"^(\d{4})[\s./-]+([a-z]{3})[a-z]*[\s./-]+(\d{1,2})$")
_SHORT_YEAR = re.compile(r"^(\d{1,2}[-/. ](?:\d{1,2}|[a-z]{3,9})[-/. ])(\d{2})$")
_LUNAR = re.compile(r"农历|阴历|旧历|正月|腊月|冬月|初[一二三四五六七八九十]")
_CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


def parse_date(value: object, *, day_first: bool = False) -> DateValue | None:
    """Read a date; None when the field is empty. Never guesses a missing part.

    ``day_first`` tells how 05/04/1987 is meant where it was written.
    """
    text = clean(value)
    return _parse(text, day_first) if text else None


@lru_cache(maxsize=16384)
def _parse(text: str, day_first: bool) -> DateValue | None:  # noqa: FBT001 - cached
    if _LUNAR.search(text):
        return DateValue(text, "lunar")
    text = text.lower().removeprefix("公历").removeprefix("阳历").strip()
    if "年" in text and not text[0].isdigit():
        text = _western_digits(text)
    if found := _YEAR_FIRST.match(text) or _COMPACT.match(text):
        return _checked(text, found[1], found[2], found[3])
    if found := _YEAR_ONLY.match(text):
        return _checked(text, found[1], None, None)
    if found := _YEAR_LAST.match(text):
        return _year_last(text, int(found[1]), int(found[2]), found[3], day_first=day_first)
    if found := _SHORT_YEAR.match(text):
        century = 20 if int(found[2]) < FIRST_YEAR_OF_LAST_CENTURY else 19
        whole = _parse(f"{found[1]}{century}{found[2]}", day_first)
        return whole._replace(status=whole.status or "ambiguous") if whole is not None else None
    return _named_month(text)


def _named_month(text: str) -> DateValue:
    if (found := _NAMED_MONTH.match(text)) and found[2] in _MONTHS:
        return _checked(text, found[4], str(_MONTHS.index(found[2]) + 1), found[1] or found[3])
    if (found := _YEAR_MONTH_NAMED.match(text)) and found[2] in _MONTHS:
        return _checked(text, found[1], str(_MONTHS.index(found[2]) + 1), found[3])
    return DateValue(text, "unparsable")


def _western_digits(text: str) -> str:
    """Turn 一九九〇年十二月三日 into 1990年12月3日."""
    text = re.sub(r"(?<=[二三])十(?=[一二三四五六七八九])", "", text)
    text = re.sub(r"(?<=[二三])十", "0", text)
    text = re.sub(r"十(?=[一二三四五六七八九])", "1", text).replace("十", "10")
    return text.translate(_CHINESE_DIGITS)


def _year_last(text: str, first: int, second: int, year: str, *, day_first: bool) -> DateValue:
    """Order day and month when only one order is possible; else read them as is usual and say that it is a guess."""
    if first > 12 or (day_first and second <= 12):
        first, second = second, first
    read = _checked(text, year, str(first), str(second))
    ambiguous = second <= 12 and first != second and not read.status
    return DateValue(read.text, "ambiguous") if ambiguous else read


def _checked(text: str, year: str, month: str | None, day: str | None) -> DateValue:
    if not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        return DateValue(text, "implausible")
    if month is None or month == "00":
        return DateValue(f"{int(year):04d}")
    try:
        whole = date(int(year), int(month), int(day) if day is not None and day != "00" else 1)
    except ValueError:
        return DateValue(f"{int(year):04d}", "no_such_day")
    iso = whole.isoformat() if day is not None and day != "00" else whole.isoformat()[:7]
    return DateValue(iso, "placeholder" if iso in _PLACEHOLDERS else "")
