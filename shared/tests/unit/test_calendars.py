from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.calendars import CHINA, DayTable, Shift, WorkingCalendar, days_of_china

OFFICE = WorkingCalendar.of({"mon-fri": ["08:30-12:00", "13:30-18:00"], "sat": ["09:00-12:00"]}, days=days_of_china())
MINUTES_A_WEEKDAY = 8 * 60

instants = st.datetimes(
    datetime(2026, 1, 20),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2026, 3, 20),  # noqa: DTZ001
    timezones=st.just(UTC),
)
terms = st.integers(0, 2_000)


@st.composite
def shifts_of_a_day(draw: st.DrawFn) -> tuple[Shift, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    return tuple(Shift(opens, closes) for opens, closes in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    week = draw(st.lists(shifts_of_a_day(), min_size=7, max_size=7))
    week[draw(st.integers(0, 6))] = (Shift(9 * 60, 17 * 60),)
    zone = draw(st.sampled_from([CHINA, ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")]))
    return WorkingCalendar(
        dict(enumerate(week)),
        draw(st.sampled_from([DayTable(), days_of_china()])),
        holiday=draw(shifts_of_a_day()),
        make_up_weekday=draw(st.integers(0, 6)),
        zone=zone,
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA).astimezone(UTC)


@given(calendars(), instants, instants, instants)
def test_working_minutes_add_up(calendar: WorkingCalendar, one: datetime, two: datetime, three: datetime) -> None:
    assert calendar.between(one, two) + calendar.between(two, three) == calendar.between(one, three)


@given(calendars(), instants, instants)
def test_more_time_is_never_less_work(calendar: WorkingCalendar, one: datetime, two: datetime) -> None:
    earlier, later = sorted([one, two])
    elapsed = (later.replace(second=0, microsecond=0) - earlier.replace(second=0, microsecond=0)) // timedelta(
        minutes=1
    )
    assert 0 <= calendar.between(earlier, later) <= elapsed
    assert calendar.between(later, earlier) == -calendar.between(earlier, later)


@given(calendars(), instants, terms)
def test_a_term_added_is_the_term_counted(calendar: WorkingCalendar, start: datetime, minutes: int) -> None:
    assert calendar.between(start, calendar.add(start, minutes)) == minutes


@given(calendars(), instants, st.integers(1, 2_000))
def test_a_term_ends_at_the_earliest_instant(calendar: WorkingCalendar, start: datetime, minutes: int) -> None:
    assert calendar.between(start, calendar.add(start, minutes) - timedelta(minutes=1)) < minutes


@given(calendars(), instants, instants, terms, terms)
def test_who_starts_later_or_has_longer_is_never_due_earlier(
    calendar: WorkingCalendar, one: datetime, two: datetime, short: int, more: int
) -> None:
    earlier, later = sorted([one, two])
    assert calendar.add(earlier, short) <= calendar.add(later, short) <= calendar.add(later, short + more)


@given(calendars(), instants, terms, terms)
def test_two_terms_after_each_other_are_one(calendar: WorkingCalendar, start: datetime, one: int, two: int) -> None:
    assert calendar.add(calendar.add(start, one), two) == calendar.add(start, one + two)


@given(calendars(), instants)
def test_the_next_opening_is_open_and_nothing_before_it(calendar: WorkingCalendar, moment: datetime) -> None:
    opening = calendar.next_open(moment)
    assert calendar.is_open(opening)
    assert calendar.between(moment, opening) == 0


@given(instants, terms)
def test_day_and_night_is_the_time_on_the_wall(start: datetime, minutes: int) -> None:
    always = WorkingCalendar.always()
    assert always.add(start, minutes) == start.replace(second=0, microsecond=0) + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-02 08:30", 60, "2026-11-02 09:30"),
        ("2026-11-02 11:30", 60, "2026-11-02 14:00"),  # over lunch
        ("2026-11-02 11:00", 60, "2026-11-02 12:00"),  # the very end of the morning, not the start of the afternoon
        ("2026-11-02 17:30", 60, "2026-11-03 09:00"),  # over night
        ("2026-11-06 17:30", 60, "2026-11-07 09:30"),  # to the Saturday morning
        ("2026-11-07 11:30", 60, "2026-11-09 09:00"),  # over Sunday
        ("2026-09-30 17:00", 120, "2026-10-08 09:30"),  # over the National Day week
        ("2026-02-14 17:00", 120, "2026-02-24 09:30"),  # a Saturday worked as a Monday, then the Spring Festival
        ("2026-11-02 08:30:59", 1, "2026-11-02 08:31"),
    ],
)
def test_a_term_in_an_office(start: str, minutes: int, end: str) -> None:
    assert OFFICE.add(at(start), minutes) == at(end)


@pytest.mark.parametrize(
    ("day", "minutes"),
    [
        ("2026-10-09", MINUTES_A_WEEKDAY),  # a Friday
        ("2026-10-10", MINUTES_A_WEEKDAY),  # a Saturday that makes up for a holiday
        ("2026-10-17", 3 * 60),  # any other Saturday
        ("2026-09-20", MINUTES_A_WEEKDAY),  # a Sunday that makes up
        ("2026-09-27", 0),
        ("2026-10-01", 0),  # a Thursday
        ("2030-10-01", MINUTES_A_WEEKDAY),  # a Tuesday of a year nobody has decided on yet
    ],
)
def test_the_minutes_of_a_day(day: str, minutes: int) -> None:
    assert OFFICE.between(at(day), at(day) + timedelta(days=1)) == minutes


def test_the_days_of_a_known_year_are_told_from_those_of_an_unknown() -> None:
    days = days_of_china()
    assert days.knows(2026)
    assert not days.knows(2030)
    assert days.is_workday(date(2026, 10, 10))
    assert not days.is_workday(date(2026, 10, 1))
    assert days.is_workday(date(2030, 10, 1))


def test_every_holiday_and_make_up_day_is_of_a_known_year_and_never_both() -> None:
    days = days_of_china()
    assert {day.year for day in days.holidays | days.make_up_days} == days.years
    assert not days.holidays & days.make_up_days
    assert all(day.weekday() >= 5 for day in days.make_up_days)


def test_a_workshop_may_open_on_holidays() -> None:
    workshop = WorkingCalendar.of({"mon-sun": ["08:00-24:00"]}, days=days_of_china(), holiday=["09:00-12:00"])
    assert workshop.between(at("2026-10-01"), at("2026-10-02")) == 180
    assert workshop.between(at("2026-10-09"), at("2026-10-10")) == 16 * 60


@pytest.mark.parametrize(
    "week",
    [
        {},
        {"mon": []},
        {"mon": ["12:00-08:00"]},
        {"mon": ["08:00-12:00", "11:00-13:00"]},
        {"monday": ["08:00-09:00"]},
        {"mon": ["8-9"]},
        {"mon": ["08:00-25:00"]},
        {"mon": ["0800"]},
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(week: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match=r"shift|weekday|time of day"):
        WorkingCalendar.of(week)


def test_times_without_a_zone_and_terms_without_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        OFFICE.between(datetime(2026, 11, 1), datetime(2026, 11, 2))  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="term"):
        OFFICE.add(at("2026-11-02"), -1)
