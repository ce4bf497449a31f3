"""Wake-ups between intake, resolver and those who wait for a result, within one process; the database stays the truth.

In a process without a resolver (or in another one) nobody wakes anybody, and the waiting sides poll.
"""

import asyncio
from contextlib import suppress
from weakref import WeakKeyDictionary

from isthmus.db import Database


class Signal:
    """Something happened: whoever waits goes on, once."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def send(self) -> None:
        """Let all who wait go on."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, at_most_seconds: float) -> None:
        """Wait for the signal, or until the time is over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), at_most_seconds)


class Signals:
    """The two signals of the processes' one database."""

    def __init__(self) -> None:
        self.queued = Signal()
        """Records were put into the resolution queue."""
        self.resolved = Signal()
        """A batch was resolved."""


_signals: WeakKeyDictionary[Database, Signals] = WeakKeyDictionary()


def signals_of(database: Database) -> Signals:
    """The signals of all who use this database object."""
    return _signals.setdefault(database, Signals())
