"""Processor time of a server on this machine that works in several processes, as PostgreSQL does."""

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class Times(NamedTuple):
    """A process's parent, and clock ticks of its own and of its children that have ended."""

    parent: int
    own: int
    children: int


def parent_of(process: int) -> int:
    """The process that started this one."""
    return _times(process).parent


def server_cpu_seconds(server: int) -> float:
    """Seconds of a process and of all its children, those that have ended among them."""
    ticks = sum(_times(server)[1:])
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            times = _times(int(folder.name))
            ticks += times.own if times.parent == server else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _times(process: int) -> Times:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    user, system, childrens_user, childrens_system = map(int, fields[11:15])
    return Times(int(fields[1]), user + system, childrens_user + childrens_system)
