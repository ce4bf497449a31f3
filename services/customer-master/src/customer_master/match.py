"""Duplicate check (查重): which customers a record would belong to if it were stored; nothing is kept."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, Field

from customer_master.access import visible_org_units
from customer_master.connection import Connection
from customer_master.customer_view import GoldenValueView
from customer_master.customers_search import main_values
from customer_master.database import ConnectionDep
from customer_master.match_model import match_model
from customer_master.record_index import index_record
from customer_master.resolver.candidates import Blocks
from customer_master.resolver.common_values import CommonValues
from customer_master.resolver.loading import RecordCache
from entity_resolution.compare import compare_pairs
from entity_resolution.decisions import Outcome, PairDecision
from entity_resolution.records import RecordKey
from isthmus.contracts.customer_records import PartyBody
from isthmus.http import Principal, require, service_router
from isthmus.http.access_log import log_access

router = service_router(prefix="/v1/customers", tags=["customers"])

Reader = Annotated[Principal, require("customers:read")]

_ASKED = RecordKey("", "")
"""Stands for the record that is not stored; no source has this name."""

_GOLDEN_OF = """
SELECT record_no, golden_id, document
FROM links JOIN golden_customers USING (golden_id)
WHERE record_no = ANY($1::bigint[])
  AND ($2::text[] IS NULL OR EXISTS (
    SELECT FROM links AS own JOIN records ON records.record_no = own.record_no
    WHERE own.golden_id = links.golden_id AND substring(records.source FROM '^(.*):') = ANY($2)))
"""


class Reason(BaseModel):
    """What one field or rule added (thousandths of natural-log odds)."""

    field: str = Field(description="Field (字段).")
    level: str = Field(description="How far they agree (一致程度).")
    weight: int = Field(description="Weight of the evidence (证据权重).")


class Candidate(BaseModel):
    """A customer the record may belong to."""

    golden_id: UUID = Field(description="Golden customer (黄金客户).")
    outcome: Outcome = Field(description="link: would be linked by this pair; possible: a person should look.")
    weight: int = Field(description="Weight of the evidence (证据权重).")
    rule: str = Field(description="Rule that decided, if one did (规则).")
    reasons: list[Reason] = Field(description="Evidence for it (依据).")
    party_type: str | None = Field(description="Person or organisation (客户类型).")
    display_name: str | None = Field(description="Name to show (显示名称).")
    values: dict[str, list[GoldenValueView]] = Field(description="Values to show (值).")


class Candidates(BaseModel):
    """The customers found, best first."""

    items: list[Candidate] = Field(description="What was found, in order (结果).")


@router.post("/match")
async def match_record(
    body: PartyBody,
    request: Request,
    principal: Reader,
    connection: ConnectionDep,
    limit: Annotated[int, Query(ge=1, le=50, description="At most so many.")] = 10,
) -> Candidates:
    """Compare a record that is not stored with all that share a value with it; before creating a customer anew."""
    decisions = await _decide(connection, body.model_dump(mode="json", exclude_unset=True))
    rows = await connection.fetch(_GOLDEN_OF, sorted(decisions), visible_org_units(principal))
    best: dict[UUID, tuple[PairDecision, dict[str, Any]]] = {}
    for row in rows:
        decision = decisions[row["record_no"]]
        known = best.get(row["golden_id"])
        if known is None or _rank(decision) < _rank(known[0]):
            best[row["golden_id"]] = decision, row["document"]
    ordered = sorted(best.items(), key=lambda item: (*_rank(item[1][0]), item[0]))[:limit]
    await log_access(connection, principal, "customer.match", [golden_id for golden_id, _ in ordered], request)
    return Candidates(items=[_candidate(golden_id, *found) for golden_id, found in ordered])


async def _decide(connection: Connection, body: dict[str, Any]) -> dict[int, PairDecision]:
    """The decisions that are not plainly against, by record number."""
    model = match_model()
    asked = index_record(_ASKED, body, model)
    common = CommonValues()
    await common.look_up(connection, asked.hashes)
    blocks = await Blocks.find(connection, asked.hashes, common.keys, model, fewest=1)
    found = await RecordCache().load(connection, blocks.candidates(common.keys))
    others = [record for record in found.values() if not record.deleted]
    await common.look_up(connection, {value for other in others for value in other.hashes})
    compared = common.without(asked.standard, asked.hashes)
    decisions = compare_pairs([(compared, common.without(other.standard, other.hashes)) for other in others], model)
    return {
        other.record_no: decision
        for other, decision in zip(others, decisions, strict=True)
        if decision.outcome != "none"
    }


def _rank(decision: PairDecision) -> tuple[int, int]:
    return (0 if decision.outcome == "link" else 1, -decision.weight)


def _candidate(golden_id: UUID, decision: PairDecision, document: dict[str, Any]) -> Candidate:
    return Candidate(
        golden_id=golden_id,
        outcome=decision.outcome,
        weight=decision.weight,
        rule=decision.rule,
        reasons=[Reason(**part._asdict()) for part in decision.contributions],
        party_type=document.get("party_type"),
        display_name=document.get("display_name"),
        values=main_values(document),
    )
