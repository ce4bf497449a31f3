"""The holidays and make-up workdays (调休) of mainland China, from the table in `china.yaml`."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import yaml

from isthmus.calendars.days import DayTable


@cache
def days_of_china() -> DayTable:
    """The table as a value; read once."""
    years = yaml.safe_load(files("isthmus.calendars").joinpath("china.yaml").read_text("utf-8"))
    return DayTable(
        holidays=frozenset(day for year in years.values() for span in year["holidays"] for day in _days(str(span))),
        make_up_days=frozenset(day for year in years.values() for day in year["make_up"]),
        years=frozenset(years),
    )


def _days(span: str) -> Iterator[date]:
    """The days of `2026-10-01..2026-10-07`, or the one day of `2026-10-01`."""
    first, _, last = span.partition("..")
    day, end = date.fromisoformat(first), date.fromisoformat(last or first)
    while day <= end:
        yield day
        day += timedelta(days=1)
