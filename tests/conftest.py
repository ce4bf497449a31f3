"""One platform for all system tests of a run, started as `make up` starts it, on ports and a home of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from platform_client import Platform

PORT_BASE = 18600


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    # Not pytest's own temporary folder: its parents are closed to other users, and PostgreSQL may run as one.
    home = Path(tempfile.mkdtemp(prefix="isthmus-system-"))
    home.chmod(0o755)
    instance = Platform(home, PORT_BASE)
    try:
        instance.up()
        yield instance
    finally:
        instance.down()
        instance.close()
        shutil.rmtree(home, ignore_errors=True)
