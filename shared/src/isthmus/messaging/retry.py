"""Waiting before another try."""

import asyncio
from contextlib import suppress
from random import SystemRandom

_random = SystemRandom()


class Backoff:
    """Pauses that double from `first` to `longest` seconds, each shortened at random: many shall not retry at once."""

    def __init__(self, first: float = 0.1, longest: float = 10.0) -> None:
        self._first, self._longest = first, longest
        self._next = first

    def reset(self) -> None:
        """Start again with the first pause."""
        self._next = self._first

    async def wait(self, stop: asyncio.Event) -> None:
        """Pause, or return at once when `stop` is set."""
        pause = _random.uniform(self._next / 2, self._next)
        self._next = min(self._next * 2, self._longest)
        await wait_for(stop, pause)


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Return when `event` is set or `seconds` are over, whichever comes first."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
