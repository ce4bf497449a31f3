"""Working time (工作时间) of an office or a workshop: split shifts by weekday, holidays, and whole minutes between."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from isthmus.calendars.days import NO_SPECIAL_DAYS, DayTable

CHINA = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)
MINUTES_A_DAY = 24 * 60
WEEKDAYS = range(7)
MAX_MINUTES = 10 * 366 * MINUTES_A_DAY
"""A term of working minutes; no deadline of business is longer, and each day of it is counted."""


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """A stretch of work within a day, in minutes after local midnight: 510 to 720 is 8:30 to 12:00."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= MINUTES_A_DAY:
            raise ValueError("a shift opens before it closes, both within one day")

    @classmethod
    def parse(cls, text: str) -> "Shift":
        """A shift as configuration writes it: `08:30-12:00`; the end of the day is `24:00`."""
        opens, dash, closes = text.partition("-")
        if not dash:
            raise ValueError(f"a shift is written 08:30-12:00, not {text!r}")
        return cls(_minute_of_day(opens), _minute_of_day(closes))


Shifts = tuple[Shift, ...]


@dataclass(frozen=True)
class WorkingCalendar:
    """Shifts of each weekday (0 is Monday), of holidays, and of weekends that make up for holidays.

    Counts whole minutes: of an instant, the seconds are left out. Raises ValueError when nobody ever works, or when
    two shifts of a day overlap.
    """

    weekdays: Mapping[int, Shifts]
    days: DayTable = NO_SPECIAL_DAYS
    holiday: Shifts = ()
    """A workshop may open on holidays as well."""
    make_up_weekday: int = 0
    """A make-up workday (调休上班日) is worked as this weekday: a Monday, unless told otherwise."""
    zone: ZoneInfo = field(default=CHINA)

    def __post_init__(self) -> None:
        if not set(self.weekdays) <= set(WEEKDAYS) or self.make_up_weekday not in WEEKDAYS:
            raise ValueError("weekdays are 0 (Monday) to 6 (Sunday)")
        if not any(self.weekdays.values()):
            raise ValueError("a calendar needs a shift on some weekday")
        for shifts in (*self.weekdays.values(), self.holiday):
            if any(later.opens < earlier.closes for earlier, later in pairwise(shifts)):
                raise ValueError("the shifts of a day follow each other without overlap")

    @classmethod
    def always(cls) -> "WorkingCalendar":
        """Day and night, every day (全天候), as rescue works."""
        return cls({weekday: (Shift(0, MINUTES_A_DAY),) for weekday in WEEKDAYS}, holiday=(Shift(0, MINUTES_A_DAY),))

    @classmethod
    def of(
        cls,
        week: Mapping[str, Sequence[str]],
        *,
        days: DayTable = NO_SPECIAL_DAYS,
        holiday: Sequence[str] = (),
        zone: ZoneInfo = CHINA,
    ) -> "WorkingCalendar":
        """From configuration: `{"mon-fri": ["08:30-12:00", "13:30-18:00"], "sat": ["09:00-12:00"]}`."""
        weekdays = {day: _parse_all(shifts) for span, shifts in week.items() for day in _weekdays(span)}
        return cls(weekdays, days, _parse_all(holiday), zone=zone)

    def shifts_on(self, day: date) -> Shifts:
        """The shifts of a local day, in order."""
        if day in self.days.make_up_days:
            return self.weekdays.get(self.make_up_weekday, ())
        return self.holiday if day in self.days.holidays else self.weekdays.get(day.weekday(), ())

    def is_open(self, at: datetime) -> bool:
        """Whether somebody works at this instant."""
        minute = _whole_minute(at)
        return any(begins <= minute < ends for begins, ends in self._stretches(minute.astimezone(self.zone).date()))

    def next_open(self, at: datetime) -> datetime:
        """The first whole minute at or after an instant at which somebody works."""
        return self.add(at, 1) - MINUTE

    def between(self, start: datetime, end: datetime) -> int:
        """Working minutes from `start` to `end`; negative when `end` is the earlier."""
        if end < start:
            return -self.between(end, start)
        start, end = _whole_minute(start), _whole_minute(end)
        minutes, day = 0, start.astimezone(self.zone).date()
        last = end.astimezone(self.zone).date()
        while day <= last:
            for begins, ends in self._stretches(day):
                minutes += max(timedelta(), min(end, ends) - max(start, begins)) // MINUTE
            day += ONE_DAY
        return minutes

    def add(self, start: datetime, minutes: int) -> datetime:
        """The earliest instant, in UTC, with this many working minutes since `start`.

        Raises ValueError for a negative term, or one beyond ten years.
        """
        if not 0 <= minutes <= MAX_MINUTES:
            raise ValueError(f"a term is 0 to {MAX_MINUTES} working minutes")
        start = _whole_minute(start)
        if minutes == 0:
            return start
        left, day = minutes, start.astimezone(self.zone).date()
        while True:
            for begins, ends in self._stretches(day):
                here = max(timedelta(), ends - max(start, begins)) // MINUTE
                if left <= here:
                    return max(start, begins) + left * MINUTE
                left -= here
            day += ONE_DAY

    def _stretches(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for shift in self.shifts_on(day):
            yield self._instant(day, shift.opens), self._instant(day, shift.closes)

    def _instant(self, day: date, minute: int) -> datetime:
        if minute == MINUTES_A_DAY:
            day, minute = day + ONE_DAY, 0
        return datetime.combine(day, time(minute // 60, minute % 60), self.zone).astimezone(UTC)


def _whole_minute(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a calendar needs aware times")
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def _minute_of_day(text: str) -> int:
    hours, colon, minutes = text.strip().partition(":")
    if not (colon and hours.isdigit() and len(minutes) == 2 and minutes.isdigit() and int(minutes) < 60):
        raise ValueError(f"a time of day is written 08:30, not {text!r}")
    return int(hours) * 60 + int(minutes)


def _parse_all(shifts: Sequence[str]) -> Shifts:
    return tuple(sorted(Shift.parse(text) for text in shifts))


_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _weekdays(span: str) -> range:
    """The weekdays of `mon-fri`, or of `sat`."""
    first, _, last = span.partition("-")
    if first not in _NAMES or (last or first) not in _NAMES:
        raise ValueError(f"weekdays are written {', '.join(_NAMES)} or mon-fri, not {span!r}")
    return range(_NAMES.index(first), _NAMES.index(last or first) + 1)
