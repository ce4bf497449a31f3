"""One clock of a service level (服务时限时钟): pure, and made anew from the facts whenever one of them changes.

Nothing is carried on from what was computed before; so a new priority counts with the pauses that have been, and two
readers of the same facts see the same deadline.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from isthmus.calendars import WorkingCalendar
from isthmus.contracts.fields import Instant

WARNING_PERCENT = 80

ClockState = Literal["due", "warning", "overdue", "held", "met", "missed"]


class Pause(BaseModel):
    """A stretch that does not count (暂停), as while the customer must answer; it lasts while `ended_at` is null."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    began_at: Instant = Field(description="From (暂停起).")
    ended_at: Instant | None = Field(None, description="To (暂停止).")


@dataclass(frozen=True)
class SlaClock:
    """Counts working minutes from `started_at` to `stopped_at` but for its pauses, which follow each other."""

    calendar: WorkingCalendar
    term: int
    """Working minutes it may take."""
    started_at: datetime
    pauses: tuple[Pause, ...] = ()
    stopped_at: datetime | None = None

    @property
    def is_held(self) -> bool:
        """Whether it stands still and has not been stopped."""
        return self.stopped_at is None and bool(self.pauses) and self.pauses[-1].ended_at is None

    def counted(self, now: datetime) -> int:
        """Working minutes that count by now, or by when it was stopped."""
        end = now if self.stopped_at is None else min(now, self.stopped_at)
        return sum(self.calendar.between(begin, min(stop or end, end)) for begin, stop in self._runs() if begin < end)

    def paused(self, now: datetime) -> int:
        """Working minutes that the pauses have taken out by now."""
        end = now if self.stopped_at is None else min(now, self.stopped_at)
        return max(0, self.calendar.between(self.started_at, max(self.started_at, end)) - self.counted(now))

    def due_at(self) -> datetime | None:
        """When the term is used up; None while the clock stands still before that."""
        return self.at_minute(self.term)

    def warn_at(self) -> datetime | None:
        """When 80 % of the term are used up; None while the clock stands still before that."""
        return self.at_minute(-(-self.term * WARNING_PERCENT // 100))

    def at_minute(self, minutes: int) -> datetime | None:
        """When so many working minutes have counted; None while the clock stands still before that."""
        left = minutes
        for begin, stop in self._runs():
            if stop is None:
                return self.calendar.add(begin, left)
            here = self.calendar.between(begin, stop)
            if left <= here:
                return self.calendar.add(begin, left)
            left -= here
        return None

    def state(self, now: datetime) -> ClockState:
        """As a chip shows it: met or missed once stopped, else overdue, held, warning or due."""
        late = self.counted(now) > self.term or (self.stopped_at is None and self.counted(now) >= self.term)
        if self.stopped_at is not None:
            return "missed" if late else "met"
        if late:
            return "overdue"
        if self.is_held:
            return "held"
        return "warning" if self.counted(now) * 100 >= self.term * WARNING_PERCENT else "due"

    def _runs(self) -> Iterator[tuple[datetime, datetime | None]]:
        """The stretches it runs; the last has no end unless the clock stands still."""
        begin = self.started_at
        for pause in self.pauses:
            yield begin, max(begin, pause.began_at)
            if pause.ended_at is None:
                return
            begin = max(begin, pause.ended_at)
        yield begin, None
