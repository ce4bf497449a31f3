"""Starting other programs: two ways. Commands are lists made by this package, never shell text."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end, keeping what it prints; the caller judges the status."""
    return subprocess.run(  # noqa: S603  # a list, no shell
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=environment
    )


def start(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None, *, detached: bool = False
) -> "subprocess.Popen[bytes]":
    """Start a program that writes what it prints to the end of `log`; `detached` from this terminal if so asked."""
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603  # a list, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            start_new_session=detached,
        )
