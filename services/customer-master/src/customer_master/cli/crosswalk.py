"""`isthmus crosswalk`: which golden customer each source record belongs to, as NDJSON."""

import asyncio
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, BinaryIO

import aiohttp
import typer

from customer_master.cli.instance import Gateway


def crosswalk(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; else standard output.")] = None,
) -> None:
    """Write the crosswalk (对照表): one {source, record_id, golden_id} a line."""
    with output.open("wb") if output else nullcontext(sys.stdout.buffer) as target:
        try:
            asyncio.run(_copy(target))
        except aiohttp.ClientError as error:
            raise typer.BadParameter(f"the gateway does not give it: {error}") from error


async def _copy(target: BinaryIO) -> None:
    async with Gateway.connect() as gateway, gateway.request("GET", "/v1/crosswalk") as answer:
        async for chunk in answer.content.iter_any():
            target.write(chunk)
