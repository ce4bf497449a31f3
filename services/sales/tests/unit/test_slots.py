from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sales.slots import Slot, free_slots

OPENS = datetime(2026, 11, 7, 1, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=9)
MINUTES = st.integers(0, 540)
BUSY = st.lists(
    st.tuples(MINUTES, st.integers(1, 240)).map(
        lambda span: Slot(OPENS + timedelta(minutes=span[0]), OPENS + timedelta(minutes=span[0] + span[1]))
    ),
    max_size=8,
)
SPAN = st.integers(15, 240).map(lambda minutes: timedelta(minutes=minutes))


@given(BUSY, SPAN, SPAN)
def test_a_free_slot_overlaps_nothing_and_no_slot_that_fits_is_left_out(
    busy: list[Slot], length: timedelta, step: timedelta
) -> None:
    free = list(free_slots(OPENS, CLOSES, length, step, busy))
    assert not any(slot.overlaps(taken) for slot in free for taken in busy)
    starts = [OPENS + number * step for number in range((CLOSES - length - OPENS) // step + 1)]
    fitting = [Slot(start, start + length) for start in starts]
    assert [slot for slot in fitting if not any(slot.overlaps(taken) for taken in busy)] == free


@given(BUSY, SPAN)
def test_what_is_booked_is_free_no_more(busy: list[Slot], length: timedelta) -> None:
    free = list(free_slots(OPENS, CLOSES, length, length, busy))
    for slot in free:
        after = list(free_slots(OPENS, CLOSES, length, length, [*busy, slot]))
        assert after == [other for other in free if other != slot]
