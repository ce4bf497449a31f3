"""What a timer's handler works with: a request's `Work` without the request."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from isthmus.clock import Clock
from isthmus.contracts.envelope import Event, EventData
from isthmus.ids import new_id
from isthmus.messaging import outbox

if TYPE_CHECKING:
    from isthmus.service import ServiceContext


@dataclass(frozen=True, slots=True)
class Moment:
    """One piece of work that the clock has begun, in a transaction of its own."""

    context: "ServiceContext"
    session: AsyncSession

    @property
    def clock(self) -> Clock:
        """The clock of the service."""
        return self.context.clock

    def publish(self, data: EventData, *, version: int, org_unit: str) -> None:
        """Put an event into the outbox of the running transaction; the aggregate's row must be locked or new."""
        event = Event.of(
            data,
            event_id=new_id(self.clock),
            source=f"/{self.context.service.name}",
            time=self.clock.now(),
            aggregateversion=version,
            orgunit=org_unit,
            dataowner=org_unit,
        )
        outbox.add(self.session, event)
