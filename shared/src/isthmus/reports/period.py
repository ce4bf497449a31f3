"""Periods of reports: a month, or ten days (旬) of one: A the 1st to the 10th, B to the 20th, C the rest."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PATTERN = r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])(-[ABC])?$"
_ZONE = ZoneInfo("Asia/Shanghai")
_TEN_DAYS = {"A": (1, 10), "B": (11, 20), "C": (21, 31)}


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both within."""

    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        """Its beginning on the clock of Shanghai, in UTC."""
        return datetime.combine(self.first, time(), _ZONE).astimezone(UTC)

    @property
    def ends_at(self) -> datetime:
        """When the next period begins."""
        return datetime.combine(self.last + timedelta(days=1), time(), _ZONE).astimezone(UTC)


def period_of(name: str) -> Period:
    """The period that is called so, `2026-11` or `2026-11-B`; the name must keep to `PATTERN`."""
    year, month = int(name[:4]), int(name[5:7])
    last = calendar.monthrange(year, month)[1]
    begins, ends = _TEN_DAYS[name[8]] if len(name) > 7 else (1, last)
    return Period(date(year, month, begins), date(year, month, min(ends, last)))
