"""What a service consumes: which topics, by which handler, in which kind of transaction."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from isthmus.contracts.envelope import Event

BATCHING_SECONDS = 0.3
"""`max_wait` of readers for whom nobody waits: a fuller batch costs a fraction of many small ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message as the handler sees it: where it lay, its bytes, and the event decoded from them."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    value: bytes | None
    event: Event


Handler = Callable[[Any, Sequence[Delivery]], Awaitable[None]]
"""Called with the transaction (AsyncSession or asyncpg.Connection) and deliveries of one partition, in order."""


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A consumer of a service (消费者).

    The handler runs in one transaction that also holds the inbox rows of the deliveries; those seen before are left
    out. What it raises decides: `PermanentError` puts the message into the dead letters; `TransientError` and errors of
    the database or the broker are retried for ever; anything else is tried `max_attempts` times, then is a dead letter.
    Of a failing batch the bad message is searched by halving, so the handler may be called again with part of it.
    """

    name: str
    """Consumer group, and the consumer's name in the inbox; unique over all services: `sales.golden-links`."""
    topics: Sequence[str]
    handle: Handler
    transactions: Literal["session", "asyncpg"] = "session"
    is_idempotent: bool = False
    """The handler changes nothing when it is called again with the same deliveries: no inbox is kept for it."""
    max_batch: int = 500
    """Most deliveries of one transaction."""
    max_wait: float = 0.0
    """Seconds to wait for a fuller batch; 0 takes what is there."""
    max_concurrency: int = 4
    """Transactions at once; each partition has at most one."""
    max_attempts: int = 5
    """Tries of a single message that fails for a reason nobody foresaw."""
    max_dead_letters_in_a_row: int = 100
    """After so many dead letters without one success between, the partition stops instead of draining its topic."""
