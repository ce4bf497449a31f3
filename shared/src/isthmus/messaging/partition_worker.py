"""One assigned partition: its queue, and the task that processes it in order, batch after batch."""

import asyncio
from collections import deque
from collections.abc import Sequence

from aiokafka import ConsumerRecord

from isthmus.messaging.batch import AbandonedError, BatchProcessor
from isthmus.messaging.binding import size_of
from isthmus.messaging.retry import wait_for

_MOST_QUEUED_BYTES = 8 * 1024 * 1024
_MOST_BATCH_BYTES = 4 * 1024 * 1024
_BATCHES_QUEUED = 4


class PartitionWorker:
    """Made when a partition is assigned, stopped when it is revoked."""

    def __init__(self, processor: BatchProcessor, max_batch: int, max_wait: float) -> None:
        self.processor = processor
        self._max_batch, self._max_wait = max_batch, max_wait
        self._queue: deque[tuple[ConsumerRecord, int]] = deque()
        self._queued_bytes = 0
        self._fed = asyncio.Event()
        self._filled = asyncio.Event()
        self.next_offset: int | None = None
        """The offset to commit: everything before it is done. None until something was fetched."""
        self.committed: int | None = None
        """The offset committed last, or where this member began."""
        self.task = asyncio.create_task(self._run())

    @property
    def is_full(self) -> bool:
        """Whether no more should be fetched for now."""
        return len(self._queue) >= _BATCHES_QUEUED * self._max_batch or self._queued_bytes >= _MOST_QUEUED_BYTES

    @property
    def is_low(self) -> bool:
        """Whether fetching should go on: half of the queue is done."""
        return (
            len(self._queue) <= _BATCHES_QUEUED * self._max_batch // 2 and self._queued_bytes < _MOST_QUEUED_BYTES // 2
        )

    def feed(self, records: Sequence[ConsumerRecord]) -> None:
        """Queue records, in the order of the log."""
        if self.next_offset is None:
            self.next_offset = self.committed = records[0].offset
        for record in records:
            size = size_of(record.key, record.headers, record.value)
            self._queue.append((record, size))
            self._queued_bytes += size
        self._fed.set()
        if len(self._queue) >= self._max_batch:
            self._filled.set()

    async def stop(self, seconds: float) -> None:
        """Let the batch under way finish, cancel it when that takes longer than `seconds`; forget what is queued."""
        self.processor.stop.set()
        self._fed.set()
        self._filled.set()
        await asyncio.wait({self.task}, timeout=seconds)
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            while not self.processor.stop.is_set():
                await self._fed.wait()
                if self._max_wait:
                    await wait_for(self._filled, self._max_wait)
                if records := self._take():
                    await self.processor.process(records, self._done)
        except AbandonedError:
            return

    def _take(self) -> list[ConsumerRecord]:
        """The next batch, bounded in number and bytes; empty when stopping."""
        records: list[ConsumerRecord] = []
        room = _MOST_BATCH_BYTES
        while self._queue and len(records) < self._max_batch and room > 0 and not self.processor.stop.is_set():
            record, size = self._queue.popleft()
            records.append(record)
            room -= size
            self._queued_bytes -= size
        if not self._queue:
            self._fed.clear()
        if len(self._queue) < self._max_batch:
            self._filled.clear()
        return records

    def _done(self, next_offset: int) -> None:
        self.next_offset = next_offset
