"""Work that repeats every day at an hour of the wall clock somewhere: a timer that sets itself again."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from isthmus.ids import new_id
from isthmus.timers.moment import Moment
from isthmus.timers.setting import FiredTimer, TimerHandler, set_timer
from isthmus.timers.tables import Timer

_KEY = "daily"


@dataclass(frozen=True)
class Daily:
    """`run` is called once a day, as a timer of the kind `name`; days missed while nothing ran are made up for by one.

    An hour that the change to summer time leaves out is taken an hour later, one that comes twice the first time.
    """

    name: str
    at: str
    """`HH:MM` of the wall clock."""
    zone: str
    """IANA name of a time zone: `Asia/Shanghai`."""
    run: TimerHandler

    def __post_init__(self) -> None:
        """Raise ValueError for what is no time, and ZoneInfoNotFoundError for what is no zone."""
        self.next_after(datetime(2000, 1, 1, tzinfo=UTC))

    def next_after(self, moment: datetime) -> datetime:
        """The first time after `moment` (aware), in UTC."""
        zone = ZoneInfo(self.zone)
        day = moment.astimezone(zone).date()
        while True:
            due = datetime.combine(day, time.fromisoformat(self.at), zone).astimezone(UTC)
            if due > moment:
                return due
            day += timedelta(days=1)

    async def fire(self, fired: FiredTimer, moment: Moment) -> None:
        """Do what is due and set the timer for the next day, in one transaction."""
        due_at = self.next_after(moment.clock.now())
        await set_timer(moment.session, kind=self.name, key=_KEY, due_at=due_at, payload=self._rule())
        await self.run(fired, moment)

    async def ensure(self, session: AsyncSession, now: datetime) -> None:
        """Set the timer unless it is set; one that was set by another rule (hour or zone) is set anew."""
        due_at, rule = self.next_after(now), self._rule()
        state = {"setting": new_id(), "due_at": due_at, "payload": rule, "try_at": due_at}
        statement = insert(Timer).values(kind=self.name, key=_KEY, attempts=0, **state)
        await session.execute(
            statement.on_conflict_do_update(constraint="timers_pkey", set_=state, where=Timer.payload != rule)
        )

    def _rule(self) -> dict[str, str]:
        return {"at": self.at, "zone": self.zone}
