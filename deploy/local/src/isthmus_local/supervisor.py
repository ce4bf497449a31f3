"""The process `make up` leaves behind: starts everything in order, keeps it running, stops it in order.

Run as `python -m isthmus_local.supervisor`; tells its progress on standard output (see `progress.py`) and stays only
when it reads the word of release on standard input: should `make up` be interrupted or killed, nothing is left behind.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Awaitable, Callable, Iterable

import structlog

from isthmus_local.child import wrap
from isthmus_local.child_process import ChildProcess, StartError
from isthmus_local.gateway_files import GatewayFiles, ensure_gateway_files
from isthmus_local.instance import SERVICES, Instance, service_database
from isthmus_local.platform_processes import (
    RESOLVERS,
    admin_url,
    embedded_postgres,
    gateway_process,
    kafka_process,
    postgres_process,
    resolver_process,
    service_process,
)
from isthmus_local.progress import RELEASE, Reporter
from isthmus_local.run_file import FILE_NAME, ClientLogin, RunFile, RunningProcess, UserLogin
from isthmus_local.secret_store import Secrets
from isthmus_local.supervisor_lock import hold_supervisor_lock

_log = structlog.get_logger(__name__)


class Supervisor:
    """Holds the children and the run file of one installation."""

    def __init__(self, instance: Instance, secrets: Secrets, files: GatewayFiles, report: Reporter) -> None:
        self._instance = instance
        self._secrets = secrets
        self._files = files
        self._report = report
        self._children: list[ChildProcess] = []
        self._admin_url = admin_url(instance, secrets)
        self._run = self._make_run_file()
        self._ready = False

    async def start_all(self) -> None:
        """Databases and broker side by side, then services and gateway; raises StartError when one does not come up."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._start_databases())
            group.create_task(self._start_broker())
        given = self._instance, self._secrets, self._admin_url, self._files
        services = [service_process(*given, name) for name in SERVICES]
        resolvers = [resolver_process(*given, name) for name in RESOLVERS]
        await self._start_side_by_side([*services, *resolvers, gateway_process(self._instance, self._files)])
        self._ready = True
        self._run.write(self._instance.home)

    async def stop_all(self) -> None:
        """Gateway and services first, at once; then Kafka, then PostgreSQL, which they need to the end."""
        self._ready = False
        servers = {"postgres", "kafka"}
        await asyncio.gather(*(child.stop() for child in self._children if child.name not in servers))
        for child in reversed([child for child in self._children if child.name in servers]):
            await child.stop()
        (self._instance.home / FILE_NAME).unlink(missing_ok=True)

    async def _start_databases(self) -> None:
        if self._instance.external_database_url is None:
            server = embedded_postgres(self._instance, self._secrets)
            await self._start_side_by_side([postgres_process(self._instance, server)])
        await self._step("databases", lambda: _prepare("databases"))

    async def _start_broker(self) -> None:
        if self._instance.external_kafka is None:
            await self._start_side_by_side([kafka_process(self._instance, self._report.download("kafka"))])
        await self._step("topics", lambda: _prepare("topics"))

    async def _start_side_by_side(self, children: Iterable[ChildProcess]) -> None:
        async with asyncio.TaskGroup() as group:
            for child in children:
                child.on_change = self._note_pid
                self._children.append(child)
                child.start()
                group.create_task(self._step(child.name, child.wait_until_ready))

    async def _step(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        self._report.started(name)
        await work()
        self._report.done(name)

    def _note_pid(self, name: str, pid: int | None) -> None:
        process = self._run.processes.get(name) or self._describe(name)
        process.pid = pid
        self._run.processes[name] = process
        if self._ready:
            self._run.write(self._instance.home)

    def _describe(self, name: str) -> RunningProcess:
        addresses = {
            "postgres": f"postgresql://127.0.0.1:{self._instance.ports['postgres']}",
            "kafka": self._instance.kafka,
        }
        return RunningProcess(
            None, addresses.get(name) or self._instance.url_of(name), str(self._instance.log_of(name))
        )

    def _make_run_file(self) -> RunFile:
        databases = {name: service_database(name, self._secrets) for name in SERVICES}
        return RunFile(
            gateway=self._instance.url_of("gateway"),
            clients={name: ClientLogin(name, secret) for name, secret in self._secrets.clients.items()},
            users={name: UserLogin(name, secret) for name, secret in self._secrets.users.items()},
            kafka=self._instance.kafka,
            databases={name: database.application_url(self._admin_url) for name, database in databases.items()},
            cti_secret=self._secrets.cti_secret,
        )


async def supervise(instance: Instance, report: Reporter) -> int:
    """Run the platform until SIGTERM or SIGINT, or the end of `make up` before its release; returns the exit status."""
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop.set)
    secrets = instance.secrets()
    supervisor = Supervisor(instance, secrets, ensure_gateway_files(instance.home, secrets), report)
    released = loop.create_task(_wait_for_release(told_to_stop))
    starting = loop.create_task(supervisor.start_all())
    stopping = loop.create_task(told_to_stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            report.ready()
            await stopping
    except Exception as error:  # noqa: BLE001  # whatever it is, the terminal is told and all is stopped
        _log.exception("the platform did not start")
        report.failed("\n".join(_reasons(error)))
        return 1
    finally:
        starting.cancel()
        released.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await supervisor.stop_all()
    return 0


async def _prepare(what: str) -> None:
    """Run the preparation of `databases` or `topics`; raises StartError with its last words when it fails."""
    command = wrap([sys.executable, "-m", "isthmus_local.prepare", what])
    process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT)
    output, _ = await process.communicate()
    if process.returncode != 0:
        raise StartError(f"preparing the {what} failed:\n{output.decode(errors='replace').strip()[-3000:]}")


def _reasons(error: BaseException) -> list[str]:
    """What failed, in words for the person at the terminal; the log has the tracebacks."""
    if isinstance(error, BaseExceptionGroup):
        return [reason for inner in error.exceptions for reason in _reasons(inner)]
    return [str(error) if isinstance(error, StartError) else f"{type(error).__name__}: {error}"]


async def _wait_for_release(told_to_stop: asyncio.Event) -> None:
    """The end of standard input before the word of release means that `make up` is gone."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    if await reader.readline() == RELEASE:
        _detach()
    else:
        told_to_stop.set()


def _detach() -> None:
    """Nobody reads the progress any more."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def main() -> int:
    """Take the lock of the state folder and supervise."""
    instance = Instance.from_environment()
    instance.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = hold_supervisor_lock(instance.home)
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.add_log_level,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    with lock:
        return asyncio.run(supervise(instance, Reporter(sys.stdout)))


if __name__ == "__main__":
    sys.exit(main())
