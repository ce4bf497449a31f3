"""The crosswalk (对照表): which golden customer each source record belongs to, streamed in full."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import Request
from fastapi.responses import StreamingResponse

from customer_master.access import visible_org_units
from customer_master.database import connected
from isthmus.db import Database
from isthmus.http import DatabaseDep, Principal, require, service_router
from isthmus.http.access_log import log_access
from isthmus.http.principal import ALL_ORG_UNITS

router = service_router(prefix="/v1", tags=["customers"])

_ROWS_A_CHUNK = 1_000

_CROSSWALK = """
SELECT source, record_id, golden_id
FROM records JOIN links USING (record_no)
WHERE NOT deleted AND ($1::text[] IS NULL OR substring(source FROM '^(.*):') = ANY($1))
ORDER BY source, record_id
"""

Reader = Annotated[Principal, require("customer-records:read")]

_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One `{source, record_id, golden_id}` a line; `golden_id` is null until the record is resolved.",
        "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
    }
}


@router.get("/crosswalk", response_class=StreamingResponse, responses=_RESPONSES)
async def get_crosswalk(request: Request, principal: Reader, database: DatabaseDep) -> StreamingResponse:
    """Every record of the caller's org units with its golden id, ordered by source and record id."""
    org_units = visible_org_units(principal)
    async with connected(database) as connection:
        seen = [ALL_ORG_UNITS] if org_units is None else org_units
        await log_access(connection, principal, "crosswalk.read", seen, request)
    return StreamingResponse(_lines(database, org_units), media_type="application/x-ndjson")


async def _lines(database: Database, org_units: list[str] | None) -> AsyncIterator[bytes]:
    """One snapshot, read through a server-side cursor; each chunk holds many lines."""
    async with connected(database) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        chunk: list[bytes] = []
        async for row in connection.cursor(_CROSSWALK, org_units, prefetch=_ROWS_A_CHUNK):
            chunk.append(orjson.dumps(dict(row), default=str, option=orjson.OPT_APPEND_NEWLINE))
            if len(chunk) == _ROWS_A_CHUNK:
                yield b"".join(chunk)
                chunk = []
        if chunk:
            yield b"".join(chunk)
