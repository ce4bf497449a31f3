"""`up`, `down` and `reset`: starting the supervisor and seeing it through, stopping it, wiping the state."""

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import IO, cast

from rich.console import Console

from isthmus_local.child import wrap
from isthmus_local.folders import CHECKOUT
from isthmus_local.instance import Instance
from isthmus_local.log_view import last_words
from isthmus_local.ports import PortTakenError, require_free
from isthmus_local.progress import RELEASE, PlatformError, SupervisorEndedError, show_until_ready
from isthmus_local.run_file import FILE_NAME as RUN_FILE
from isthmus_local.run_file import RunFile
from isthmus_local.secret_store import FILE_NAME as SECRETS_FILE
from isthmus_local.summary import show_summary
from isthmus_local.supervisor_lock import supervisor_pid
from isthmus_local.unprivileged import remove_elsewhere

_STOP_SECONDS = 60
_LEFTOVERS_SECONDS = 10
_DEMO_NOTE = "demo-data"
DEMO_CUSTOMERS = 200
"""With their past about 1,200 documents; the last month of ten dealers and stations comes on top."""


def up(instance: Instance, console: Console, *, demo: bool) -> None:
    """Start everything that does not run yet; returns when all is ready, leaving the supervisor behind.

    Raises PlatformError, PortTakenError or ValueError with the reason; then, and on Ctrl-C, nothing is left running.
    """
    if supervisor_pid(instance.home) is not None:
        run = _wait_for_run_file(instance)
        console.print("Already running.")
    else:
        run = _start(instance, console, demo=demo)
    show_summary(run, instance, console, demo=(instance.home / _DEMO_NOTE).exists())


def down(instance: Instance, console: Console) -> None:
    """Stop everything in order; nothing to do when nothing runs. Raises PlatformError when it takes too long."""
    pid = supervisor_pid(instance.home)
    if pid is None:
        console.print("Nothing is running.")
        return
    with console.status("Stopping"):
        os.kill(pid, signal.SIGTERM)
        _wait_until_gone(instance)
    console.print("Stopped.")


def reset(instance: Instance, console: Console) -> None:
    """Stop everything and delete the state folder: data, secrets, logs. Databases of an external server stay."""
    down(instance, console)
    if not instance.home.exists():
        return
    if any(instance.home.iterdir()) and not (instance.home / SECRETS_FILE).exists():
        raise PlatformError(f"{instance.home} does not look like a state folder of Isthmus: not deleted")
    remove_elsewhere(instance.home / "postgres")
    shutil.rmtree(instance.home)
    console.print(f"Deleted {instance.home}.")
    if instance.external_database_url or instance.external_kafka:
        console.print("What is in the external database server and Kafka was left as it is.")


def _start(instance: Instance, console: Console, *, demo: bool) -> RunFile:
    instance.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    instance.logs.mkdir(exist_ok=True, mode=0o700)
    _require_free_ports(instance)
    supervisor = _spawn_supervisor(instance)
    try:
        show_until_ready(cast("IO[str]", supervisor.stdout), console)
        run = RunFile.read(instance.home)
        if demo:
            _load_demo_once(instance, console)
        _release(cast("IO[str]", supervisor.stdin))
    except SupervisorEndedError:
        raise PlatformError(f"the supervisor ended:\n{last_words(instance.log_of('supervisor'))}") from None
    except BaseException:
        supervisor.terminate()
        supervisor.wait(_STOP_SECONDS)
        raise
    return run


def _release(pipe: IO[str]) -> None:
    pipe.write(RELEASE.decode())
    pipe.close()


def _spawn_supervisor(instance: Instance) -> "subprocess.Popen[str]":
    """In a session of its own: Ctrl-C at the terminal reaches `up`, which then tells the supervisor."""
    with instance.log_of("supervisor").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "isthmus_local.supervisor"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=CHECKOUT,
            env=_sharing_bytecode(),
            start_new_session=True,
        )


def _sharing_bytecode() -> dict[str, str]:
    """The environment; what one process has compiled is kept for the others, which takes half off their start."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _require_free_ports(instance: Instance) -> None:
    """After a hard kill of the supervisor its children need a moment to end, so look again for a while."""
    deadline = time.monotonic() + (_LEFTOVERS_SECONDS if (instance.home / RUN_FILE).exists() else 0)
    while True:
        try:
            return require_free(instance.own_ports())
        except PortTakenError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)


def _load_demo_once(instance: Instance, console: Console) -> None:
    """Begun at most once: what an interrupted or failed load entered is not entered twice."""
    note = instance.home / _DEMO_NOTE
    if note.exists():
        return
    note.touch()
    console.print("Loading the demo data (DEMO=0 starts empty).")
    command = [
        sys.executable,
        "-m",
        "isthmus_demo",
        "load",
        "--run",
        str(instance.home / RUN_FILE),
        "--customers",
        str(DEMO_CUSTOMERS),
    ]
    if subprocess.run(wrap(command), check=False).returncode != 0:  # noqa: S603  # a list, no shell
        console.print(
            "[red]The demo data is not complete.[/] The platform runs; `make reset` and `make up` start over."
        )


def _wait_for_run_file(instance: Instance) -> RunFile:
    deadline = time.monotonic() + _STOP_SECONDS
    while True:
        try:
            return RunFile.read(instance.home)
        except FileNotFoundError:
            if time.monotonic() > deadline or supervisor_pid(instance.home) is None:
                raise PlatformError("it is being started or stopped by someone else; try again") from None
        time.sleep(0.2)


def _wait_until_gone(instance: Instance) -> None:
    deadline = time.monotonic() + _STOP_SECONDS
    while supervisor_pid(instance.home) is not None:
        if time.monotonic() > deadline:
            raise PlatformError(
                f"the supervisor did not stop in {_STOP_SECONDS} s: see {instance.log_of('supervisor')}"
            )
        time.sleep(0.05)
