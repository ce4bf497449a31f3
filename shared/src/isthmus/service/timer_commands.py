"""`python -m sales timers list | rearm`: what has failed, and letting it run again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from isthmus.clock import SystemClock
from isthmus.db import Database
from isthmus.settings import DatabaseSettings
from isthmus.timers.failures import failing_timers, rearm_timers

app = typer.Typer(help="Timers that failed.", no_args_is_help=True)


@app.command("list")
def list_command() -> None:
    """Show the timers that failed and are still to be done; parked ones wait for `rearm`."""
    asyncio.run(_list())


@app.command("rearm")
def rearm_command(
    kind: Annotated[str, typer.Argument(help="Kind of the timers.")],
    key: Annotated[str | None, typer.Argument(help="Key of one timer; all parked ones of the kind without it.")] = None,
) -> None:
    """Let parked timers run again, once the cause is mended."""
    typer.echo(f"{asyncio.run(_rearm(kind, key))} timers set going again")


async def _list() -> None:
    async with _session() as session:
        for timer in await failing_timers(session):
            state = "tried again at" if timer.parked_at is None else "parked since"
            at = timer.parked_at or timer.try_at
            error = f"{timer.attempts} failures, the last a {timer.last_error_type}"
            typer.echo(f"{timer.kind} {timer.key}: due {timer.due_at.isoformat()}, {error}; {state} {at.isoformat()}")


async def _rearm(kind: str, key: str | None) -> int:
    async with _session() as session:
        return await rearm_timers(session, SystemClock().now(), kind, key)


@asynccontextmanager
async def _session() -> AsyncIterator[AsyncSession]:
    database = await Database.connect(DatabaseSettings())
    try:
        async with database.transaction() as session:
            yield session
    finally:
        await database.close()
