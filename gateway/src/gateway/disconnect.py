"""Noticing that the caller went away while a service is still working for them."""

import asyncio
from types import TracebackType
from typing import Self

from gateway.asgi import Receive

_FIRST_LOOK_SECONDS = 0.1


class DisconnectWatch:
    """Cancels the task inside the `with` block when the caller goes away; `gone` then tells why it was cancelled.

    It begins to watch only after a moment, since most requests are over by then and watching costs a task.
    """

    def __init__(self, receive: Receive, body_complete: asyncio.Event) -> None:
        self._receive = receive
        self._body_complete = body_complete
        self._watcher: asyncio.Task[None] | None = None
        self.gone = False

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("not in a task")
        self._task = task
        self._timer = asyncio.get_running_loop().call_later(_FIRST_LOOK_SECONDS, self._begin)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> bool:
        self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()
        if self.gone and isinstance(error, asyncio.CancelledError):
            self._task.uncancel()
            return True
        return False

    def _begin(self) -> None:
        self._watcher = asyncio.get_running_loop().create_task(self._watch())

    async def _watch(self) -> None:
        await self._body_complete.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self._task.cancel()
