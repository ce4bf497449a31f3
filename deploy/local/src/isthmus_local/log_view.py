"""`logs`: the log files of all processes, each line with the name of its process, followed as they grow."""

import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

_COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "red", "bright_cyan", "bright_magenta")
_LOOK_SECONDS = 0.3
_END_BYTES = 20_000


def show_logs(folder: Path, console: Console, *, names: list[str], lines: int, follow: bool) -> None:
    """Print the last `lines` of each file, then, when following, what comes new until Ctrl-C."""
    positions: dict[Path, int] = {}
    while True:
        for number, path in enumerate(sorted(folder.glob("*.log"))):
            if names and path.stem not in names:
                continue
            style = _COLOURS[number % len(_COLOURS)]
            fresh = _read_from(path, positions) if path in positions else _last_lines(path, positions, lines)
            for line in fresh:
                console.print(Text(f"{path.stem:>16} ", style=style) + Text(line), soft_wrap=True)
        if not follow:
            return
        time.sleep(_LOOK_SECONDS)


def last_words(path: Path, lines: int = 15) -> str:
    """The end of a log file, for the person whose start failed."""
    if not path.exists():
        return "(no log)"
    return "\n".join([*_last_lines(path, {}, lines), f"(more in {path})"])


def _last_lines(path: Path, positions: dict[Path, int], count: int) -> list[str]:
    positions[path] = max(0, path.stat().st_size - _END_BYTES)
    return _read_from(path, positions)[-count:]


def _read_from(path: Path, positions: dict[Path, int]) -> list[str]:
    """The whole lines that came since the last look; a file that shrank is read from its start."""
    if path.stat().st_size < positions[path]:
        positions[path] = 0
    with path.open("rb") as file:
        file.seek(positions[path])
        content = file.read()
    whole = content[: content.rfind(b"\n") + 1]
    positions[path] += len(whole)
    return whole.decode("utf-8", errors="replace").splitlines()
