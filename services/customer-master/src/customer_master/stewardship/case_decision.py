"""Decides a review case (裁决): the two records are the same, are different, or wait."""

from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from pydantic import Field

from customer_master.access import may_see_source
from customer_master.connection import Connection
from customer_master.resolver.loading import LoadedRecord
from customer_master.stewardship.case_sync import REOPENED
from customer_master.stewardship.deciding import Desk, check_not_told_apart
from customer_master.stewardship.decision_tables import CaseSeen, NewDecision
from customer_master.stewardship.decision_view import DecisionView
from customer_master.stewardship.facts import Effect, StewardFacts
from customer_master.stewardship.held import hold_records
from isthmus.contracts.fields import Instant
from isthmus.http import ApiModel, Conflict, FieldError, NotFound, Principal, Text, Unprocessable, check_version
from isthmus.ids import new_id

_CASE = "SELECT * FROM review_queue WHERE case_id = $1"

_COUNT_UP = "UPDATE review_cases SET version = version + 1 WHERE case_id = $1"

_MEMBERS = "SELECT record_no FROM links WHERE golden_id = $1"

_CUSTOMERS = "SELECT golden_id, version FROM golden_customers WHERE golden_id = ANY($1::uuid[]) ORDER BY golden_id"

_SIDES = "SELECT record_no, side FROM steward_decision_records WHERE decision_id = $1"

_EFFECTS: dict[str, Effect] = {"same": "link", "different": "unlink"}


class CaseDecision(ApiModel):
    """What a steward says about a case."""

    decision: Literal["same", "different", "later"] = Field(
        description="same: the two records are of one customer; different: they are not; later: look again."
    )
    reason: Text = Field(description="Why; kept with the decision.")
    until: Instant | None = Field(
        None, description="With `later`: when to look again; without it, when something about the case changes."
    )


class _Subject(NamedTuple):
    """The records that an answer is about, and which pairs of them."""

    left: dict[int, LoadedRecord]
    right: dict[int, LoadedRecord]
    pairs: list[tuple[int, int]]


async def decide_case(desk: Desk, case_id: UUID, body: CaseDecision, if_match: int | None) -> DecisionView:
    """Take the decision in the open transaction; 404, 409, 412 and 422 as the route says."""
    connection, principal = desk.connection, desk.principal
    _check_until(body, desk.clock.now())
    case = await visible_case(connection, case_id, principal)
    left, right = case["left_no"], case["right_no"]
    records = await hold_records(connection, [left, right])
    case = await visible_case(connection, case_id, principal)
    if if_match is not None:
        check_version(case["version"], if_match)
    _check_undecided(case)
    effect = _EFFECTS.get(body.decision)
    subject = _Subject({left: records[left]}, {right: records[right]}, [(left, right)])
    if effect == "link":
        await _check_may_be_one(connection, case)
    if effect is not None and case["reason"] == REOPENED:
        subject = await _restated(connection, case, effect, principal) or subject
    decision = NewDecision(
        decision_id=new_id(desk.clock),
        kind=body.decision,
        reason=body.reason,
        at=desk.clock.now(),
        left=subject.left,
        right=subject.right,
        effect=effect,
        pairs=subject.pairs if effect else (),
        customers=[(row["golden_id"], row["version"]) for row in await connection.fetch(_CUSTOMERS, _golden_ids(case))],
        case=CaseSeen(case_id, case["reason"], case["weight"], case["basis"]),
        put_aside_until=body.until,
    )
    await connection.execute(_COUNT_UP, case_id)
    return await desk.decide(decision)


async def visible_case(connection: Connection, case_id: UUID, principal: Principal) -> Any:
    """The case's row of the queue; 404 unless both records are the caller's own, for only then they may decide it."""
    case = await connection.fetchrow(_CASE, case_id)
    if case is None or not all(may_see_source(principal, case[name]) for name in ("left_source", "right_source")):
        raise no_such_case()
    return case


def no_such_case() -> NotFound:
    """There is none, or none the caller may know of."""
    return NotFound("case_not_found", "There is no such review case.")


def _check_until(body: CaseDecision, now: datetime) -> None:
    if body.until is None or (body.decision == "later" and body.until > now):
        return
    reason = "It must lie ahead." if body.decision == "later" else "Only `later` takes it."
    raise Unprocessable("invalid_until", reason, [FieldError("/until", "invalid_until", reason)])


def _check_undecided(case: Any) -> None:
    if not case["holds"]:
        raise Conflict("case_closed", f"There is nothing to decide any more: {case['closed_because']}.")
    if case["answer"] in _EFFECTS:
        raise Conflict("case_decided", f"Decision {case['decision_id']} stands; take it back first.")


async def _check_may_be_one(connection: Connection, case: Any) -> None:
    if case["left_golden_id"] == case["right_golden_id"]:
        return
    one, other = [
        {row["record_no"] for row in await connection.fetch(_MEMBERS, golden_id)} for golden_id in _golden_ids(case)
    ]
    await check_not_told_apart(connection, one, other)


async def _restated(connection: Connection, case: Any, effect: Effect, principal: Principal) -> _Subject | None:
    """The whole of the decision which the answer confirms; None when it says the contrary, or has records of others."""
    pair = (case["left_no"], case["right_no"])
    latest = max(fact for fact in (await StewardFacts.load(connection, pair)).pairs if fact.pair == pair)
    sides = {row["record_no"]: row["side"] for row in await connection.fetch(_SIDES, latest.decision_id)}
    records = await hold_records(connection, sides)
    if latest.effect != effect or not all(may_see_source(principal, one.key.source) for one in records.values()):
        return None
    facts = await StewardFacts.load(connection, sides)
    return _Subject(
        {number: record for number, record in records.items() if sides[number] == "left"},
        {number: record for number, record in records.items() if sides[number] == "right"},
        [fact.pair for fact in facts.pairs if fact.decision_id == latest.decision_id],
    )


def _golden_ids(case: Any) -> list[UUID]:
    return [case["left_golden_id"], case["right_golden_id"]]
