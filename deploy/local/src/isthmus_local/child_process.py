"""One process the supervisor keeps running: started, watched, started again when it dies, stopped when told."""

import asyncio
import signal
import time
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from isthmus_local.log_view import last_words

_log = structlog.get_logger(__name__)

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 10.0
_STEADY_SECONDS = 20.0
"""A process that ran so long starts again without a longer pause."""
_FAILED_STARTS = 6
"""So many deaths before it was ever ready mean that it cannot start. PostgreSQL may need two or three after a crash."""


class StartError(Exception):
    """A process could not be started; the message says why, as far as its log tells."""


@dataclass
class ChildProcess:
    """What to run and how to tell that it is ready.

    `command` is asked before every start (it may prepare data folders), `on_change` hears every new pid, and None when
    the process is gone.
    """

    name: str
    command: Callable[[], list[str]]
    answers: Callable[[], Awaitable[bool]]
    log: Path
    environment: Mapping[str, str] | None = None
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 20.0
    on_change: Callable[[str, int | None], None] = lambda name, pid: None  # noqa: ARG005  # heard by nobody
    ready_seconds: float = 300.0
    _process: Process | None = None
    _keeper: "asyncio.Task[None] | None" = None
    _stopping: bool = False
    _failed_starts: int = 0

    def start(self) -> None:
        """Start it and keep it running; does not wait."""
        self._keeper = asyncio.create_task(self._keep_running(), name=f"keep {self.name}")

    async def wait_until_ready(self) -> None:
        """Raises StartError when it keeps dying, or does not answer in time."""
        deadline = time.monotonic() + self.ready_seconds
        while not await self.answers():
            if self._keeper is not None and self._keeper.done():
                self._keeper.result()
            if self._failed_starts >= _FAILED_STARTS:
                raise StartError(f"{self.name} does not start:\n{last_words(self.log)}")
            if time.monotonic() > deadline:
                raise StartError(f"{self.name} was not ready in {self.ready_seconds:.0f} s:\n{last_words(self.log)}")
            await asyncio.sleep(0.1)
        self._failed_starts = 0

    async def stop(self) -> None:
        """Ask it to end, wait, and kill it when it does not."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            process.send_signal(self.stop_signal)
            try:
                await asyncio.wait_for(process.wait(), self.stop_seconds)
            except TimeoutError:
                _log.warning("process did not end, killed", process=self.name, seconds=self.stop_seconds)
                process.kill()
                await process.wait()
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        self.on_change(self.name, None)

    async def _keep_running(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while not self._stopping:
            started = time.monotonic()
            status = await self._run_once()
            if self._stopping:
                return
            self._failed_starts += 1
            lived = time.monotonic() - started
            pause = _FIRST_PAUSE_SECONDS if lived > _STEADY_SECONDS else min(pause * 2, _LONGEST_PAUSE_SECONDS)
            _log.warning("process died, starting it again", process=self.name, status=status, pause_seconds=pause)
            self.on_change(self.name, None)
            await asyncio.sleep(pause)

    async def _run_once(self) -> int:
        command = await asyncio.to_thread(self.command)
        if self._stopping:
            return 0
        # In this thread, the main one: the kernel ties the child's life to the thread that started it.
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *command, stdin=DEVNULL, stdout=output, stderr=STDOUT, env=self.environment
            )
        self.on_change(self.name, self._process.pid)
        return await self._process.wait()
