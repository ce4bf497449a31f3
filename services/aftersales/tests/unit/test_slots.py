"""Free slots: whatever is booked into them, no bay is ever booked twice."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from aftersales.workshops.slots import Span, free_bays, free_slots, overlaps, starts
from isthmus.calendars import WorkingCalendar

CALENDAR = WorkingCalendar.of({"mon-fri": ["08:00-12:00", "13:30-18:00"]})


def china(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


TWO_DAYS = (china(2, 0), china(4, 0))


def test_spans_that_touch_do_not_overlap() -> None:
    morning, noon = (china(2, 8), china(2, 12)), (china(2, 12), china(2, 13))
    assert not overlaps(morning, noon)
    assert overlaps(morning, (china(2, 11), china(2, 13)))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(15, 600)), max_size=12), st.integers(1, 3))
def test_booking_free_slots_never_fills_a_bay_twice(wishes: Sequence[tuple[int, int]], bays: int) -> None:
    booked: dict[int, list[Span]] = {bay: [] for bay in range(bays)}
    for place, minutes in wishes:
        slots = list(free_slots(CALENDAR, TWO_DAYS, minutes, booked))
        if not slots:
            continue
        slot = slots[place % len(slots)]
        free = free_bays((slot.starts_at, slot.ends_at), booked)
        assert len(free) == slot.free_bays > 0
        booked[free[0]].append((slot.starts_at, slot.ends_at))
    for spans in booked.values():
        assert not any(overlaps(one, other) for one, other in pairwise(sorted(spans)))


def test_a_full_bay_offers_what_is_left() -> None:
    booked = {"bay": [(china(2, 8), china(2, 17))]}
    slots = list(free_slots(CALENDAR, (china(2, 0), china(3, 0)), 60, booked))
    assert [slot.starts_at for slot in slots] == [china(2, 17), china(2, 17, 30)]
    assert slots[-1].ends_at == china(3, 8, 30), "work begun at half past five goes on the next morning"


def test_slots_begin_when_the_workshop_opens_and_on_half_hours() -> None:
    calendar = WorkingCalendar.of({"mon": ["08:10-09:30", "13:00-13:30"]})
    assert list(starts(calendar, (china(2, 0), china(3, 0)))) == [
        china(2, 8, 10),
        china(2, 8, 30),
        china(2, 9),
        china(2, 13),
    ]
