"""Free slots (空闲时段): in how many bays work can begin when; pure functions over a calendar and what is booked."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from isthmus.calendars import WorkingCalendar

Key = TypeVar("Key")
Span = tuple[datetime, datetime]
"""From (included) until (excluded)."""

STEP = timedelta(minutes=30)
"""Slots begin on the full and the half hour, and when a workshop opens."""


@dataclass(frozen=True)
class Slot:
    """A time at which work can begin, and in how many bays."""

    starts_at: datetime
    ends_at: datetime
    free_bays: int


def overlaps(first: Span, second: Span) -> bool:
    """Whether two spans share time; spans that touch do not."""
    return first[0] < second[1] and second[0] < first[1]


def free_bays(span: Span, booked: Mapping[Key, Collection[Span]]) -> list[Key]:
    """The bays with nothing booked in the span, in the order of the mapping."""
    return [bay for bay, spans in booked.items() if not any(overlaps(span, other) for other in spans)]


def starts(calendar: WorkingCalendar, between: Span) -> Iterator[datetime]:
    """The instants from the first (included) to the second (excluded) at which work may begin."""
    at = calendar.next_open(between[0])
    while at < between[1]:
        yield at
        following = at + STEP - (at - datetime.min.replace(tzinfo=at.tzinfo)) % STEP
        at = calendar.next_open(following)


def free_slots(
    calendar: WorkingCalendar, between: Span, minutes: int, booked: Mapping[Key, Collection[Span]]
) -> Iterator[Slot]:
    """Every slot between two instants in which a bay is free for work of so many (at least one) working minutes."""
    for starts_at in starts(calendar, between):
        ends_at = calendar.add(starts_at, minutes)
        if free := len(free_bays((starts_at, ends_at), booked)):
            yield Slot(starts_at, ends_at, free)
