"""Pauses between tries."""

import asyncio

import pytest

from isthmus.messaging import retry
from isthmus.messaging.retry import Backoff


async def test_pauses_double_up_to_the_longest_and_begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def note(_event: asyncio.Event, seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(retry, "wait_for", note)
    backoff = Backoff(first=1.0, longest=4.0)
    for _ in range(4):
        await backoff.wait(asyncio.Event())
    backoff.reset()
    await backoff.wait(asyncio.Event())

    for pause, most in zip(pauses, [1.0, 2.0, 4.0, 4.0, 1.0], strict=True):
        assert most / 2 <= pause <= most


async def test_a_pause_ends_when_told_to_stop() -> None:
    stop = asyncio.Event()
    stop.set()
    await asyncio.wait_for(Backoff(first=3600.0, longest=3600.0).wait(stop), timeout=30)
