"""Which days differ from the weekday they are: holidays, and weekends that are worked to make up for them (调休)."""

from dataclasses import dataclass
from datetime import date

SATURDAY = 5


@dataclass(frozen=True)
class DayTable:
    """Holidays (节假日) and make-up workdays (调休上班日) of the years it knows; other years have none."""

    holidays: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def knows(self, year: int) -> bool:
        """Whether the days of this year are published; if not, the weekday alone decides."""
        return year in self.years

    def is_workday(self, day: date) -> bool:
        """Whether offices work: Monday to Friday but for holidays, and the weekends that make up for them."""
        return day in self.make_up_days or (day.weekday() < SATURDAY and day not in self.holidays)


NO_SPECIAL_DAYS = DayTable()
