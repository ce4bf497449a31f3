"""Uploads of many customer records (批量导入): NDJSON or a table in, a job with counts and row errors out.

The upload is taken in pieces, each in a transaction of its own together with the job's counts; so the memory needed
does not grow with the upload, and what a job counts is durable even if the connection breaks.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from pydantic import ValidationError
from starlette.requests import ClientDisconnect

from customer_master.access import may_see_source
from customer_master.columns import transpose
from customer_master.connection import Connection
from customer_master.csv_records import Table, WrongRowError, records
from customer_master.database import transaction
from customer_master.intake import IncomingVersion, Outcome, incoming, take_in
from customer_master.jobs_api import MOST_ERRORS_KEPT, Job, RowError, find_job
from customer_master.match_model import match_model
from customer_master.ndjson import lines
from isthmus.clock import Clock
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.contracts.fields import Source
from isthmus.db import Database
from isthmus.http import ClockDep, DatabaseDep, FieldError, Principal, Unprocessable, require, service_router
from isthmus.http.body_limit import takes_body_of
from isthmus.ids import new_id
from isthmus.observability import metrics

router = service_router(prefix="/v1", tags=["customer records"])

LINES_A_PIECE = 250
_MAX_UPLOAD_BYTES = 2**31
_ERRORS_A_LINE = 5

Writer = Annotated[Principal, require("customer-records:write")]

_UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-ndjson": {"schema": {"type": "string", "description": "One record a line."}},
            "text/csv": {
                "schema": {
                    "type": "string",
                    "description": "A table: the first row names the columns, record_id (编号), name (姓名),"
                    " organization (单位), phone (手机), email (邮箱), address (地址), gender (性别), birth_date"
                    " (出生日期), plate (车牌号), vin (车架号); others are kept as attributes. UTF-8 or GB 18030.",
                }
            },
        },
    }
}


@dataclass
class _Piece:
    """Some lines of the upload, on their way into one transaction."""

    received: int = 0
    rejected: int = 0
    versions: list[IncomingVersion] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    """Number of the line of each version."""
    errors: list[RowError] = field(default_factory=list)


_INSERT_JOB = "INSERT INTO batch_jobs (job_id, client_id, state, created_at) VALUES ($1, $2, 'receiving', $3)"

_FINISH_JOB = "UPDATE batch_jobs SET state = $2, finished_at = $3 WHERE job_id = $1"

_COUNT = """
UPDATE batch_jobs
SET received = received + $2, rejected = rejected + $3, stored = stored + $4, repeated = repeated + $5,
    outdated = outdated + $6, last_queue_id = coalesce((SELECT max(id) FROM resolution_queue), last_queue_id)
WHERE job_id = $1
"""

_INSERT_ERRORS = """
INSERT INTO batch_job_errors (job_id, line, pointer, code, message)
SELECT $1, line, pointer, code, message
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) AS new(line, pointer, code, message)
WHERE (SELECT rejected FROM batch_jobs WHERE job_id = $1) <= $6
ON CONFLICT DO NOTHING
"""


@router.post("/customer-records/batch", status_code=202, openapi_extra=_UPLOAD_BODY)
@takes_body_of(_MAX_UPLOAD_BYTES)
async def upload_records(
    request: Request,
    principal: Writer,
    database: DatabaseDep,
    clock: ClockDep,
    source: Annotated[Source | None, Query(description="Source system of the rows of a table (来源系统).")] = None,
) -> Job:
    """Take in many records, one JSON object a line, or the rows of a table (CSV) of one source.

    Lines that are wrong are told in the job; the others count.
    """
    uploaded = await _uploaded(request, source)
    job_id = new_id(clock)
    pool = await database.pool()
    await pool.execute(_INSERT_JOB, job_id, principal.client_id, clock.now())
    state = "received"
    try:
        piece = _Piece()
        async for number, line in uploaded:
            _read_line(piece, number, line, principal, clock)
            if piece.received == LINES_A_PIECE:
                await _store(database, job_id, piece, clock)
                piece = _Piece()
        await _store(database, job_id, piece, clock)
    except ClientDisconnect:
        state = "interrupted"
    await pool.execute(_FINISH_JOB, job_id, state, clock.now())
    async with database.read_session() as session:
        return await find_job(session, job_id, principal)


async def _uploaded(request: Request, source: str | None) -> AsyncIterator[tuple[int, bytes | WrongRowError | None]]:
    """The records of an upload with the number of the line of each."""
    read = lines(request.stream())
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "text/csv":
        return read
    if source is None:
        detail = "Whose records are the rows of the table?"
        raise Unprocessable("missing", detail, [FieldError("/source", "missing", detail, "query")])
    heading = b""
    # Not anext() with a default, which Python 3.11 ends in a SystemError where there is nothing.
    async for _, first in read:
        heading = first or b""
        break
    return records(Table(heading, source), read)


def _read_line(
    piece: _Piece, number: int, line: bytes | WrongRowError | None, principal: Principal, clock: Clock
) -> None:
    piece.received += 1
    errors = list(_add(piece, line, principal, clock))
    if not errors:
        piece.lines.append(number)
    else:
        piece.rejected += 1
        piece.errors += [
            RowError(line=number, pointer=pointer, code=code, message=message) for pointer, code, message in errors
        ]


def _add(
    piece: _Piece, line: bytes | WrongRowError | None, principal: Principal, clock: Clock
) -> Iterator[tuple[str, str, str]]:
    """Put a line's record into the piece, or tell pointer, code and message of each thing wrong with it."""
    if line is None:
        yield "", "too_long", "The line is longer than a record may be."
        return
    if isinstance(line, WrongRowError):
        yield "", "wrong_row", str(line)
        return
    try:
        record = CustomerRecord.model_validate_json(line)
    except ValidationError as error:
        for wrong in error.errors(include_url=False, include_context=False, include_input=False)[:_ERRORS_A_LINE]:
            yield "".join(f"/{part}" for part in wrong["loc"]), wrong["type"], wrong["msg"]
        return
    if not may_see_source(principal, record.source):
        yield "/source", "org_unit_not_granted", "You may not act for this org unit."
        return
    piece.versions.append(incoming(record, clock.now(), match_model()))


async def _store(database: Database, job_id: UUID, piece: _Piece, clock: Clock) -> None:
    if not piece.received:
        return
    async with transaction(database) as connection:
        accepted = await take_in(connection, piece.versions, clock.now()) if piece.versions else []
        counts = {outcome: sum(one.outcome is outcome for one in accepted) for outcome in Outcome}
        rejected = piece.rejected + counts[Outcome.ERASED]
        taken = (counts[outcome] for outcome in (Outcome.STORED, Outcome.REPEATED, Outcome.OUTDATED))
        await connection.execute(_COUNT, job_id, piece.received, rejected, *taken)
        piece.errors += [
            RowError(line=line, pointer="", code="erased", message="The record belongs to a customer who was erased.")
            for line, one in zip(piece.lines, accepted, strict=True)
            if one.outcome is Outcome.ERASED
        ]
        if piece.errors:
            await _keep_errors(connection, job_id, piece.errors)
    for outcome, count in counts.items():
        metrics.record_versions_taken_in.labels(outcome.value).inc(count)


async def _keep_errors(connection: Connection, job_id: UUID, errors: Sequence[RowError]) -> None:
    rows = [(error.line, error.pointer[:200], error.code, error.message[:500]) for error in errors]
    await connection.execute(_INSERT_ERRORS, job_id, *transpose(rows, 4), MOST_ERRORS_KEPT)
