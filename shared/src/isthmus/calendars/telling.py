"""How a time is told to people in China."""

from datetime import datetime

from isthmus.calendars.working import CHINA


def local_time(at: datetime) -> str:
    """An instant as people there read it: `2026-11-02 09:30`."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
