"""Tells whether the supervisor of a state folder runs, by a lock that the kernel releases when it dies."""

import fcntl
import os
from pathlib import Path
from typing import IO

_FILE_NAME = "supervisor.pid"


def hold_supervisor_lock(home: Path) -> IO[str]:
    """Take the lock and note this process's id; keep the file open as long as it is to be held.

    Raises BlockingIOError when another supervisor has it.
    """
    file = (home / _FILE_NAME).open("a+", encoding="ascii")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def supervisor_pid(home: Path) -> int | None:
    """The id of the running supervisor, None when there is none."""
    try:
        file = (home / _FILE_NAME).open(encoding="ascii")
    except FileNotFoundError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(file.read() or "0") or None
    return None
