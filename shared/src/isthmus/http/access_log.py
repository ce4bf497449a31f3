"""Who read which personal data, and why: one row a read, in the service that holds the data."""

from collections.abc import Iterable
from typing import Any

import asyncpg
from sqlalchemy import BigInteger, Column, DateTime, Identity, Table, Text, insert
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from isthmus.db import Base
from isthmus.http.principal import Principal
from isthmus.http.request_id import current_request_id

access_log = Table(
    "access_log",
    Base.metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("subject", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object_ids", ARRAY(Text), nullable=False),
    Column("purpose", Text),
    Column("request_id", Text, nullable=False),
)

_INSERT = """
    INSERT INTO access_log (at, subject, client_id, action, object_ids, purpose, request_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def log_access(
    connection: "AsyncSession | asyncpg.Connection[Any]",
    principal: Principal,
    action: str,
    object_ids: Iterable[object],
    request: Request,
) -> None:
    """Note that `principal` read the personal data of `object_ids`; call it before the data is given out.

    A read session commits the row at once, a write session with its transaction. `action` names the use, such as
    `lead.read`; the purpose is the one the caller states.
    """
    row = {
        "at": request.app.state.context.clock.now(),
        "subject": principal.subject,
        "client_id": principal.client_id,
        "action": action,
        "object_ids": [str(object_id) for object_id in object_ids],
        "purpose": principal.purpose,
        "request_id": current_request_id(),
    }
    if isinstance(connection, AsyncSession):
        await connection.execute(insert(access_log).values(row))
    else:
        await connection.execute(_INSERT, *row.values())
