"""A process that fires timers until it is killed: `firing.py '{"url": …}'`."""

import asyncio
import json
import sys

from pydantic import SecretStr
from sqlalchemy import text

from isthmus.clock import SystemClock
from isthmus.db import Database
from isthmus.service import Service, ServiceContext
from isthmus.settings import ServiceSettings
from isthmus.timers import FiredTimer, Moment, TimerRunner


async def note(fired: FiredTimer, moment: Moment) -> None:
    """Leaves one row an effect."""
    await moment.session.execute(text("INSERT INTO effects (key) VALUES (:key)"), {"key": fired.key})


async def main(url: str) -> None:
    settings = ServiceSettings(database_url=SecretStr(url), identity_public_key="unused")
    service = Service(name="plumbing", package="plumbing", title="Plumbing", timers={"remind": note})
    context = ServiceContext(settings, await Database.connect(settings), SystemClock(), service)
    await TimerRunner(context).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])["url"]))
