"""A request that reads a list: who asks, what is read from, and the list as a table to download (导出)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from customer_master.connection import Connection
from customer_master.database import ConnectionDep
from isthmus.clock import Clock
from isthmus.http import ClockDep, Principal, ReadSession, log_access, require
from isthmus.lists import ExportQuery, export_list
from isthmus.lists.exporting import ReadPage


@dataclass(frozen=True, slots=True)
class Reading:
    """One request at work on a list."""

    request: Request
    principal: Principal
    connection: Connection
    session: AsyncSession
    clock: Clock

    async def log(self, action: str, ids: Iterable[object]) -> None:
        """Note whose personal data is read, before it is given out: once a page, also of an export."""
        await log_access(self.connection, self.principal, action, ids, self.request)

    async def export(self, view: type[BaseModel], name: str, query: ExportQuery, read: ReadPage) -> StreamingResponse:
        """All pages that `read` gives, which is what the list itself reads with, as one file."""
        return await export_list(view, name, self.request, query, read)


def reading(*scopes: str) -> Any:
    """`Depends` on the `Reading` of a caller who holds every scope named."""

    async def look(
        principal: Annotated[Principal, require(*scopes)],
        request: Request,
        connection: ConnectionDep,
        session: ReadSession,
        clock: ClockDep,
    ) -> Reading:
        return Reading(request, principal, connection, session, clock)

    return Depends(look)


CustomerReading = Annotated[Reading, reading("customers:read")]
StewardReading = Annotated[Reading, reading("stewardship")]
