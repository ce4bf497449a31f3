"""Decisions between pairs of records, kept with their reasons. Only pairs that share a usable blocking key have one."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import asyncpg
import orjson

from customer_master.columns import transpose
from customer_master.connection import Connection
from entity_resolution.decisions import PairDecision
from entity_resolution.records import RecordKey

_FORGET = """
DELETE FROM match_edges
WHERE left_no = ANY($1::bigint[]) OR right_no = ANY($1::bigint[])
RETURNING left_no, right_no
"""

_INSERT = """
INSERT INTO match_edges (left_no, right_no, weight, veto, rule, outcome, model_version, contributions)
SELECT left_no, right_no, weight, veto, rule, outcome, model_version, contributions::jsonb
FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::text[], $5::text[], $6::text[],
            $7::text[], $8::text[])
  AS decided(left_no, right_no, weight, veto, rule, outcome, model_version, contributions)
"""

_AMONG = """
SELECT left_no, right_no, weight, veto, rule, outcome, model_version
FROM match_edges
WHERE left_no = ANY($1::bigint[]) AND right_no = ANY($1::bigint[])
"""


class Edge(NamedTuple):
    """A decision between two records, the smaller number first."""

    left_no: int
    right_no: int
    decision: PairDecision


async def replace(connection: Connection, batch: Collection[int], edges: Sequence[Edge]) -> set[int]:
    """Put `edges` in the place of all decisions about records of the batch.

    Returns the records that had a decision with one of the batch before: their clusters may have leaned on it.
    """
    rows = await connection.fetch(_FORGET, sorted(batch))
    if edges:
        await connection.execute(_INSERT, *transpose([_row(edge) for edge in edges], 8))
    return {number for row in rows for number in (row["left_no"], row["right_no"])}


async def among(connection: Connection, keys: Mapping[int, RecordKey]) -> list[PairDecision]:
    """The decisions between the records named, without their contributions."""
    rows = await connection.fetch(_AMONG, sorted(keys))
    return [_decision(row, *sorted((keys[row["left_no"]], keys[row["right_no"]]))) for row in rows]


def _decision(row: asyncpg.Record, left: RecordKey, right: RecordKey) -> PairDecision:
    return PairDecision(left, right, row["weight"], (), row["veto"], row["rule"], row["outcome"], row["model_version"])


def _row(edge: Edge) -> tuple[Any, ...]:
    decision = edge.decision
    contributions = orjson.dumps([tuple(part) for part in decision.contributions]).decode()
    return (
        edge.left_no,
        edge.right_no,
        decision.weight,
        decision.veto,
        decision.rule,
        decision.outcome,
        decision.model_version,
        contributions,
    )
