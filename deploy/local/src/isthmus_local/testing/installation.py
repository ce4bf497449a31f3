"""An installation for tests: its own state folder and ports, driven through `python -m isthmus_local`."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from isthmus_local.ports import OFFSETS, is_free
from isthmus_local.run_file import RunFile

_FIRST_BASE, _LAST_BASE, _BLOCK = 20_000, 30_000, 20
_COMMAND_SECONDS = 300


@dataclass(frozen=True)
class Installation:
    """Runs commands on one state folder."""

    home: Path
    port_base: int
    environment: Mapping[str, str]

    @classmethod
    def make(cls, home: Path, additions: Mapping[str, str] | None = None) -> "Installation":
        """One without demo data, on ports that are free, with embedded servers unless `additions` name others."""
        base = _free_port_base()
        kept = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS")
        }
        own = {"ISTHMUS_HOME": str(home), "ISTHMUS_PORT_BASE": str(base), "DEMO": "0"}
        return cls(home, base, {**kept, **own, **(additions or {})})

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command and return at once; its output is one pipe."""
        return subprocess.Popen(  # noqa: S603  # a list, no shell
            [sys.executable, "-m", "isthmus_local", *arguments],
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end; returns its status and what it printed."""
        with self.start(*arguments) as process:
            output, _ = process.communicate(timeout=_COMMAND_SECONDS)
        return process.returncode, output

    def run_file(self) -> RunFile:
        """What `up` wrote."""
        return RunFile.read(self.home)

    def processes(self) -> list[int]:
        """Every living process that was started for this state folder."""
        mark = f"ISTHMUS_HOME={self.home}\0".encode()
        return [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if mark in _environment_of(folder)]


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Look again until `condition` holds; raises TimeoutError when it does not in that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s in vain")
        time.sleep(0.05)


def _free_port_base() -> int:
    """Workers of a test run begin to look at different places."""
    blocks = (_LAST_BASE - _FIRST_BASE) // _BLOCK
    for block in range(blocks):
        base = _FIRST_BASE + (os.getpid() + block) % blocks * _BLOCK
        if all(is_free(base + offset) for offset in OFFSETS.values()):
            return base
    raise RuntimeError(f"no free ports between {_FIRST_BASE} and {_LAST_BASE}")


def _environment_of(folder: Path) -> bytes:
    try:
        return (folder / "environ").read_bytes()
    except OSError:
        return b""
