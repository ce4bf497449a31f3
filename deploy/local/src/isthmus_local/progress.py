"""Progress from the supervisor to `make up`: one JSON object a line through a pipe, shown by rich."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

RELEASE = b"stay\n"
"""What `make up` sends the supervisor when all is ready and it may stay behind."""


class PlatformError(Exception):
    """The platform did not come up; the message says why."""


class SupervisorEndedError(PlatformError):
    """It ended without a word about why."""


@dataclass(frozen=True)
class Reporter:
    """The supervisor's end of the pipe."""

    pipe: IO[str]

    def started(self, step: str) -> None:
        """A step began."""
        self._send(step=step, state="started")

    def done(self, step: str) -> None:
        """A step is finished."""
        self._send(step=step, state="done")

    def download(self, step: str) -> Callable[[int, int], None]:
        """What hears how many of how many files of a step are here."""
        return lambda done, total: self._send(step=step, state="started", detail=f"downloading {done}/{total}")

    def ready(self) -> None:
        """Everything runs."""
        self._send(state="ready")

    def failed(self, reason: str) -> None:
        """It does not, and why."""
        self._send(state="failed", reason=reason)

    def _send(self, **message: str) -> None:
        try:
            print(json.dumps(message), file=self.pipe, flush=True)
        except BrokenPipeError:
            return  # `make up` is gone, which the end of standard input tells as well


def show_until_ready(lines: Iterable[str], console: Console) -> None:
    """Show the progress until all is ready; raises PlatformError when it fails, SupervisorEndedError when it ends."""
    columns = (SpinnerColumn(finished_text="[green]✓[/]"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}
        for line in lines:
            message = json.loads(line)
            if message["state"] == "ready":
                return
            if message["state"] == "failed":
                raise PlatformError(message["reason"])
            step = message["step"]
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=1)
            detail = f"{step} [dim]{message.get('detail', '')}[/]"
            progress.update(tasks[step], description=detail, completed=1 if message["state"] == "done" else 0)
    raise SupervisorEndedError
