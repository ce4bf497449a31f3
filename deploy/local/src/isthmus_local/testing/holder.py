"""Holds one embedded server for a test run: `python -m isthmus_local.testing.holder KIND FOLDER OWNER`.

Writes `FOLDER/server.json` once the server answers (or cannot be started); stops it and deletes FOLDER when the
process OWNER ends, or on SIGTERM. It is a process of its own, because any worker of a run may need the server first
and end first.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from isthmus.messaging.topics import ensure_topics
from isthmus_local.java import find_java
from isthmus_local.kafka import EmbeddedKafka
from isthmus_local.kafka_jars import kafka_libraries
from isthmus_local.ports import free_ports
from isthmus_local.postgres import THROW_AWAY_SETTINGS, EmbeddedPostgres
from isthmus_local.processes import start
from isthmus_local.unprivileged import remove_elsewhere

_START_SECONDS = 90
_LOOK_SECONDS = 0.05


class _Server(Protocol):
    def prepare(self) -> list[str]: ...

    async def answers(self) -> bool: ...


class _Held(NamedTuple):
    server: _Server
    address: str
    stop_signal: int
    """The quickest end; nothing is kept."""


def _make(kind: str, folder: Path) -> _Held:
    if kind == "postgres":
        (port,) = free_ports(1)
        postgres = EmbeddedPostgres(folder, port, "test", THROW_AWAY_SETTINGS)
        return _Held(postgres, postgres.admin_url, signal.SIGQUIT)
    port, controller_port = free_ports(2)
    kafka = EmbeddedKafka(folder, port, controller_port, find_java(), kafka_libraries())
    return _Held(kafka, kafka.bootstrap_servers, signal.SIGKILL)


async def _hold(kind: str, folder: Path) -> None:
    """Run the server until this task is cancelled or the server ends by itself."""
    held = _make(kind, folder)
    process = start(held.server.prepare(), folder / "server.log")
    try:
        async with asyncio.timeout(_START_SECONDS):
            await _wait_until_it_answers(held.server, process, folder)
            if kind == "kafka":
                await ensure_topics(held.address)
        _tell(folder, {"address": held.address, "pid": os.getpid()})
        await asyncio.to_thread(process.wait)
    finally:
        process.send_signal(held.stop_signal)
        process.wait()


async def _wait_until_it_answers(server: _Server, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    while not await server.answers():
        if process.poll() is not None:
            log = (folder / "server.log").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"the server ended with status {process.returncode}:\n{log[-4000:]}")
        await asyncio.sleep(_LOOK_SECONDS)


def _tell(folder: Path, content: dict[str, object]) -> None:
    part = folder / "server.part"
    part.write_text(json.dumps(content), encoding="utf-8")
    part.rename(folder / "server.json")


async def _hold_while_owner_lives(kind: str, folder: Path, owner: int) -> None:
    gone = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, gone.set)
    loop.add_reader(os.pidfd_open(owner), gone.set)
    holding, leaving = asyncio.ensure_future(_hold(kind, folder)), asyncio.ensure_future(gone.wait())
    await asyncio.wait({holding, leaving}, return_when=asyncio.FIRST_COMPLETED)
    holding.cancel()
    leaving.cancel()
    with suppress(asyncio.CancelledError):
        await holding


def main(kind: str, folder: Path, owner: int) -> None:
    """Hold the server `kind` (`postgres` or `kafka`) as long as the process `owner` lives."""
    try:
        asyncio.run(_hold_while_owner_lives(kind, folder, owner))
    except Exception as error:
        _tell(folder, {"error": f"{type(error).__name__}: {error}"})
        raise
    remove_elsewhere(folder)
    shutil.rmtree(folder)
    run_was_killed = not Path(f"/proc/{owner}").exists()
    if run_was_killed and not any(folder.parent.glob("*/server.json")):
        shutil.rmtree(folder.parent, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
