"""Decisions as they are stored: each with its records for ever, and what it says of them while it is active."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from customer_master.columns import transpose
from customer_master.connection import Connection
from customer_master.resolver.loading import LoadedRecord
from customer_master.stewardship.facts import Effect, fingerprint
from isthmus.http import Principal

DecisionKind = Literal["merge", "split", "same", "different", "later", "pin"]

MOST_PAIRS = 2_500
"""Pairs of records one decision may be about: the split of a hundred records into two halves."""

_INSERT = """
INSERT INTO steward_decisions
    (decision_id, kind, reason, decided_by, client_id, decided_at, customers, field, value,
     case_id, case_reason, case_weight, case_basis, put_aside_until, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)
"""

_INSERT_RECORDS = """
INSERT INTO steward_decision_records (decision_id, record_no, side)
SELECT $1, record_no, side FROM unnest($2::bigint[], $3::text[]) AS new(record_no, side)
"""

_INSERT_PAIRS = """
INSERT INTO steward_pairs (decision_id, effect, record_no, other_no, fingerprint, other_fingerprint)
SELECT $1, $2, record_no, other_no, fingerprint, other_fingerprint
FROM unnest($3::bigint[], $4::bigint[], $5::bytea[], $6::bytea[])
  AS new(record_no, other_no, fingerprint, other_fingerprint)
"""

_TAKE_BACK = """
UPDATE steward_decisions
SET taken_back_by = $2, taken_back_at = $3, taken_back_reason = $4, version = version + 1
WHERE decision_id = $1
"""

_COUNT_UP_CASE = """
UPDATE review_cases SET version = review_cases.version + 1
FROM steward_decisions
WHERE decision_id = $1 AND review_cases.case_id = steward_decisions.case_id
"""


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """A review case as it was when it was decided."""

    case_id: UUID
    reason: str
    weight: int
    basis: str


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision about to be stored; `left` and `right` are the records it is about."""

    decision_id: UUID
    kind: DecisionKind
    reason: str
    at: datetime
    left: Mapping[int, LoadedRecord]
    right: Mapping[int, LoadedRecord] = field(default_factory=dict)
    effect: Effect | None = None
    pairs: Iterable[tuple[int, int]] = ()
    customers: Iterable[tuple[UUID, int]] = ()
    """The golden customers it is taken on, and their versions."""
    pin: tuple[str, Any] | None = None
    case: CaseSeen | None = None
    put_aside_until: datetime | None = None

    @property
    def record_nos(self) -> frozenset[int]:
        return frozenset({*self.left, *self.right})


async def store(connection: Connection, decision: NewDecision, principal: Principal) -> None:
    """Write a decision and what it says, in the open transaction."""
    case = decision.case
    pinned_field, value = decision.pin or (None, None)
    await connection.execute(
        _INSERT,
        decision.decision_id,
        decision.kind,
        decision.reason,
        principal.subject,
        principal.client_id,
        decision.at,
        [{"golden_id": str(golden_id), "version": version} for golden_id, version in decision.customers],
        pinned_field,
        value,
        *((case.case_id, case.reason, case.weight, case.basis) if case else (None,) * 4),
        decision.put_aside_until,
    )
    sides = [(number, "left") for number in sorted(decision.left)]
    sides += [(number, "right") for number in sorted(decision.right)]
    await connection.execute(_INSERT_RECORDS, decision.decision_id, *transpose(sides, 2))
    await _store_pairs(connection, decision)
    if decision.pin:
        await connection.execute(
            "INSERT INTO steward_pins (record_no, decision_id, field, value) VALUES ($1, $2, $3, $4)",
            min(decision.left),
            decision.decision_id,
            pinned_field,
            value,
        )


async def take_back(
    connection: Connection, decision_id: UUID, principal: Principal, at: datetime, reason: str | None
) -> None:
    """Let a decision have no say any more; it stays on file."""
    await connection.execute(_TAKE_BACK, decision_id, principal.subject, at, reason)
    await connection.execute(_COUNT_UP_CASE, decision_id)
    await connection.execute("DELETE FROM steward_pairs WHERE decision_id = $1", decision_id)
    await connection.execute("DELETE FROM steward_pins WHERE decision_id = $1", decision_id)


async def _store_pairs(connection: Connection, decision: NewDecision) -> None:
    records = {**decision.left, **decision.right}
    prints = {number: fingerprint(record.standard) for number, record in records.items()}
    rows = [
        (one, other, prints[one], prints[other])
        for left, right in decision.pairs
        for one, other in ((left, right), (right, left))
    ]
    if rows:
        await connection.execute(_INSERT_PAIRS, decision.decision_id, decision.effect, *transpose(rows, 4))
