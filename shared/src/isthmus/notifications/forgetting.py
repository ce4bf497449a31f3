"""Forgets what was handed on of erased customers: the lines of the file in which a provider finds its messages."""

import asyncio
from datetime import datetime

from sqlalchemy import select, tuple_

from isthmus.notifications.adapters import FileAdapter
from isthmus.notifications.tables import Notification
from isthmus.parties.party import Party
from isthmus.service import ServiceContext


async def forget_handed_on(context: ServiceContext, erased_at: datetime) -> int:
    """Empty the lines of all messages to the customers that were erased at a time; tells how many lines.

    What a mail server or a provider was given is out of reach. Raises OSError when the files cannot be written.
    """
    folder = context.settings.notifications_folder
    if folder is None:
        return 0
    to_whom = tuple_(Notification.source, Notification.record_id)
    erased = select(Party.source, Party.record_id).where(Party.erased_at == erased_at)
    async with context.database.read_session() as session:
        ids = (await session.scalars(select(Notification.id).where(to_whom.in_(erased)))).all()
    return await asyncio.to_thread(FileAdapter(folder).forget, ids) if ids else 0
