"""Why two records are one customer, or are not: what they share, what was decided, and what keeps them apart."""

from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from customer_master.access import may_see_source, require_one_of
from customer_master.connection import Connection
from customer_master.database import connected
from customer_master.explain.evidence import (
    SharedKey,
    Surroundings,
    keys_in_common,
    load,
    stored_decisions,
    surroundings,
)
from customer_master.explain.picture import PICTURE_RESPONSES, Format, language_of, picture, verdict, wants_picture
from customer_master.explain.views import KeyView, Member, Pair, Reason, RecordSide, StewardView, side
from customer_master.match_model import match_model
from entity_resolution.compare import compare_pairs
from entity_resolution.decisions import PairDecision, StewardDecision
from entity_resolution.explain import compared_values, path_between, waterfall
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.waterfall_chart import Words
from isthmus.contracts.fields import RecordId, Source
from isthmus.http import DatabaseDep, FieldError, NotFound, Principal, Unprocessable, require, service_router
from isthmus.http.access_log import log_access

router = service_router(prefix="/v1/explain", tags=["explanations"])

Reader = Annotated[Principal, require("customers:read")]
LeftSource = Annotated[Source, Query(description="Source of one record (来源系统).", examples=["dealer:D0001:dms"])]
LeftId = Annotated[RecordId, Query(description="The source's own number of it (来源记录号).")]
RightSource = Annotated[Source, Query(description="Source of the other record.")]
RightId = Annotated[RecordId, Query(description="The source's own number of it.")]

_RECORD = """
SELECT record_no, source, record_id, deleted, golden_id,
       EXISTS (SELECT FROM resolution_queue AS waiting
               WHERE waiting.record_no = records.record_no AND waiting.cause = 'received') AS pending,
       ARRAY(SELECT DISTINCT fellow.source
             FROM links AS own JOIN records AS fellow USING (record_no)
             WHERE own.golden_id = links.golden_id) AS sources
FROM records JOIN links USING (record_no)
WHERE source = $1 AND record_id = $2
"""


class StoredDecision(BaseModel):
    """What was decided when the records were resolved."""

    weight: int = Field(description="Weight of the evidence (证据权重).")
    outcome: str = Field(description="What it comes to (结论).")
    veto: str | None = Field(description="Why they may not be one (否决原因).")
    rule: str = Field(description="Rule that decided, if one did (规则).")
    model_version: str = Field(description="Version of the matching model (模型版本).")
    agrees: bool = Field(description="Whether model version, weight and outcome are those of the comparison made now.")


class PairExplanation(BaseModel):
    """Two records: whether they are one customer, and why."""

    left: RecordSide = Field(description="The one side (一方).")
    right: RecordSide = Field(description="The other side (另一方).")
    together: bool = Field(description="Whether they are one customer (是否同一客户).")
    reason: Reason = Field(
        description="Together: linked, steward_link, through_others. Apart: no_shared_key; keys_set_aside (all hot);"
        " below (the threshold); veto; unlink (a steward); outweighed, margin, component_size, steward_link_refused"
        " (cut by the clustering); too_many_records (hang together to tell); deleted; pending (will change)."
    )
    path: list[Member] = Field(description="The records over which links lead from one to the other, where they do.")
    keys: list[KeyView] = Field(description="The blocking keys that both hold.")
    steward_decisions: list[StewardView] = Field(description="What stewards decided about the two.")
    model_version: str = Field(description="Version of the matching model (模型版本).")
    link_threshold: int = Field(description="Weight from which two records are one customer (归并阈值).")
    decision: Pair | None = Field(description="The two compared now; null when one is deleted.")
    stored: StoredDecision | None = Field(description="Null when they share no usable key: such pairs are not stored.")


@router.get("", response_model=PairExplanation, responses=PICTURE_RESPONSES)
async def explain_pair(
    request: Request,
    principal: Reader,
    database: DatabaseDep,
    left_source: LeftSource,
    left_record_id: LeftId,
    right_source: RightSource,
    right_record_id: RightId,
    format: Format = None,  # noqa: A002 - the name of the parameter in the query
) -> PairExplanation | Response:
    """Compare two records anew and say what was decided about them, by field, and why they are one or two customers."""
    left, right = RecordKey(left_source, left_record_id), RecordKey(right_source, right_record_id)
    if left == right:
        reason = "The two records must differ."
        raise Unprocessable("same_record", reason, [FieldError("/right_record_id", "same_record", reason, "query")])
    async with connected(database) as connection:
        rows = [await _find(connection, key, principal) for key in sorted((left, right))]
        await log_access(connection, principal, "records.explain", sorted((left, right)), request)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            explained = await _explain(connection, rows, principal)
    if not wants_picture(request, format) or explained.decision is None:
        return explained
    return _draw(explained, request)


