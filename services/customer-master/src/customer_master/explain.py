"""Why the records of a golden customer are one: each decision as a waterfall of what spoke for and against it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field

from customer_master.connection import Connection
from customer_master.database import ConnectionDep
from customer_master.golden_customers import GoldenIdPath, find
from entity_resolution.decisions import Contribution, PairDecision
from entity_resolution.explain import explain
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey
from isthmus.http import Principal, require, service_router
from isthmus.http.access_log import log_access

router = service_router(prefix="/v1/customers", tags=["customers"])

Reader = Annotated[Principal, require("customers:read")]

_MOST_PAIRS = 1_000

_DECISIONS = """
WITH members AS (SELECT record_no, source, record_id FROM links JOIN records USING (record_no) WHERE golden_id = $1)
SELECT one.source AS left_source, one.record_id AS left_id, other.source AS right_source, other.record_id AS right_id,
       weight, veto, rule, outcome, model_version, contributions
FROM match_edges
JOIN members AS one ON one.record_no = left_no
JOIN members AS other ON other.record_no = right_no
ORDER BY weight DESC, left_no, right_no
LIMIT $2
"""


class Step(BaseModel):
    """What one field or rule added (thousandths of natural-log odds), and the sum up to there."""

    field: str
    level: str
    weight: int
    total: int


class Member(BaseModel):
    """The key of a record."""

    source: str
    record_id: str


class Pair(BaseModel):
    """One decision about two records."""

    left: Member
    right: Member
    weight: int
    outcome: str
    veto: str | None
    rule: str
    model_version: str
    steps: list[Step]


class Explanation(BaseModel):
    """The decisions between the records of a customer, strongest first."""

    golden_id: UUID
    model_version: str
    link_threshold: int
    pairs: list[Pair] = Field(description=f"At most {_MOST_PAIRS}.")


@router.get("/{golden_id}/explain")
async def get_explanation(
    golden_id: GoldenIdPath, request: Request, principal: Reader, connection: ConnectionDep
) -> Explanation:
    """Every decision between two of the customer's records, by field; values are not shown."""
    found = await find(connection, golden_id, principal)
    await log_access(connection, principal, "customer.explain", [found.golden_id], request)
    explained = explain(await _decisions(connection, found.golden_id), MatchModel.load())
    shown = {name: explained[name] for name in ("model_version", "link_threshold", "pairs")}
    return Explanation(golden_id=found.golden_id, **shown)


async def _decisions(connection: Connection, golden_id: UUID) -> list[PairDecision]:
    return [_decision(row) for row in await connection.fetch(_DECISIONS, golden_id, _MOST_PAIRS)]


def _decision(row: Any) -> PairDecision:
    left, right = sorted(
        (RecordKey(row["left_source"], row["left_id"]), RecordKey(row["right_source"], row["right_id"]))
    )
    contributions = tuple(Contribution(*part) for part in row["contributions"])
    return PairDecision(
        left, right, row["weight"], contributions, row["veto"], row["rule"], row["outcome"], row["model_version"]
    )
