"""The outbox (发件箱): events written in the transaction of the change they tell of, published by the relay."""

from collections.abc import Sequence
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from isthmus.contracts.envelope import Event


def add(session: AsyncSession, *events: Event) -> None:
    """Put events into the outbox, in order, within the session's transaction."""


async def copy(connection: "asyncpg.Connection[Any]", events: Sequence[Event]) -> None:
    """Put many events into the outbox, in order, within the connection's transaction."""
