"""Notifications in tests: what is kept for sending, and sending it."""

from collections.abc import Sequence

from sqlalchemy import select

from isthmus.notifications.sender import send_next
from isthmus.notifications.tables import Notification
from isthmus.service import ServiceContext


async def notifications(context: ServiceContext) -> Sequence[Notification]:
    """All notifications of the service, the oldest first."""
    async with context.database.read_session() as session:
        return (await session.scalars(select(Notification).order_by(Notification.created_at, Notification.id))).all()


async def send_due(context: ServiceContext) -> int:
    """Try all that are due by the clock of the service; tells how many tries there were."""
    count = 0
    while await send_next(context):
        count += 1
    return count
