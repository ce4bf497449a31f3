"""The relay (中继): publishes the outbox of one database."""

import asyncio

from isthmus.clock import Clock
from isthmus.db import Database
from isthmus.messaging.settings import MessagingSettings


class Relay:
    """Publishes the outbox; of all processes on one database only one does so at a time."""

    def __init__(self, database: Database, settings: MessagingSettings, clock: Clock) -> None:
        self._database, self._settings, self._clock = database, settings, clock
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look into the outbox now instead of at the next poll; for `Database.after_commit`."""
        self._woken.set()

    def problem(self) -> str | None:
        """Why this relay is not ready, None if it is."""
        return None

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until `stop` is set."""
        await stop.wait()
