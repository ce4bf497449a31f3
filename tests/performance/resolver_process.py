"""Runs the resolver of customer-master in a process of its own, as the platform does."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx2
from messaging import Servers, until
from sqlalchemy.engine import make_url

from isthmus.db import Database

_POLL_SECONDS = 0.05


@asynccontextmanager
async def resolver(where: Servers, database: Database, identity_public_key: str) -> AsyncIterator[int]:
    """The resolver's process at work while the block runs; gives its number."""
    name = await (await database.pool()).fetchval("SELECT current_database()")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "ISTHMUS_DATABASE_URL": make_url(where.database_url).set(database=name).render_as_string(hide_password=False),
        "ISTHMUS_KAFKA_BOOTSTRAP_SERVERS": where.kafka_bootstrap_servers,
        "ISTHMUS_IDENTITY_PUBLIC_KEY": identity_public_key,
        "ISTHMUS_ERASURE_KEY": "of the measure, and of nothing else",
        "ISTHMUS_PORT": str(port),
        "ISTHMUS_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "customer_master", "serve", "--role=computing"]
    process = await asyncio.create_subprocess_exec(*command, env=os.environ | environment, stdout=sys.stderr)
    try:
        async with httpx2.AsyncClient() as client:

            async def is_ready() -> bool:
                with suppress(httpx2.TransportError):
                    return (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
                return False

            await until(is_ready, _POLL_SECONDS)
        yield process.pid
    finally:
        process.terminate()
        await process.wait()
