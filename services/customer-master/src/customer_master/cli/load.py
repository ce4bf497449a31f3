"""`isthmus load FILE.ndjson`: uploads many customer records, and goes on where it was broken off."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from customer_master.cli.instance import Gateway, home

_PIECE_BYTES = 1_000_000
_TRIES = 6
_MOST_ERRORS_SHOWN = 20

_COUNTED = ("stored", "repeated", "outdated", "rejected")

_messages = Console(stderr=True)


@dataclass
class Progressed:
    """How far a file was uploaded to a gateway, kept in the state folder."""

    path: Path
    file: str
    offset: int = 0

    @classmethod
    def of(cls, file: Path, size: int, gateway: str) -> "Progressed":
        """What is known of this file and gateway; a file that has become shorter is another one."""
        path = home() / "load-progress.json"
        key = f"{gateway} {file.resolve()}"
        offset = int(_read(path).get(key, 0))
        return cls(path, key, offset if offset <= size else 0)

    def save(self) -> None:
        content = _read(self.path) | {self.file: self.offset}
        scratch = self.path.with_suffix(".new")
        scratch.write_text(json.dumps(content, indent=2), encoding="utf-8")
        scratch.replace(self.path)


@dataclass
class Totals:
    """The counts of all uploads of a run."""

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("stored", "repeated", "outdated", "rejected"), 0)
    )
    errors: list[dict[str, Any]] = field(default_factory=list)

    def add(self, job: dict[str, Any], first_line: int) -> None:
        """Count an upload that began at this line of the file."""
        for name in self.counts:
            self.counts[name] += job[name]
        self.errors += [error | {"line": error["line"] + first_line} for error in job["errors"]]


def load(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="NDJSON, one customer record a line.")],
    *,
    restart: Annotated[bool, typer.Option(help="Begin at the start, even if part of it was loaded before.")] = False,
) -> None:
    """Load customer records (批量导入) through the gateway; broken off, it goes on where it was."""
    try:
        totals = asyncio.run(_load(file, file.stat().st_size, restart=restart))
    except aiohttp.ClientError as failure:
        _messages.print(f"[red]the gateway does not take it:[/red] {failure}; run the command again to go on")
        raise typer.Exit(1) from failure
    for error in totals.errors[:_MOST_ERRORS_SHOWN]:
        _messages.print(f"line {error['line']}: {error['pointer']} {error['message']}", markup=False)
    print(", ".join(f"{count} {name}" for name, count in totals.counts.items()))
    if totals.counts["rejected"]:
        raise typer.Exit(2)


async def _load(file: Path, size: int, *, restart: bool) -> Totals:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    async with Gateway.connect() as gateway:
        progressed = Progressed.of(file, size, gateway.url)
        if restart:
            progressed.offset = 0
        totals = Totals()
        with Progress(*columns, console=_messages) as bar:
            task = bar.add_task(file.name, total=size, completed=progressed.offset)
            for first_line, piece in _pieces(file, progressed.offset):
                totals.add(await _upload(gateway, piece), first_line)
                progressed.offset += len(piece)
                progressed.save()
                bar.update(task, completed=progressed.offset)
    return totals


def _pieces(file: Path, offset: int) -> Iterator[tuple[int, bytes]]:
    """The file from `offset` on in pieces of whole lines, each with the number of lines before it."""
    with file.open("rb") as content:
        lines = sum(chunk.count(b"\n") for chunk in _read_up_to(content, offset))
        while piece := content.read(_PIECE_BYTES):
            piece += content.readline()
            yield lines, piece
            lines += piece.count(b"\n")


def _read_up_to(content: Any, end: int) -> Iterator[bytes]:
    while (left := end - content.tell()) > 0:
        yield content.read(min(left, _PIECE_BYTES))


async def _upload(gateway: Gateway, piece: bytes) -> dict[str, Any]:
    """Upload a piece; repeating it does no harm, so a gateway that is busy or away is asked again."""
    for attempt in range(_TRIES):
        try:
            headers = {"Content-Type": "application/x-ndjson"}
            async with gateway.request("POST", "/v1/customer-records/batch", data=piece, headers=headers) as answer:
                job: dict[str, Any] = await answer.json()
                return job
        except (aiohttp.ClientConnectionError, aiohttp.ClientResponseError, TimeoutError) as error:
            busy = not isinstance(error, aiohttp.ClientResponseError) or error.status in {429, 502, 503, 504}
            if not busy or attempt == _TRIES - 1:
                raise
            await asyncio.sleep(0.5 * 2**attempt)
    raise AssertionError("the last try either returns or raises")


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content
