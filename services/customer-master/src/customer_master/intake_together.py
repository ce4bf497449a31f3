"""Takes in together what many requests bring at the same time (group commit, 组提交).

A transaction for one record costs nearly as many statements as one for a hundred. So a request whose neighbours are
being taken in waits for them and shares the next transaction with all who came meanwhile; one that comes alone is taken
in at once. When a shared transaction fails, each of its requests has one of its own, so that none fails for another;
where the database is away, all are told so.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from customer_master.database import transaction
from customer_master.intake import Accepted, IncomingVersion, take_in
from isthmus.db import Database
from isthmus.db.errors import DatabaseFault, classify

MOST_AT_ONCE = 100
"""Versions in one transaction: bounds how long the first of them waits for the others."""

_SIDE_BY_SIDE = 2
"""Transactions at the same time: while one waits for a lock or for its commit, the other goes on."""


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    version: IncomingVersion
    answer: asyncio.Future[Accepted]


class _Intake:
    """The requests that use one database object: who waits, and the transactions under way."""

    def __init__(self) -> None:
        self.waiting: deque[_Request] = deque()
        self.running: set[asyncio.Task[None]] = set()

    def start(self, database: Database) -> None:
        while self.waiting and len(self.running) < _SIDE_BY_SIDE:
            batch = [self.waiting.popleft() for _ in range(min(len(self.waiting), MOST_AT_ONCE))]
            task = asyncio.create_task(_take_in_batch(database, batch))
            self.running.add(task)
            task.add_done_callback(lambda ended: self._ended(database, ended))

    def _ended(self, database: Database, task: asyncio.Task[None]) -> None:
        self.running.discard(task)
        self.start(database)


_intakes: WeakKeyDictionary[Database, _Intake] = WeakKeyDictionary()


async def take_in_together(database: Database, version: IncomingVersion) -> Accepted:
    """Take a version in, durable on return; raises what the database raises.

    A caller who gives up may have the version taken in all the same, as after an answer lost on its way.
    """
    request = _Request(version, asyncio.get_running_loop().create_future())
    intake = _intakes.setdefault(database, _Intake())
    intake.waiting.append(request)
    intake.start(database)
    return await request.answer


async def _take_in_batch(database: Database, batch: list[_Request]) -> None:
    """Answer each request of a batch; a batch that fails is tried one by one."""
    wanted = [request for request in batch if not request.answer.done()]
    try:
        accepted = await _take_in_at_once(database, [request.version for request in wanted])
    except Exception as error:  # noqa: BLE001 - each request raises it to whoever sent it
        if len(wanted) > 1 and classify(error) is not DatabaseFault.UNAVAILABLE:
            await asyncio.gather(*(_take_in_batch(database, [request]) for request in wanted))
            return
        for request in wanted:
            if not request.answer.done():
                request.answer.set_exception(error)
        return
    for request, answer in zip(wanted, accepted, strict=True):
        if not request.answer.done():
            request.answer.set_result(answer)


async def _take_in_at_once(database: Database, versions: list[IncomingVersion]) -> list[Accepted]:
    if not versions:
        return []
    async with transaction(database) as connection:
        return await take_in(connection, versions, max(version.received_at for version in versions))
