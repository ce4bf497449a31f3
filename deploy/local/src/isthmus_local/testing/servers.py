"""Session fixtures `postgres` and `kafka`: started by the first test that needs one, shared by all xdist workers."""

import asyncio
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from filelock import FileLock

from isthmus_local.processes import start

_START_SECONDS = 120
_STOP_SECONDS = 10
_started_here: list["subprocess.Popen[bytes]"] = []
"""Kept so that none is collected as garbage, with a warning, while it runs."""


@dataclass(frozen=True)
class PostgresServer:
    """A PostgreSQL server for tests."""

    admin_url: str
    """URL of a superuser, database `postgres`."""


@pytest.fixture(scope="session")
def postgres() -> PostgresServer:
    """A PostgreSQL server: TEST_DATABASE_URL, else an embedded one."""
    return PostgresServer(os.environ.get("TEST_DATABASE_URL") or _address_of("postgres"))


@pytest.fixture(scope="session")
def kafka() -> str:
    """Bootstrap servers of a broker with the register's topics: TEST_KAFKA_BOOTSTRAP_SERVERS, else an embedded one."""
    return os.environ.get("TEST_KAFKA_BOOTSTRAP_SERVERS") or _address_of("kafka")


def run_folder() -> Path:
    """A folder that all workers of this test run share, and no other run; made if need be."""
    folder = _run_folder()
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def database_prefix() -> str:
    """What the names of this run's databases begin with, on a server that other runs may use too."""
    note = run_folder() / "database-prefix"
    with FileLock(note.with_suffix(".lock")):
        if not note.exists():
            note.write_text(f"test_{secrets.token_hex(4)}_", encoding="utf-8")
    return note.read_text(encoding="utf-8")


async def drop_databases(admin_url: str, names: Sequence[str] | None = None) -> None:
    """Drop the databases named, else all of this run, whoever is connected."""
    connection = await asyncpg.connect(admin_url)
    try:
        if names is None:
            rows = await connection.fetch(
                "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", database_prefix()
            )
            names = [row["datname"] for row in rows]
        for name in names:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()


def _run_folder() -> Path:
    return Path(tempfile.gettempdir()) / f"isthmus-tests-{os.getuid()}-{_run_owner()}"


def _run_owner() -> int:
    """The process that lives as long as the run: the controller of the xdist workers, else this one."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def _address_of(kind: str) -> str:
    folder = run_folder() / kind
    folder.mkdir(exist_ok=True, mode=0o700)
    told = folder / "server.json"
    with FileLock(run_folder() / f"{kind}.lock"):
        if not told.exists():
            _start_holder(kind, folder)
            _wait_for(told)
    content = json.loads(told.read_text(encoding="utf-8"))
    if "error" in content:
        pytest.fail(f"no {kind} for the tests: {content['error']}", pytrace=False)
    return str(content["address"])


def _start_holder(kind: str, folder: Path) -> None:
    command = [sys.executable, "-m", "isthmus_local.testing.holder", kind, str(folder), str(_run_owner())]
    _started_here.append(start(command, folder / "holder.log", detached=True))


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not path.exists():
        if time.monotonic() > deadline:
            pytest.fail(f"a test server did not start in {_START_SECONDS} s: see {path.parent}", pytrace=False)
        time.sleep(0.05)


def pytest_unconfigure() -> None:
    """Leave nothing behind when the run ends (should it be killed, the embedded servers notice by themselves)."""
    for holder in _started_here:
        # It outlives this process on purpose when another worker still needs it: nobody here waits for its end.
        holder.returncode = 0
    if "PYTEST_XDIST_WORKER" in os.environ or not _run_folder().exists():
        return
    if (external := os.environ.get("TEST_DATABASE_URL")) and (_run_folder() / "database-prefix").exists():
        asyncio.run(drop_databases(external))
    for told in _run_folder().glob("*/server.json"):
        if pid := json.loads(told.read_text(encoding="utf-8")).get("pid"):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while any(_run_folder().glob("*/server.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    shutil.rmtree(_run_folder(), ignore_errors=True)
