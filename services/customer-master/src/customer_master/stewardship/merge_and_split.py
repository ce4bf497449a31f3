"""Merge and split of golden customers (合并与拆分) by a steward."""

from itertools import product
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import Field

from customer_master.match_model import match_model
from customer_master.resolver.loading import LoadedRecord
from customer_master.stewardship.deciding import DeskDep, check_not_told_apart
from customer_master.stewardship.decision_tables import MOST_PAIRS, NewDecision
from customer_master.stewardship.decision_view import DecisionView
from customer_master.stewardship.held import check_unchanged
from entity_resolution.records import RecordKey
from isthmus.contracts.fields import Count, RecordId, Source
from isthmus.http import (
    ApiModel,
    FieldError,
    IfMatch,
    Text,
    Unprocessable,
    service_router,
)
from isthmus.ids import new_id

router = service_router(prefix="/v1/customers", tags=["stewardship"], transactions="asyncpg")

LiveGoldenId = Annotated[UUID, Path(description="The golden customer decided on; not one that was merged away.")]


class Merge(ApiModel):
    """Two golden customers are one."""

    golden_id: UUID = Field(description="The other golden customer.")
    version: Count | None = Field(None, description="The other's version as you have read it; 412 if it has changed.")
    reason: Text = Field(description="Why; kept with the decision.")


class RecordName(ApiModel):
    """A source record by its key."""

    source: Source = Field(description="Source that keeps the record (来源系统).")
    record_id: RecordId = Field(description="Number of the record at its source (来源记录号).")


class Split(ApiModel):
    """Some records of a golden customer are not those of the others."""

    records: Annotated[list[RecordName], Field(min_length=1, max_length=200)] = Field(
        description="The records to part from all others. Whether they belong together is left to the matching."
    )
    reason: Text = Field(description="Why; kept with the decision.")


@router.post("/{golden_id}/merge", status_code=201)
async def merge_customers(golden_id: LiveGoldenId, body: Merge, version: IfMatch, desk: DeskDep) -> DecisionView:
    """Say that two golden customers are one; the older id survives. `If-Match` is the ETag of the one in the path.

    The decision is about their records, so it holds whatever becomes of the customers. A veto stands above it: where
    two exclusive identifiers differ, `in_effect` is false until the wrong one is corrected.
    """
    if body.golden_id == golden_id:
        raise _unprocessable("same_customer", "/golden_id", "Name another customer than the path.")

    async def work() -> DecisionView:
        one, other = await desk.hold(golden_id, version, body.golden_id)
        if body.version is not None:
            await check_unchanged(desk.connection, other, body.version, "/version")
        records = one.records | other.records
        _check_size(len(records))
        await check_not_told_apart(desk.connection, one.records, other.records)
        anchor = min(records)
        decision = NewDecision(
            decision_id=new_id(desk.clock),
            kind="merge",
            reason=body.reason,
            at=desk.clock.now(),
            left=one.records,
            right=other.records,
            effect="link",
            pairs=[(anchor, number) for number in sorted(records) if number != anchor],
            customers=[(one.golden_id, one.version), (other.golden_id, other.version)],
        )
        return await desk.decide(decision)

    return await desk.undisturbed(work)


@router.post("/{golden_id}/split", status_code=201)
async def split_customer(golden_id: LiveGoldenId, body: Split, version: IfMatch, desk: DeskDep) -> DecisionView:
    """Say that some records of a golden customer are not those of the others, and never will be.

    The part with the oldest record keeps the id. `If-Match` is the customer's ETag.
    """

    async def work() -> DecisionView:
        (held,) = await desk.hold(golden_id, version)
        parted = named(body.records, held.records, "/records/{}")
        rest = {number: record for number, record in held.records.items() if number not in parted}
        _check_parts(len(parted), len(rest))
        decision = NewDecision(
            decision_id=new_id(desk.clock),
            kind="split",
            reason=body.reason,
            at=desk.clock.now(),
            left=parted,
            right=rest,
            effect="unlink",
            pairs=list(product(sorted(parted), sorted(rest))),
            customers=[(held.golden_id, held.version)],
        )
        return await desk.decide(decision)

    return await desk.undisturbed(work)


def named(names: list[RecordName], records: dict[int, LoadedRecord], pointer: str) -> dict[int, LoadedRecord]:
    """The records named; raises 422 for each that is not one of the customer's."""
    numbers = {record.key: number for number, record in records.items()}
    wanted = [RecordKey(name.source, name.record_id) for name in names]
    errors = [
        FieldError(pointer.format(position), "not_a_member", "This is no record of the customer.")
        for position, key in enumerate(wanted)
        if key not in numbers
    ]
    if errors:
        raise Unprocessable("not_a_member", "Name records of the customer.", errors)
    return {numbers[key]: records[numbers[key]] for key in wanted}


def _check_parts(parted: int, rest: int) -> None:
    if not rest:
        raise _unprocessable("nothing_left", "/records", "Leave the customer at least one record.")
    if parted * rest > MOST_PAIRS:
        reason = f"{parted} times {rest} pairs are more than {MOST_PAIRS}; part fewer records at a time."
        raise _unprocessable("too_many_pairs", "/records", reason)


def _check_size(records: int) -> None:
    largest = match_model().thresholds.largest_component
    if records > largest:
        reason = f"Together they have {records} records; a customer has at most {largest}."
        raise _unprocessable("customer_too_large", "/golden_id", reason)


def _unprocessable(code: str, pointer: str, reason: str) -> Unprocessable:
    return Unprocessable(code, reason, [FieldError(pointer, code, reason)])
