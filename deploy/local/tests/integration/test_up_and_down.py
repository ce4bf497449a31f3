"""`up`, `down` and what may happen in between."""

import os
import signal
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from isthmus_local.platform_processes import RESOLVERS
from isthmus_local.run_file import FILE_NAME
from isthmus_local.supervisor_lock import supervisor_pid
from isthmus_local.testing import PostgresServer
from isthmus_local.testing.installation import Installation, wait_until

pytestmark = pytest.mark.integration

OURS = ("gateway", *RESOLVERS)
"""Besides a process a service."""


def _pid(installation: Installation, name: str) -> int | None:
    return installation.run_file().processes[name].pid


def _is_another(installation: Installation, name: str, before: int | None) -> bool:
    return _pid(installation, name) not in (None, before)


@pytest.mark.timeout(240)
def test_a_whole_life(installation: Installation) -> None:
    status, output = installation.run("up")
    assert status == 0, output
    assert "curl" in output

    run = installation.run_file()
    assert (installation.home / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert set(run.processes) == {"postgres", "kafka", *OURS, *run.databases}
    assert all(Path(f"/proc/{process.pid}").exists() for process in run.processes.values())
    assert installation.run("status")[0] == 0

    for name in ("sales", RESOLVERS[0], "postgres", "kafka"):
        killed = _pid(installation, name)
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda name=name, killed=killed: _is_another(installation, name, killed))
    wait_until(lambda: installation.run("status")[0] == 0)

    supervisor = supervisor_pid(installation.home)
    assert supervisor is not None
    os.kill(supervisor, signal.SIGKILL)
    wait_until(lambda: not installation.processes())

    assert installation.run("up")[0] == 0
    assert installation.run_file().clients == run.clients  # the state, secrets too, outlives a hard death
    assert installation.run("down")[0] == 0
    wait_until(lambda: not installation.processes())
    assert not (installation.home / FILE_NAME).exists()
    assert installation.run("down") == (0, "Nothing is running.\n")


def test_external_servers_take_the_place_of_the_embedded_ones(
    make_installation: Callable[[Mapping[str, str]], Installation], postgres: PostgresServer, kafka: str
) -> None:
    external = make_installation({"DATABASE_URL": postgres.admin_url, "KAFKA_BOOTSTRAP_SERVERS": kafka})
    status, output = external.run("up")
    assert status == 0, output
    run = external.run_file()
    assert set(run.processes) == {*OURS, *run.databases}
    assert run.kafka == kafka
    server = postgres.admin_url.rpartition("@")[2]
    assert run.databases["sales"].endswith("@" + server.replace("/postgres", "/sales"))
    assert external.run("status")[0] == 0
    status, output = external.run("reset")
    assert "left as it is" in output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("step", ["postgres", "kafka"])
def test_an_interrupted_start_leaves_nothing_behind(installation: Installation, number: int, step: str) -> None:
    with installation.start("up") as process:
        wait_until((installation.home / "logs" / f"{step}.log").exists)
        process.send_signal(number)
        process.communicate()
    assert process.returncode in (130, 143, -signal.SIGKILL)
    wait_until(lambda: not installation.processes(), 30)


def test_a_taken_port_is_named_with_the_way_out(installation: Installation) -> None:
    taken = installation.port_base + 2
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", taken))
        other.listen()
        status, output = installation.run("up")
    assert status == 1
    assert f"port {taken} (sales)" in output.replace("\n", " ")
    assert "ISTHMUS_PORT_BASE" in output
    assert not installation.processes()


def test_a_service_that_cannot_start_is_told_with_its_last_words(installation: Installation) -> None:
    modules = Path(installation.environment["PYTHONPATH"])
    (modules / "feedback" / "__main__.py").write_text('raise SystemExit("no such luck")', encoding="utf-8")
    status, output = installation.run("up")
    assert status == 1
    assert "feedback does not start" in output
    assert "no such luck" in output
    wait_until(lambda: not installation.processes(), 30)


def test_reset_spares_a_folder_that_is_not_a_state_folder(installation: Installation) -> None:
    installation.home.mkdir()
    mine = installation.home / "mine.txt"
    mine.touch()
    status, output = installation.run("reset")
    assert status == 1
    assert "not deleted" in output
    mine.unlink()
    assert installation.run("reset")[0] == 0
    assert not installation.home.exists()