async def _find(connection: Connection, key: RecordKey, principal: Principal) -> Any:
    """The record; 404 unless it is the caller's own or belongs to a customer of which one is."""
    row = await connection.fetchrow(_RECORD, *key)
    if row is None:
        raise NotFound("record_not_found", "There is no such record.")
    if not may_see_source(principal, row["source"]):
        require_one_of(principal, row["sources"])
    return row


async def _explain(connection: Connection, rows: list[Any], principal: Principal) -> PairExplanation:
    model = match_model()
    numbers = [row["record_no"] for row in rows]
    records = await load(connection, numbers)
    keys = await keys_in_common(connection, records, model)
    found = [records[number].standard if number in records else None for number in numbers]
    now = _compare(found[0], found[1], model)
    around = await surroundings(connection, numbers, model)
    stored = await stored_decisions(connection, records, 1)
    together = rows[0]["golden_id"] is not None and rows[0]["golden_id"] == rows[1]["golden_id"]
    one, other = (RecordKey(row["source"], row["record_id"]) for row in rows)
    path = path_between(one, other, around.links()) if together and around is not None else []
    steward = around.steward_on(one, other) if around is not None else []
    pending = any(row["pending"] for row in rows)
    return PairExplanation(
        left=side(rows[0], {} if found[0] is None else compared_values(found[0]), principal),
        right=side(rows[1], {} if found[1] is None else compared_values(found[1]), principal),
        together=together,
        reason=_why_together(path, steward) if together else _why_apart(now, keys, around, steward, pending=pending),
        path=[Member(**key._asdict()) for key in path],
        keys=[KeyView.of(key, principal) for key in keys],
        steward_decisions=[StewardView.of(decided) for decided in steward],
        model_version=model.version,
        link_threshold=model.thresholds.link,
        decision=None if now is None else Pair(**waterfall(now)),
        stored=_stored(stored[0], now) if stored else None,
    )


def _compare(left: StandardRecord | None, right: StandardRecord | None, model: MatchModel) -> PairDecision | None:
    return None if left is None or right is None else compare_pairs([(left, right)], model)[0]


def _stored(stored: PairDecision, now: PairDecision | None) -> StoredDecision:
    agrees = now is not None and (stored.model_version, stored.weight, stored.outcome) == (
        now.model_version,
        now.weight,
        now.outcome,
    )
    return StoredDecision(
        weight=stored.weight,
        outcome=stored.outcome,
        veto=stored.veto,
        rule=stored.rule,
        model_version=stored.model_version,
        agrees=agrees,
    )


def _why_together(path: list[RecordKey], steward: list[StewardDecision]) -> Reason:
    if steward:
        return "steward_link"
    return "linked" if len(path) == 2 else "through_others"


def _why_apart(
    now: PairDecision | None,
    keys: list[SharedKey],
    around: Surroundings | None,
    steward: list[StewardDecision],
    *,
    pending: bool,
) -> Reason:
    """The first cause that holds, from the plainest to the finest."""
    if now is None:
        return "deleted"
    causes: list[tuple[bool, Reason]] = [
        (pending, "pending"),
        (any(decided.kind == "unlink" for decided in steward), "unlink"),
        (now.veto is not None, "veto"),
        (not keys, "no_shared_key"),
        (all(key.is_set_aside for key in keys), "keys_set_aside"),
        (now.outcome != "link", "below"),
        (around is None, "too_many_records"),
    ]
    cuts = {(cut.left, cut.right): cut.reason for cut in around.partition.cuts} if around else {}
    return next((reason for holds, reason in causes if holds), cuts.get((now.left, now.right), "pending"))


def _draw(explained: PairExplanation, request: Request) -> Response:
    language = language_of(request)
    words = Words(language)
    sides = (explained.left, explained.right)
    shown = any(one.values is not None for one in sides)
    pair = explained.decision.model_dump() if explained.decision else {}
    pair |= {
        "keys": [key.model_dump() for key in explained.keys],
        "verdict": verdict(words, together=explained.together, reason=explained.reason),
        "values": tuple(one.values or {} for one in sides) if shown else None,
    }
    return picture(words("title"), [pair], explained.link_threshold, language)
