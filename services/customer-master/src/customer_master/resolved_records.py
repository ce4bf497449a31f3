"""Tells those who wait for a record when it is resolved: one look into the database for all of a process.

Were each to look for itself, every batch resolved would make as many queries as requests are waiting.
"""

import asyncio
from collections import defaultdict
from uuid import UUID
from weakref import WeakKeyDictionary

from customer_master.resolver.signals import signals_of
from isthmus.db import Database
from isthmus.messaging.retry import wait_for

_POLL_SECONDS = 0.1

_RESOLVED = """
SELECT record_no, golden_id FROM links
WHERE record_no = ANY($1::bigint[]) AND NOT EXISTS (
    SELECT FROM resolution_queue WHERE resolution_queue.record_no = links.record_no AND cause = 'received'
)
"""


class _Waiting:
    """Those who wait in this process, by record number; a task looks for as long as there are any."""

    def __init__(self) -> None:
        self._by_record: dict[int, set[asyncio.Future[UUID | None]]] = defaultdict(set)
        self._looking: asyncio.Task[None] | None = None

    async def wait(self, database: Database, record_no: int) -> UUID | None:
        told: asyncio.Future[UUID | None] = asyncio.get_running_loop().create_future()
        self._by_record[record_no].add(told)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(database))
        else:
            # It may have been resolved before it was waited for: whoever looks is to look again.
            signals_of(database).resolved.send()
        try:
            return await told
        finally:
            self._leave(record_no, told)

    def _leave(self, record_no: int, told: asyncio.Future[UUID | None]) -> None:
        self._by_record[record_no].discard(told)
        if not self._by_record[record_no]:
            del self._by_record[record_no]
        if not self._by_record and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _look(self, database: Database) -> None:
        try:
            pool = await database.pool()
            while True:
                news = signals_of(database).resolved.upcoming
                for row in await pool.fetch(_RESOLVED, list(self._by_record)):
                    self._tell(row["record_no"], row["golden_id"])
                await wait_for(news, _POLL_SECONDS)
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            self._looking = None
            for told in set().union(*self._by_record.values()):
                if not told.done():
                    told.set_exception(error)

    def _tell(self, record_no: int, golden_id: UUID | None) -> None:
        for told in self._by_record.get(record_no, ()):
            if not told.done():
                told.set_result(golden_id)


_waiting: WeakKeyDictionary[Database, _Waiting] = WeakKeyDictionary()


async def golden_id_when_resolved(database: Database, record_no: int) -> UUID | None:
    """Wait until nothing is queued for a record; gives its golden customer, None when it has none.

    Whatever goes wrong with the look that would have told is raised.
    """
    if (waiting := _waiting.get(database)) is None:
        waiting = _waiting[database] = _Waiting()
    return await waiting.wait(database, record_no)
