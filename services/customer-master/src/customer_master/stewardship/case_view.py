"""A review case as it is shown: the two records side by side, field by field, and the customers they belong to."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from customer_master.access import org_unit_of
from customer_master.connection import Connection
from customer_master.customer_view import GoldenValueView
from customer_master.customers_search import main_values
from customer_master.explain.evidence import load
from customer_master.match_model import match_model
from customer_master.resolver.loading import LoadedRecord
from entity_resolution.compare import compare_pairs
from entity_resolution.decisions import Contribution
from entity_resolution.explain import compared_values

CaseState = Literal["open", "later", "decided", "closed"]
CaseReason = Literal[
    "below", "margin", "veto", "outweighed", "component_size", "steward_link_refused", "decision_reopened"
]

_CUSTOMERS = """
SELECT golden_id, version, document FROM golden_customers WHERE golden_id = ANY($1::uuid[])
"""

_KEYS = "SELECT record_no, source, record_id FROM records WHERE record_no = ANY($1::bigint[])"

_DECISIONS = """
SELECT DISTINCT decision_id FROM steward_pairs WHERE record_no = $1 AND other_no = $2 ORDER BY decision_id
"""


class CaseSide(BaseModel):
    """One of the two records of a case, and the customer it belongs to."""

    source: str = Field(description="Source that keeps the record (来源系统).")
    record_id: str = Field(description="Number of the record at its source (来源记录号).")
    org_unit: str = Field(description="Org unit (组织单元).")
    golden_id: UUID | None = Field(description="Golden customer (黄金客户); null when the record was deleted.")
    display_name: str | None = Field(description="What the customer is called (称呼).")


class CaseItem(BaseModel):
    """A review case in the queue."""

    case_id: UUID = Field(description="Number of the review case (复核编号).")
    state: CaseState = Field(
        description="State (状态). open; later: put aside; decided; closed: there is nothing to decide any more,"
        " `closed_because` says why. It opens again by itself when there is."
    )
    reason: CaseReason = Field(
        description="Reason (立案原因). below: alike, but not enough; margin: two others fit nearly as well; veto: an"
        " exclusive identifier or the kind of party differs; outweighed: other records of the two speak against it;"
        " component_size: too many records hang together; steward_link_refused: a steward's link against a veto;"
        " decision_reopened: the values that a decision was taken on have changed."
    )
    weight: int = Field(
        description="Weight (匹配权重): thousandths of natural-log odds that the two records are of one customer."
    )
    left: CaseSide = Field(description="The one side (一方).")
    right: CaseSide = Field(description="The other side (另一方).")
    opened_at: AwareDatetime = Field(description="Opened (建立时间).")
    changed_at: AwareDatetime = Field(description="Last changed (变更时间).")
    closed_because: str | None = Field(
        description="Why it was closed (关闭原因): one_customer, told_apart, record_deleted, evidence_changed,"
        " decided_anew."
    )
    decision_id: UUID | None = Field(description="The decision that answers the case as it is now (决定编号).")
    put_aside_until: AwareDatetime | None = Field(description="Put aside until (搁置至).")
    version: int = Field(description="Version (版本).")


class FieldComparison(BaseModel):
    """How the two records compare in one field."""

    field: str = Field(description="Field (字段).")
    left: list[str] = Field(description="The values as they are compared; those set aside in brackets.")
    right: list[str] = Field(description="The other side (另一方).")
    level: str | None = Field(description="How well they agree; null where one says nothing.")
    weight: int = Field(description="What that adds, in thousandths of natural-log odds.")


class CaseCustomer(BaseModel):
    """One of the two customers: what is known of it beside the record."""

    golden_id: UUID = Field(description="Golden customer (黄金客户).")
    version: int = Field(description="What `If-Match` of a merge or split takes.")
    party_type: str | None = Field(description="Person or organisation (客户类型).")
    display_name: str | None = Field(description="Name to show (显示名称).")
    records: int = Field(description="How many records it has.")
    values: dict[str, list[GoldenValueView]] = Field(description="Values to show (值).")


class CaseDetail(CaseItem):
    """A review case with both sides in full."""

    fields: list[FieldComparison] = Field(description="Empty when one of the records was deleted.")
    rules: list[FieldComparison] = Field(description="What is added for the pair as a whole: prior, patterns, rarity.")
    veto: str | None = Field(description="What forbids the link whatever the weight.")
    link_threshold: int = Field(description="From this weight on the two would be linked without a person.")
    left_customer: CaseCustomer | None = Field(description="Golden customer of the one side (一方客户).")
    right_customer: CaseCustomer | None = Field(description="Golden customer of the other side (另一方客户).")
    reopened_decisions: list[UUID] = Field(description="Decisions about the two that stand.")


async def items(connection: Connection, rows: Sequence[Any]) -> list[CaseItem]:
    """The cases of these rows of the queue."""
    customers = await _customers(connection, rows)
    keys = await _keys(connection, rows)
    return [CaseItem(**_shown(row, keys, customers)) for row in rows]


async def detail(connection: Connection, row: Any) -> CaseDetail:
    """One case in full."""
    customers = await _customers(connection, [row])
    keys = await _keys(connection, [row])
    records = await load(connection, [row.left_no, row.right_no])
    decisions = await connection.fetch(_DECISIONS, row.left_no, row.right_no)
    compared = _compared(records[row.left_no], records[row.right_no]) if len(records) == 2 else _NOT_COMPARED
    return CaseDetail(
        **_shown(row, keys, customers),
        **compared,
        link_threshold=match_model().thresholds.link,
        left_customer=_customer(customers.get(row.left_golden_id)),
        right_customer=_customer(customers.get(row.right_golden_id)),
        reopened_decisions=[decision["decision_id"] for decision in decisions],
    )


async def _customers(connection: Connection, rows: Iterable[Any]) -> dict[UUID, Any]:
    golden_ids = {golden_id for row in rows for golden_id in (row.left_golden_id, row.right_golden_id) if golden_id}
    return {row["golden_id"]: row for row in await connection.fetch(_CUSTOMERS, sorted(golden_ids))}


async def _keys(connection: Connection, rows: Iterable[Any]) -> dict[int, Any]:
    numbers = {number for row in rows for number in (row.left_no, row.right_no)}
    return {row["record_no"]: row for row in await connection.fetch(_KEYS, sorted(numbers))}


def _shown(row: Any, keys: dict[int, Any], customers: dict[UUID, Any]) -> dict[str, Any]:
    names = ("case_id", "state", "reason", "weight", "opened_at", "changed_at", "closed_because", "decision_id")
    shown = {name: getattr(row, name) for name in (*names, "put_aside_until", "version")}
    for side, number, golden_id in (
        ("left", row.left_no, row.left_golden_id),
        ("right", row.right_no, row.right_golden_id),
    ):
        customer = customers.get(golden_id)
        shown[side] = CaseSide(
            source=keys[number]["source"],
            record_id=keys[number]["record_id"],
            org_unit=org_unit_of(keys[number]["source"]),
            golden_id=golden_id,
            display_name=customer["document"].get("display_name") if customer else None,
        )
    return shown


_NOT_COMPARED: dict[str, Any] = {"fields": [], "rules": [], "veto": None}


def _compared(left: LoadedRecord, right: LoadedRecord) -> dict[str, Any]:
    """The two records compared now: a row for each field of which one says something, then what is added besides."""
    (decision,) = compare_pairs([(left.standard, right.standard)], match_model())
    # A decision has the smaller key on its left; levels are the same either way.
    values = compared_values(left.standard), compared_values(right.standard)
    added = {part.field: part for part in decision.contributions}
    fields = list(dict.fromkeys((*values[0], *values[1])))
    return {
        "fields": [_row(field, values, added.get(field)) for field in fields],
        "rules": [_row(part.field, ({}, {}), part) for part in decision.contributions if part.field not in fields],
        "veto": decision.veto,
    }


def _row(
    field: str, values: tuple[dict[str, list[str]], dict[str, list[str]]], part: Contribution | None
) -> FieldComparison:
    return FieldComparison(
        field=field,
        left=values[0].get(field, []),
        right=values[1].get(field, []),
        level=part.level if part else None,
        weight=part.weight if part else 0,
    )


def _customer(row: Any) -> CaseCustomer | None:
    if row is None:
        return None
    document = row["document"]
    return CaseCustomer(
        golden_id=row["golden_id"],
        version=row["version"],
        party_type=document.get("party_type"),
        display_name=document.get("display_name"),
        records=len(document.get("members", [])),
        values=main_values(document),
    )
