"""A steward's decision as it is shown: who, when, why, about which records, and whether it has its effect."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from customer_master.connection import Connection
from customer_master.stewardship.decision_tables import DecisionKind
from isthmus.http import NotFound

_DECISIONS = "SELECT * FROM steward_decisions WHERE decision_id = ANY($1::uuid[])"

_RECORDS = """
SELECT decision_id, side, record_no, source, record_id, golden_id
FROM steward_decision_records JOIN records USING (record_no) JOIN links USING (record_no)
WHERE decision_id = ANY($1::uuid[])
ORDER BY source, record_id
"""

# A pair has its effect when a link's two records share a customer, and an unlink's do not.
_IN_EFFECT = """
SELECT decision_id, bool_and((one.golden_id = other.golden_id) = (effect = 'link')) AS in_effect
FROM steward_pairs
JOIN links AS one ON one.record_no = steward_pairs.record_no
JOIN links AS other ON other.record_no = steward_pairs.other_no
WHERE decision_id = ANY($1::uuid[]) AND one.golden_id IS NOT NULL AND other.golden_id IS NOT NULL
GROUP BY decision_id
UNION ALL
SELECT decision_id, document -> 'values' -> field -> 0 ->> 'decision_id' = decision_id::text
FROM steward_pins JOIN links USING (record_no) JOIN golden_customers USING (golden_id)
WHERE decision_id = ANY($1::uuid[])
"""


class DecidedRecord(BaseModel):
    """A source record that a decision is about, and where it belongs now."""

    source: str = Field(description="Source that keeps the record (来源系统).")
    record_id: str = Field(description="Number of the record at its source (来源记录号).")
    golden_id: UUID | None = Field(description="The golden customer it belongs to now; null when it was deleted.")


class DecidedCustomer(BaseModel):
    """A golden customer as it was when it was decided on."""

    golden_id: UUID = Field(description="Golden customer (黄金客户).")
    version: int = Field(description="Version (版本).")


class DecisionView(BaseModel):
    """A steward's decision (数据管家裁决)."""

    decision_id: UUID = Field(description="Number of the decision (决定编号).")
    kind: DecisionKind = Field(description="Kind (类型).")
    reason: str = Field(description="Why (理由), in the steward's words.")
    decided_by: str = Field(description="Who decided (决定人).")
    client_id: str = Field(description="Client it was decided through (客户端).")
    decided_at: AwareDatetime = Field(description="When it was decided (决定时间).")
    state: Literal["active", "taken_back"] = Field(description="State (状态).")
    in_effect: bool | None = Field(
        description="Whether golden customers are as it says (是否生效). False while a veto (an exclusive identifier"
        " that differs) or a later decision stands against it; null for what has no such effect."
    )
    left: list[DecidedRecord] = Field(
        description="One side (一方). merge: the customer's records; split: those parted; else the first."
    )
    right: list[DecidedRecord] = Field(
        description="Other side (另一方). merge: the other customer's records; split: the rest."
    )
    golden_ids: list[UUID] = Field(description="The golden customers its records belong to now (现属黄金客户).")
    customers: list[DecidedCustomer] = Field(description="The golden customers it was taken on (裁决时的黄金客户).")
    field: str | None = Field(description="Field (字段) of the golden customer that a pin is about.")
    value: Any = Field(description="Value (选定值) that a pin has chosen.")
    case_id: UUID | None = Field(description="The review case it decided (复核编号).")
    put_aside_until: AwareDatetime | None = Field(description="Put aside until (搁置至).")
    taken_back_by: str | None = Field(description="Who took it back (撤回人).")
    taken_back_at: AwareDatetime | None = Field(description="When it was taken back (撤回时间).")
    taken_back_reason: str | None = Field(description="Why it was taken back (撤回原因).")
    version: int = Field(description="Version (版本).")


def no_such_decision() -> NotFound:
    """There is none, or none the caller may know of."""
    return NotFound("decision_not_found", "There is no such decision.")


async def views(connection: Connection, decision_ids: Sequence[UUID]) -> list[DecisionView]:
    """The decisions in the order asked for; the caller has checked that they may be seen."""
    decisions = {row["decision_id"]: row for row in await connection.fetch(_DECISIONS, decision_ids)}
    effects = {row["decision_id"]: row["in_effect"] for row in await connection.fetch(_IN_EFFECT, decision_ids)}
    records: dict[UUID, list[Any]] = defaultdict(list)
    for row in await connection.fetch(_RECORDS, decision_ids):
        records[row["decision_id"]].append(row)
    return [
        _view(decisions[decision_id], records[decision_id], in_effect=effects.get(decision_id))
        for decision_id in decision_ids
    ]


def _view(row: Any, records: Sequence[Any], *, in_effect: bool | None) -> DecisionView:
    shown = {
        side: [
            DecidedRecord(**{name: one[name] for name in DecidedRecord.model_fields})
            for one in records
            if one["side"] == side
        ]
        for side in ("left", "right")
    }
    stored = {name: row[name] for name in DecisionView.model_fields if name in row}
    return DecisionView(
        **stored,
        **shown,
        state="active" if row["taken_back_at"] is None else "taken_back",
        in_effect=in_effect,
        golden_ids=sorted({one["golden_id"] for one in records if one["golden_id"] is not None}),
    )
