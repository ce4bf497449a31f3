"""Keeps review cases in step with what the resolver finds: in its transaction, for all records it has reached.

A row stands for a pair of records that people should look at. Pairs within what was reached follow from the partition;
a pair with a record beyond follows from its own decision alone, for two records that do not hang together are in two
customers, whichever these are. So the rows depend on the records and decisions only, and never on what was reached
when. Whose records they are, and which pair is the best between two customers, is looked up when cases are read.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import asyncpg

from customer_master.columns import transpose
from customer_master.connection import Connection
from customer_master.resolver.loading import LoadedRecord
from customer_master.stewardship.facts import PairFact, StewardFacts, fingerprint
from entity_resolution.clustering import Partition
from entity_resolution.decisions import PairDecision
from entity_resolution.model import MatchModel
from isthmus.clock import Clock
from isthmus.ids import new_id

REOPENED = "decision_reopened"

# Decisions that ask for a look, and cases that hold, with a record among those reached.
_STANDING = """
SELECT left_no, right_no, weight, CASE WHEN veto IS NULL OR weight < $2 THEN 'below' ELSE 'veto' END AS reason,
       '' AS basis, false AS is_case
FROM match_edges
WHERE left_no = ANY($1::bigint[]) AND (outcome = 'possible' OR (veto IS NOT NULL AND weight >= $2))
UNION ALL
SELECT left_no, right_no, weight, CASE WHEN veto IS NULL OR weight < $2 THEN 'below' ELSE 'veto' END, '', false
FROM match_edges
WHERE right_no = ANY($1::bigint[]) AND (outcome = 'possible' OR (veto IS NOT NULL AND weight >= $2))
UNION ALL
SELECT left_no, right_no, weight, reason, basis, true FROM review_cases WHERE left_no = ANY($1::bigint[]) AND holds
UNION ALL
SELECT left_no, right_no, weight, reason, basis, true FROM review_cases WHERE right_no = ANY($1::bigint[]) AND holds
"""

# Rows in one order, so that two resolvers that meet here wait for each other and never in a circle.
_WRITE = """
INSERT INTO review_cases (case_id, left_no, right_no, reason, weight, basis, holds, closed_because,
                          opened_at, changed_at, version)
SELECT case_id, left_no, right_no, reason, weight, basis, closed_because IS NULL, closed_because, $8, $8, 1
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::integer[], $6::text[], $7::text[])
  AS found(case_id, left_no, right_no, reason, weight, basis, closed_because)
ORDER BY left_no, right_no
ON CONFLICT (left_no, right_no) DO UPDATE
SET reason = excluded.reason, weight = excluded.weight, basis = excluded.basis, holds = excluded.holds,
    closed_because = excluded.closed_because, changed_at = excluded.changed_at, version = review_cases.version + 1
WHERE (review_cases.reason, review_cases.weight, review_cases.basis, review_cases.closed_because)
      IS DISTINCT FROM (excluded.reason, excluded.weight, excluded.basis, excluded.closed_because)
"""


class CasePair(NamedTuple):
    """Why people should look at two records; `basis` names the values at which a decision was reopened."""

    reason: str
    weight: int
    basis: str = ""


Cases = dict[tuple[int, int], CasePair]


class Reached(NamedTuple):
    """What a resolver has found about the records it has reached."""

    records: Mapping[int, LoadedRecord]
    decisions: Collection[PairDecision]
    partition: Partition
    steward: StewardFacts


async def keep_cases(connection: Connection, reached: Reached, model: MatchModel, clock: Clock) -> None:
    """Open, change and close the cases of the records reached."""
    rows = await connection.fetch(_STANDING, sorted(reached.records), model.thresholds.link)
    wanted = cases_within(reached) | _cases_beyond(rows, reached.records)
    standing = {(row["left_no"], row["right_no"]): _case(row) for row in rows if row["is_case"]}
    changed: list[tuple[Any, ...]] = [
        (*pair, *case, None) for pair, case in wanted.items() if standing.get(pair) != case
    ]
    gone = {pair: case for pair, case in standing.items() if pair not in wanted}
    changed += [(*pair, *case, why) for (pair, case), why in zip(gone.items(), _why_gone(gone, reached), strict=True)]
    if changed:
        cases = [(new_id(clock), *row) for row in sorted(changed, key=lambda row: row[:2])]
        await connection.execute(_WRITE, *transpose(cases, 7), clock.now())


def cases_within(reached: Reached) -> Cases:
    """The cases between records reached: what the partition leaves to people, and decisions to be looked at again."""
    numbers = {record.key: number for number, record in reached.records.items()}
    found = {
        _ordered(numbers[one.left], numbers[one.right]): CasePair(one.reason, one.weight)
        for one in reached.partition.reviewable
    }
    again = reopened(reached.steward.pairs, reached.records)
    weights = {(one.left, one.right): one.weight for one in reached.decisions} if again else {}
    for fact in again:
        left, right = reached.records[fact.left_no], reached.records[fact.right_no]
        weight = weights.get((min(left.key, right.key), max(left.key, right.key)), 0)
        basis = (fingerprint(left.standard) + fingerprint(right.standard)).hex()
        found[fact.pair] = CasePair(REOPENED, weight, basis)
    return found


def reopened(facts: Iterable[PairFact], records: Mapping[int, LoadedRecord]) -> list[PairFact]:
    """The latest word about each pair of which a record has other values now than when it was said (G8)."""
    latest: dict[tuple[int, int], PairFact] = {}
    for fact in sorted(facts):
        latest[fact.pair] = fact
    return [
        fact
        for fact in latest.values()
        if _exists(fact.left_no, records)
        and _exists(fact.right_no, records)
        and (fact.left_fingerprint, fact.right_fingerprint)
        != (fingerprint(records[fact.left_no].standard), fingerprint(records[fact.right_no].standard))
    ]


def _cases_beyond(rows: Iterable[asyncpg.Record], records: Mapping[int, LoadedRecord]) -> Cases:
    return {
        (row["left_no"], row["right_no"]): _case(row)
        for row in rows
        if not row["is_case"] and (row["left_no"] in records) != (row["right_no"] in records)
    }


def _why_gone(gone: Cases, reached: Reached) -> Iterator[str]:
    """Say of each case why there is nothing to look at any more."""
    owner = {key: number for number, cluster in enumerate(reached.partition.clusters) for key in cluster}
    customer = {number: owner.get(record.key) for number, record in reached.records.items()}
    apart = {
        frozenset((customer[fact.left_no], customer[fact.right_no]))
        for fact in reached.steward.pairs
        if fact.effect == "unlink"
    }
    for pair, case in gone.items():
        if any(number in customer and customer[number] is None for number in pair):
            yield "record_deleted"
        elif case.reason == REOPENED:
            yield "decided_anew"
        elif len(customers := frozenset(customer.get(number) for number in pair)) == 1:
            yield "one_customer"
        else:
            yield "told_apart" if customers in apart else "evidence_changed"


def _case(row: asyncpg.Record) -> CasePair:
    return CasePair(row["reason"], row["weight"], row["basis"])


def _ordered(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)


def _exists(record_no: int, records: Mapping[int, LoadedRecord]) -> bool:
    return record_no in records and not records[record_no].deleted
