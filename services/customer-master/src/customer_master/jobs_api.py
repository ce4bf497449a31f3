"""Uploads as they stand (批量导入任务), for who made them: the list, one job, what was wrong with which line."""

from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Select,
    Text,
    Uuid,
    case,
    column,
    exists,
    literal,
    select,
    table,
)
from sqlalchemy.ext.asyncio import AsyncSession

from customer_master.reading import Reading, reading
from isthmus.contracts.fields import Instant
from isthmus.http import NotFound, Page, PageQuery, PageRequest, Principal, keyset, service_router, to_page
from isthmus.lists import TABLE, ExportQuery

router = service_router(prefix="/v1/jobs", tags=["customer records"])

MOST_ERRORS_KEPT = 1_000

JobReading = Annotated[Reading, reading("customer-records:write")]
JobPath = Annotated[UUID, Path(description="The job (任务编号).")]
JobState = Literal["receiving", "resolving", "done", "interrupted"]

_COUNTS = ("received", "stored", "repeated", "outdated", "rejected")
_JOBS = table(
    "batch_jobs",
    column("job_id", Uuid()),
    column("client_id", Text()),
    column("state", Text()),
    *(column(name, BigInteger()) for name in _COUNTS),
    column("last_queue_id", BigInteger()),
    column("created_at", DateTime(timezone=True)),
    column("finished_at", DateTime(timezone=True)),
)
_ERRORS = table(
    "batch_job_errors",
    column("job_id", Uuid()),
    column("line", BigInteger()),
    column("pointer", Text()),
    column("code", Text()),
    column("message", Text()),
)
_QUEUE = table(
    "resolution_queue", column("id", BigInteger()), column("retry_at", DateTime(timezone=True)), column("cause", Text())
)


class RowError(BaseModel):
    """What is wrong with one line (行错误)."""

    line: int = Field(description="Number of the line (行号), from 1.")
    pointer: str = Field(description="JSON pointer of the value (字段位置); empty for the line as a whole.")
    code: str = Field(description="Kind of error, for programs (错误代码).")
    message: str = Field(description="What is wrong, for people (说明).")


class JobItem(BaseModel):
    """An upload in the list (批量导入任务)."""

    job_id: UUID = Field(description="Number of the job (任务编号).")
    state: JobState = Field(
        description="State (状态). receiving: being uploaded; resolving: all is durable, golden customers follow; done:"
        " they are there; interrupted: the upload broke off, what is counted is durable."
    )
    received: int = Field(description="Lines read (读取行数).")
    stored: int = Field(description="Lines stored (入库行数).")
    repeated: int = Field(description="Lines known already (重复行数).")
    outdated: int = Field(description="Lines older than what is known (过期行数).")
    rejected: int = Field(description="Lines that were refused (拒绝行数).")
    created_at: AwareDatetime = Field(description="Created (创建时间).")
    finished_at: AwareDatetime | None = Field(description="Finished (完成时间).")


class Job(JobItem):
    """An upload and what became of it."""

    errors: list[RowError] = Field([], description=f"The first {MOST_ERRORS_KEPT} row errors (行错误).")


class JobFilter(BaseModel):
    """Which of one's uploads to list."""

    state: JobState | None = Field(None, description="Only in this state (状态).")
    created_from: Instant | None = Field(None, description="Made at or after (创建时间起).")
    created_to: Instant | None = Field(None, description="Made before (创建时间止).")
    sort: Literal["created_at", "-created_at"] = Field(
        "-created_at", description="Order (排序): `-created_at` the newest first."
    )


class JobExport(JobFilter, ExportQuery):
    """Which of one's uploads to export, and as what."""


@router.get("")
async def list_jobs(asked: Annotated[JobFilter, Query()], page: PageQuery, reading: JobReading) -> Page[JobItem]:
    """Uploads of the caller, newest first unless `sort` says otherwise."""
    return await _page(asked, reading, page)


