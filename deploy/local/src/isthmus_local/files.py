"""Writing files whole or not at all, readable by their owner only."""

import os
from pathlib import Path


def write_private(path: Path, content: str) -> None:
    """Put `content` in place of what `path` held in one step, mode 0600; a reader sees the old or the new, whole."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        file.write(content)
    part.replace(path)
