"""Putting in the first articles waits for a database that is away."""

import asyncio
from typing import Any

import pytest

from call_center.knowledge import first_articles


async def test_a_database_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, tries = asyncio.Event(), 0

    async def add(_context: Any) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise TimeoutError
        stop.set()

    monkeypatch.setattr(first_articles, "add_first_articles", add)
    monkeypatch.setattr(first_articles, "_PAUSE_SECONDS", 0)
    await asyncio.wait_for(first_articles.keep_first_articles(None, stop), 10)  # type: ignore[arg-type]
    assert tries == 2


async def test_a_mistake_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def add(_context: Any) -> None:
        raise KeyError

    monkeypatch.setattr(first_articles, "add_first_articles", add)
    with pytest.raises(KeyError):
        await first_articles.keep_first_articles(None, asyncio.Event())  # type: ignore[arg-type]
