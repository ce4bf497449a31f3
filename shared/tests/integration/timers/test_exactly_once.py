"""Whatever is set, replaced, cancelled, broken off and run side by side: each due timer has its effect once."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from isthmus.clock import FixedClock
from isthmus.db import Database
from isthmus.timers import FiredTimer, Moment, TimerRunner, cancel_timer, set_timer
from isthmus.timers.runner import LONGEST_PAUSE, MAX_ATTEMPTS

pytestmark = pytest.mark.integration

KEYS = ("a", "b", "c")
STEPS = st.one_of(
    st.tuples(st.just("set"), st.sampled_from(KEYS), st.integers(-2, 6), st.sampled_from(("well", "fails", "breaks"))),
    st.tuples(st.just("cancel"), st.sampled_from(KEYS)),
    st.tuples(st.just("undone"), st.sampled_from(KEYS), st.integers(-2, 6)),
    st.tuples(st.just("run"), st.integers(1, 3)),
    st.tuples(st.just("crash")),
    st.tuples(st.just("wait"), st.integers(1, 4)),
)


class Play:
    """Plays steps on a real database beside a plain dictionary of what must come of them."""

    def __init__(self, context_of: Any, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        self.failed_once: set[str] = set()
        self.context = context_of(timers={"play": self.handle})
        self.waiting: dict[str, tuple[str, Any]] = {}
        """Of each key: the label of its last setting, and when that is due."""
        self.owed: Counter[str] = Counter()
        self.gone: set[str] = set()
        """Labels that were replaced or cancelled in time."""
        self.hang: asyncio.Event | None = None

    async def handle(self, fired: FiredTimer, moment: Moment) -> None:
        label = str(fired.payload["label"])
        await moment.session.execute(text("INSERT INTO effects (key) VALUES (:label)"), {"label": label})
        if self.hang is not None:
            self.hang.set()
            await asyncio.Event().wait()
        if fired.payload["how"] == "fails" and fired.attempts < 2:
            raise ZeroDivisionError
        if fired.payload["how"] == "breaks" and label not in self.failed_once:
            self.failed_once.add(label)
            await moment.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async def set(self, key: str, minutes: int, how: str, label: str, *, undone: bool = False) -> None:
        due_at = self.clock.now() + timedelta(minutes=minutes)
        async with self.database.transaction() as session:
            payload = {"label": label, "how": how}
            await set_timer(session, kind="play", key=key, due_at=due_at, payload=payload)
            if undone:
                await session.rollback()
                return
        self.replaced(key)
        self.waiting[key] = (label, due_at)

    async def cancel(self, key: str) -> None:
        async with self.database.transaction() as session:
            was_there = await cancel_timer(session, "play", key)
        if was_there:
            self.replaced(key)

    def replaced(self, key: str) -> None:
        """What was set before is never to have an effect, unless it has had it."""
        if key in self.waiting:
            self.gone.add(self.waiting.pop(key)[0])

    async def run(self, runners: int) -> None:
        """Several runners at once; what the rows say afterwards is what is still waiting."""
        await asyncio.gather(*(TimerRunner(self.context).fire_due() for _ in range(runners)))
        await self.look()

    async def crash(self) -> None:
        """A runner ends in the midst of a handler, as a process does that is killed."""
        self.hang = asyncio.Event()
        running = asyncio.create_task(TimerRunner(self.context).fire_due())
        hanging = asyncio.create_task(self.hang.wait())
        await asyncio.wait({running, hanging}, return_when=asyncio.FIRST_COMPLETED)
        for task in (running, hanging):
            task.cancel()
        await asyncio.gather(running, hanging, return_exceptions=True)
        self.hang = None

    async def look(self) -> None:
        async with self.database.read_session() as session:
            left = set((await session.scalars(text("SELECT payload ->> 'label' FROM timers"))).all())
        for key, (label, due_at) in list(self.waiting.items()):
            if label not in left:
                assert due_at <= self.clock.now(), "fired before its time"
                self.owed[label] += 1
                del self.waiting[key]

    async def finish(self) -> None:
        for _ in range(MAX_ATTEMPTS):
            self.clock.advance(LONGEST_PAUSE)
            await self.run(2)
        assert self.waiting == {}

    async def effects(self) -> Counter[str]:
        async with self.database.read_session() as session:
            return Counter((await session.scalars(text("SELECT key FROM effects"))).all())


async def play(bench: Play, steps: Sequence[Any]) -> None:
    for number, (step, *details) in enumerate(steps):
        match step:
            case "set":
                await bench.set(*details, label=f"{number}")
            case "undone":
                await bench.set(*details, "well", label=f"{number} undone", undone=True)
            case "cancel":
                await bench.cancel(*details)
            case "run":
                await bench.run(*details)
            case "crash":
                await bench.crash()
            case "wait":
                bench.clock.advance(timedelta(minutes=details[0]))
    await bench.finish()
    assert await bench.effects() == bench.owed
    assert set(bench.owed.values()) <= {1}
    assert not bench.gone & bench.owed.keys()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=12))
async def test_each_due_timer_has_its_effect_once_and_no_other_has_any(
    context_of: Any, database: Database, clock: FixedClock, steps: Sequence[Any]
) -> None:
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM timers"))
        await session.execute(text("DELETE FROM effects"))
    await play(Play(context_of, database, clock), steps)
