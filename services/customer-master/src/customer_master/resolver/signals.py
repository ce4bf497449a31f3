"""Wake-ups between intake, resolver and those who wait for a result, in one process or in many.

PostgreSQL passes them on (NOTIFY) when the transaction that sends one commits. They only spare waiting: the database
stays the truth, and who hears nothing looks there again a little later.
"""

import asyncio
from typing import Any
from weakref import WeakKeyDictionary

import structlog

from customer_master.database import connected
from isthmus.db import Database
from isthmus.messaging.errors import is_transient
from isthmus.messaging.retry import Backoff, wait_for
from isthmus.service.definition import ServiceContext

logger = structlog.get_logger(__name__)

CHANNEL = "resolution"
QUEUED = "queued"
"""Records were put into the resolution queue."""
RESOLVED = "resolved"
"""A batch was resolved; there are new events in the outbox."""

_LOOK_AFTER_CONNECTION_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 5.0


class Signal:
    """Something happened: whoever waits for it goes on, once."""

    def __init__(self) -> None:
        self.upcoming = asyncio.Event()
        """Set at the next sending. To be taken before a look into the database, and waited for after one in vain: then
        what is sent during the look is not missed."""

    def send(self) -> None:
        """Let all who wait go on."""
        self.upcoming.set()
        self.upcoming = asyncio.Event()


class Signals:
    """The two signals, as heard by one process."""

    def __init__(self) -> None:
        self.queued = Signal()
        self.resolved = Signal()


_signals: WeakKeyDictionary[Database, Signals] = WeakKeyDictionary()


def signals_of(database: Database) -> Signals:
    """The signals of all who use this database object."""
    return _signals.setdefault(database, Signals())


async def hear_signals(context: ServiceContext, stop: asyncio.Event) -> None:
    """Listen for as long as the process runs; the background task of every process of the service."""
    backoff = Backoff(longest=_LONGEST_PAUSE_SECONDS)
    while not stop.is_set():
        try:
            await _hear(context, stop)
            backoff.reset()
        except Exception as error:
            if not is_transient(error):
                raise
            logger.warning("wake-ups are not heard", reason=type(error).__name__)
            await backoff.wait(stop)


async def _hear(context: ServiceContext, stop: asyncio.Event) -> None:
    """Listen until told to stop, or until the connection is lost."""
    signals = signals_of(context.database)

    def told(_connection: Any, _pid: int, _channel: str, what: object) -> None:
        if what == QUEUED:
            signals.queued.send()
        else:
            signals.resolved.send()
            context.wake_relay()

    async with connected(context.database) as connection:
        await connection.add_listener(CHANNEL, told)
        try:
            while not stop.is_set() and not connection.is_closed():
                await wait_for(stop, _LOOK_AFTER_CONNECTION_SECONDS)
        finally:
            if not connection.is_closed():
                await connection.remove_listener(CHANNEL, told)
