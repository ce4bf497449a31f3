"""Customer records (客户源记录) over HTTP: put one in full, read it, delete it."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from customer_master.access import RecordIdPath, SourcePath, org_unit_of, require_source
from customer_master.database import ConnectionDep
from customer_master.intake import Outcome, incoming
from customer_master.intake_together import take_in_together
from customer_master.match_model import match_model
from customer_master.resolved_records import golden_id_when_resolved
from isthmus.contracts.customer_records import CustomerRecord, PartyBody
from isthmus.contracts.fields import Count, Instant
from isthmus.db import Database
from isthmus.http import (
    ClockDep,
    Conflict,
    DatabaseDep,
    FieldError,
    NotFound,
    Principal,
    Unprocessable,
    etag,
    require,
    service_router,
)
from isthmus.http.access_log import log_access
from isthmus.observability import metrics

router = service_router(prefix="/v1/customer-records", tags=["customer records"])

LONGEST_WAIT_SECONDS = 5.0

Writer = Annotated[Principal, require("customer-records:write")]
Reader = Annotated[Principal, require("customer-records:read")]
Wait = Annotated[bool, Query(description="Wait, at most 5 s, until the record is resolved; then 200 with `golden_id`.")]


class RecordBody(PartyBody):
    """The body of the PUT: the record in full. `source` and `record_id` may be repeated, as they stand in the path."""

    source: str | None = Field(None, description="Source that keeps the record (来源系统).")
    record_id: str | None = Field(None, description="Number of the record at its source (来源记录号).")
    version: Count | None = Field(None, description="The source's own counter (版本).")
    observed_at: Instant | None = Field(None, description="When the source saw this state (观测时间).")
    deleted: bool = Field(default=False, description="Whether the record was deleted (是否删除).")


class RecordReceipt(BaseModel):
    """The answer to a change of a record."""

    source: str = Field(description="Source that keeps the record (来源系统).")
    record_id: str = Field(description="Number of the record at its source (来源记录号).")
    version: int = Field(description="The source's version if it gave one, else our count of the record's states.")
    outcome: Outcome = Field(description="stored; repeated: already known; outdated: a newer version is known.")
    state: Literal["pending", "resolved"] = Field(description="State (状态).")
    golden_id: UUID | None = Field(None, description="Golden customer (黄金客户).")


class RecordView(BaseModel):
    """A record as its source last wrote it."""

    source: str = Field(description="Source that keeps the record (来源系统).")
    record_id: str = Field(description="Number of the record at its source (来源记录号).")
    org_unit: str = Field(description="Org unit (组织单元).")
    version: int = Field(description="Version (版本).")
    revision: int = Field(description="Rises with each version received (接收序号).")
    observed_at: AwareDatetime | None = Field(description="When the source saw it so (观测时间).")
    received_at: AwareDatetime = Field(description="Received (接收时间).")
    deleted: bool = Field(description="Whether the record was deleted (是否删除).")
    state: Literal["pending", "resolved"] = Field(description="State (状态).")
    golden_id: UUID | None = Field(description="Golden customer (黄金客户).")
    record: dict[str, Any] = Field(description="The record as sent (原始记录).")
    standard: dict[str, Any] = Field(description="The record as it is compared, with `flags` for values found wanting.")


_VIEW = """
SELECT record_no, source, record_id, revision, records.version, observed_at, received_at, deleted, golden_id,
       body, standard,
       EXISTS (
         SELECT FROM resolution_queue
         WHERE resolution_queue.record_no = records.record_no AND cause = 'received'
       ) AS pending
