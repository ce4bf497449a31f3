"""Free slots (可预约时段) of a day: pure arithmetic of time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Slot:
    """A span of time: the end does not belong to it, so two may touch."""

    starts: datetime
    ends: datetime

    def overlaps(self, other: "Slot") -> bool:
        """Whether the two have a moment in common."""
        return self.starts < other.ends and other.starts < self.ends


def free_slots(
    opens: datetime, closes: datetime, length: timedelta, step: timedelta, busy: Iterable[Slot]
) -> Iterator[Slot]:
    """The slots of `length` between `opens` and `closes`, one every `step`, that overlap nothing busy; in order."""
    taken = list(busy)
    starts = opens
    while starts + length <= closes:
        slot = Slot(starts, starts + length)
        if not any(slot.overlaps(other) for other in taken):
            yield slot
        starts += step
