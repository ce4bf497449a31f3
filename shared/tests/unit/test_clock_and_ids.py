"""Time stands still until moved; ids carry the time they were made at."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from isthmus.clock import FixedClock, SystemClock
from isthmus.ids import new_id

AT = datetime(2026, 11, 1, 8, 0, 0, 123_000, tzinfo=UTC)


def test_a_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(AT)
    assert clock.now() == clock.now() == AT
    clock.advance(timedelta(hours=1))
    assert clock.now() == AT + timedelta(hours=1)


def test_clocks_tell_utc() -> None:
    beijing = timezone(timedelta(hours=8))
    assert FixedClock(AT.astimezone(beijing)).now().utcoffset() == timedelta(0)
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_a_clock_refuses_a_time_without_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        FixedClock(datetime(2026, 11, 1))  # noqa: DTZ001 - the very mistake


def test_ids_are_uuid_version_7_and_hold_the_time() -> None:
    made = new_id(FixedClock(AT))
    assert made.version == 7
    assert made.int >> 80 == int(AT.timestamp() * 1000)


def test_ids_sort_by_time_and_never_repeat() -> None:
    clock = FixedClock(AT)
    early = {new_id(clock) for _ in range(1_000)}
    clock.advance(timedelta(milliseconds=1))
    late = {new_id(clock) for _ in range(1_000)}
    assert len(early) == len(late) == 1_000
    assert max(early) < min(late)
    assert new_id().version == 7
