"""Timers in tests: move the clock, then fire what is due."""

from isthmus.service import ServiceContext
from isthmus.timers import TimerRunner


async def fire_due(context: ServiceContext) -> int:
    """Do all that is due by the clock of the service, daily work too; tells how many timers were taken.

    The first call sets the timers of daily work, so call it once before the clock is moved past the hour of one.
    """
    runner = TimerRunner(context)
    await runner.set_dailies()
    return await runner.fire_due()