FROM records JOIN links USING (record_no)
WHERE source = $1 AND record_id = $2
"""


@router.put("/{source}/{record_id:path}", status_code=202, responses={200: {"model": RecordReceipt}})
async def put_record(
    source: SourcePath,
    record_id: RecordIdPath,
    body: RecordBody,
    response: Response,
    principal: Writer,
    database: DatabaseDep,
    clock: ClockDep,
    *,
    wait: Wait = False,
) -> RecordReceipt:
    """Take in the full state of one record; durable when this answers."""
    require_source(principal, source)
    _check_key(body, source, record_id)
    document = body.model_dump(mode="json", exclude_unset=True) | {"source": source, "record_id": record_id}
    return await _take_in_one(CustomerRecord.model_validate(document), response, database, clock, wait=wait)


@router.get("/{source}/{record_id:path}")
async def get_record(
    source: SourcePath,
    record_id: RecordIdPath,
    request: Request,
    response: Response,
    principal: Reader,
    connection: ConnectionDep,
) -> RecordView:
    """The record, whether its latest state is resolved, and the golden customer it belongs to."""
    require_source(principal, source)
    row = await connection.fetchrow(_VIEW, source, record_id)
    if row is None:
        raise _no_such_record()
    await log_access(connection, principal, "customer_record.read", [f"{source}/{record_id}"], request)
    response.headers["ETag"] = etag(row["revision"])
    return RecordView(
        **{name: row[name] for name in ("source", "record_id", "revision", "observed_at", "received_at", "deleted")},
        org_unit=org_unit_of(source),
        version=row["revision"] if row["version"] is None else row["version"],
        state="pending" if row["pending"] else "resolved",
        golden_id=row["golden_id"],
        record=row["body"],
        standard=row["standard"],
    )


@router.delete("/{source}/{record_id:path}", status_code=202, responses={200: {"model": RecordReceipt}})
async def delete_record(
    source: SourcePath,
    record_id: RecordIdPath,
    response: Response,
    principal: Writer,
    database: DatabaseDep,
    clock: ClockDep,
    *,
    version: Annotated[Count | None, Query(description="The source's version of the deletion, if it counts.")] = None,
    wait: Wait = False,
) -> RecordReceipt:
    """Delete the record: everything becomes as if it had never been. A newer version brings it back.

    Without `version` the deletion follows the latest version known and goes before the source's next one.
    """
    require_source(principal, source)
    pool = await database.pool()
    row = await pool.fetchrow(_VIEW, source, record_id)
    if row is None:
        raise _no_such_record()
    if row["deleted"]:
        response.status_code = 200
        return _receipt_of_deleted(row)
    now = clock.now()
    if version is None:
        after_latest = (row["observed_at"] or row["received_at"]) + timedelta(microseconds=1)
        said = {"version": row["version"], "observed_at": max(now, after_latest).isoformat()}
    else:
        said = {"version": version, "observed_at": now.isoformat()}
    deletion = CustomerRecord.model_validate({"source": source, "record_id": record_id, "deleted": True} | said)
    return await _take_in_one(deletion, response, database, clock, wait=wait)


async def _take_in_one(
    record: CustomerRecord, response: Response, database: Database, clock: ClockDep, *, wait: bool
) -> RecordReceipt:
    accepted = await take_in_together(database, incoming(record, clock.now(), match_model()))
    metrics.record_versions_taken_in.labels(accepted.outcome.value).inc()
    if accepted.outcome is Outcome.ERASED:
        detail = "The record belongs to a customer who was erased; it is taken in once the block is lifted."
        raise Conflict("erased", detail)
    version = accepted.revision if accepted.version is None else accepted.version
    receipt = RecordReceipt(**accepted.key._asdict(), version=version, outcome=accepted.outcome, state="pending")
    if wait:
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                receipt.golden_id = await golden_id_when_resolved(database, accepted.record_no)
            receipt.state = "resolved"
            response.status_code = 200
    return receipt


def _receipt_of_deleted(row: Any) -> RecordReceipt:
    return RecordReceipt(
        source=row["source"],
        record_id=row["record_id"],
        version=row["revision"] if row["version"] is None else row["version"],
        outcome=Outcome.REPEATED,
        state="pending" if row["pending"] else "resolved",
    )


def _check_key(body: RecordBody, source: str, record_id: str) -> None:
    expected = {"source": source, "record_id": record_id}
    wrong = [name for name, value in expected.items() if getattr(body, name) not in {None, value}]
    if wrong:
        raise Unprocessable(
            "key_mismatch",
            "The body names another record than the path.",
            [FieldError(f"/{name}", "key_mismatch", "Leave it out, or repeat what the path says.") for name in wrong],
        )


def _no_such_record() -> NotFound:
    return NotFound("record_not_found", "There is no such record.")