@router.get("/export", response_class=StreamingResponse, responses=TABLE)
async def export_jobs(asked: Annotated[JobExport, Query()], reading: JobReading) -> StreamingResponse:
    """Export the caller's uploads as a table (导出), filtered and sorted as the list is."""
    return await reading.export(JobItem, "jobs", asked, partial(_page, asked, reading))


@router.get("/{job_id}")
async def get_job(job_id: JobPath, reading: JobReading) -> Job:
    """How an upload stands; only who made it may ask."""
    return await find_job(reading.session, job_id, reading.principal)


@router.get("/{job_id}/errors")
async def list_row_errors(job_id: JobPath, page: PageQuery, reading: JobReading) -> Page[RowError]:
    """What was wrong with which line of an upload, in the order of the lines."""
    return await _page_of_errors(job_id, reading, page)


@router.get("/{job_id}/errors/export", response_class=StreamingResponse, responses=TABLE)
async def export_row_errors(
    job_id: JobPath, query: Annotated[ExportQuery, Query()], reading: JobReading
) -> StreamingResponse:
    """Export what was wrong with which line as a table (导出)."""
    return await reading.export(RowError, f"errors-{job_id}", query, partial(_page_of_errors, job_id, reading))


async def find_job(session: AsyncSession, job_id: UUID, principal: Principal) -> Job:
    """A job of the caller with its first row errors; raises 404 when there is none."""
    row = (await session.execute(_of(principal).where(_JOBS.c.job_id == job_id))).one_or_none()
    if row is None:
        raise _no_such_job()
    errors = await session.execute(_errors_of(job_id).order_by(_ERRORS.c.line, _ERRORS.c.pointer))
    return Job(**row._asdict(), errors=[RowError(**error._asdict()) for error in errors])


async def _page(asked: JobFilter, reading: Reading, page: PageRequest) -> Page[JobItem]:
    statement = _of(reading.principal)
    if asked.state is not None:
        statement = statement.where(_state() == asked.state)
    if asked.created_from is not None:
        statement = statement.where(_JOBS.c.created_at >= asked.created_from)
    if asked.created_to is not None:
        statement = statement.where(_JOBS.c.created_at < asked.created_to)
    place = [_JOBS.c.created_at, _JOBS.c.job_id]
    rows = await reading.session.execute(keyset(statement, place, page, descending=asked.sort == "-created_at"))
    return to_page(rows.all(), page, lambda row: (row.created_at, row.job_id), lambda row: JobItem(**row._asdict()))


async def _page_of_errors(job_id: UUID, reading: Reading, page: PageRequest) -> Page[RowError]:
    own = _of(reading.principal).where(_JOBS.c.job_id == job_id)
    if (await reading.session.execute(own)).one_or_none() is None:
        raise _no_such_job()
    rows = await reading.session.execute(keyset(_errors_of(job_id), [_ERRORS.c.line, _ERRORS.c.pointer], page))
    return to_page(rows.all(), page, lambda row: (row.line, row.pointer), lambda row: RowError(**row._asdict()))


def _of(principal: Principal) -> Select[Any]:
    shown = [_JOBS.c[name] for name in ("job_id", *_COUNTS, "created_at", "finished_at")]
    return select(*shown, _state().label("state")).where(_JOBS.c.client_id == principal.client_id)


def _state() -> ColumnElement[str]:
    """What is durable is done once nothing that came by then waits to be resolved."""
    causes = _QUEUE.c.cause.in_(["received", "steward"])
    waits = exists().where(_QUEUE.c.retry_at.is_(None), causes, _QUEUE.c.id <= _JOBS.c.last_queue_id)
    return case((_JOBS.c.state != "received", _JOBS.c.state), (waits, literal("resolving")), else_=literal("done"))


def _errors_of(job_id: UUID) -> Select[Any]:
    shown = [_ERRORS.c[name] for name in RowError.model_fields]
    return select(*shown).where(_ERRORS.c.job_id == job_id)


def _no_such_job() -> NotFound:
    return NotFound("job_not_found", "There is no such job.")
