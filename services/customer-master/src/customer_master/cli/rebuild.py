"""`isthmus rebuild`: recomputes all golden customers from the records and says what differed."""

import asyncio
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.progress import Progress, TaskID

from customer_master.cli.instance import run_file
from customer_master.rebuild import RebuildReport, rebuild
from isthmus.clock import SystemClock
from isthmus.db import Database
from isthmus.settings import DatabaseSettings

_messages = Console(stderr=True)
_MOST_SHOWN = 20


def rebuild_command(
    database_url: Annotated[
        str | None, typer.Option(envvar="ISTHMUS_DATABASE_URL", help="Database of customer-master; else run.json's.")
    ] = None,
) -> None:
    """Recompute all golden customers from the records (重建); on a sound database nothing differs."""
    report = asyncio.run(_rebuild(database_url or run_file()["databases"]["customer-master"]))
    for golden_id in report.golden_customers[:_MOST_SHOWN]:
        print(f"golden customer {golden_id} differed")
    print(
        f"{report.records} records: {len(report.reindexed)} index entries, {len(report.golden_customers)} golden"
        f" customers and {report.links} links differed"
    )
    if not report.clean:
        raise typer.Exit(1)


async def _rebuild(url: str) -> RebuildReport:
    database = await Database.connect(DatabaseSettings(database_url=SecretStr(url)))
    try:
        with Progress(console=_messages, transient=True) as bar:
            tasks: dict[str, TaskID] = {}

            def show(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = bar.add_task(what, total=total)
                bar.update(tasks[what], completed=done)

            return await rebuild(database, SystemClock(), show)
    finally:
        await database.close()
