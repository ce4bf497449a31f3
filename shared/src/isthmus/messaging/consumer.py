"""Runs a subscription for as long as its process lives, whatever happens to broker and database meanwhile."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from isthmus.clock import Clock
from isthmus.db import Database
from isthmus.messaging.consumer_session import ConsumerSession
from isthmus.messaging.errors import is_transient
from isthmus.messaging.retry import Backoff
from isthmus.messaging.settings import MessagingSettings
from isthmus.messaging.subscription import Subscription
from isthmus.observability.error_texts import told

logger = structlog.get_logger(__name__)


class ConsumerRunner:
    """Runs one subscription until told to stop."""

    def __init__(
        self, database: Database, subscription: Subscription, settings: MessagingSettings, clock: Clock
    ) -> None:
        self._database, self._subscription, self._settings, self._clock = database, subscription, settings, clock
        self._session: ConsumerSession | None = None

    def problem(self) -> str | None:
        """Why this consumer does not get on, None if it does."""
        return f"{self._subscription.name}: not started" if self._session is None else self._session.problem()

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set, then finish what was begun within the drain time."""
        backoff = Backoff()
        while not stop.is_set():
            session = self._session = ConsumerSession(self._database, self._subscription, self._settings, self._clock)
            try:
                await _until(stop, session.run())
            except Exception as error:
                logger.warning(
                    "consumer begins anew",
                    consumer=self._subscription.name,
                    reason=told(error),
                    exc_info=None if is_transient(error) else error,
                )
            finally:
                await session.close()
            if session.has_consumed:
                backoff.reset()
            await backoff.wait(stop)


async def _until(stop: asyncio.Event, call: Coroutine[Any, Any, None]) -> None:
    """Run `call` until it ends or `stop` is set; what it raises is raised."""
    task, stopper = asyncio.create_task(call), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopper}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopper.cancel()
        task.cancel()
        await asyncio.gather(task, stopper, return_exceptions=True)
    if not task.cancelled():
        task.result()
