"""A service run as a process by test_process.py: it can be slow, and it can break."""

import asyncio
import os
import sys
from typing import Annotated

from isthmus.http import Principal, WriteSession, require, service_router
from isthmus.service import Service, ServiceContext

router = service_router("/v1/notes", tags=["notes"])


@router.post("/slow")
async def slow(_caller: Annotated[Principal, require("notes")], _session: WriteSession) -> dict[str, str]:
    """Answers once its standard input has a line."""
    sys.stderr.write("begun\n")
    sys.stderr.flush()
    await asyncio.to_thread(sys.stdin.readline)
    return {"done": "yes"}


async def work(_context: ServiceContext, stop: asyncio.Event) -> None:
    """Breaks when told to by the environment, else waits for its end."""
    if os.environ.get("SAMPLE_BREAKS"):
        raise ConnectionError("the background work broke")
    await stop.wait()


if __name__ == "__main__":
    Service(name="plumbing", package="plumbing", title="Plumbing", routers=[router], background=[work]).cli()
