"""Children that are small Python programs."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus_local.child import wrap
from isthmus_local.child_process import ChildProcess, StartError
from isthmus_local.testing.installation import wait_until

WAIT = [sys.executable, "-c", "import signal; signal.pause()"]
PARENT = """
import subprocess, sys
from isthmus_local.child import wrap
program = "import signal; print('on', flush=True); signal.pause()"
child = subprocess.Popen(wrap([sys.executable, "-c", program]), stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
child.wait()
"""


async def _yes() -> bool:
    return True


async def _no() -> bool:
    return False


async def test_a_child_that_dies_is_started_again_and_its_new_pid_told(tmp_path: Path) -> None:

    told: asyncio.Queue[int | None] = asyncio.Queue()
    child = ChildProcess("sleeper", lambda: wrap(WAIT), _yes, tmp_path / "log")
    child.on_change = lambda _name, pid: told.put_nowait(pid)
    child.start()
    first = await told.get()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert await told.get() is None
    second = await told.get()
    assert second is not None
    assert second != first
    await child.stop()
    assert await told.get() is None
    assert _is_gone(second)


async def test_a_child_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:

    program = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); signal.pause()"
    log = tmp_path / "log"
    child = ChildProcess("stubborn", lambda: wrap([sys.executable, "-c", program]), _yes, log, stop_seconds=0.1)
    child.start()
    await asyncio.to_thread(wait_until, lambda: log.exists() and "on" in log.read_text(encoding="utf-8"))
    await child.stop()
    assert child._process is not None
    assert child._process.returncode == -signal.SIGKILL


async def test_a_child_that_cannot_start_is_told_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isthmus_local.child_process._LONGEST_PAUSE_SECONDS", 0.01)
    program = [sys.executable, "-c", "raise SystemExit('no such luck')"]
    child = ChildProcess("broken", lambda: wrap(program), _no, tmp_path / "log")
    child.start()
    with pytest.raises(StartError, match="no such luck"):
        await child.wait_until_ready()
    await child.stop()


def test_a_child_dies_with_its_parent() -> None:
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:  # noqa: S603  # ours, above
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    wait_until(lambda: _is_gone(child), 10)


def _is_gone(pid: int) -> bool:
    """A dead process that nobody reaped yet is gone as well."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return True
