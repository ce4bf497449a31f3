"""Why the records of a golden customer are one, and what was cut off from it."""

from itertools import islice
from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field

from customer_master.access import may_see_source
from customer_master.connection import Connection
from customer_master.database import connected
from customer_master.explain.evidence import (
    Surroundings,
    keys_in_common,
    load,
    pairs_without_decision,
    stored_decisions,
    surroundings,
)
from customer_master.explain.picture import PICTURE_RESPONSES, Format, language_of, picture, wants_picture
from customer_master.explain.views import KeyView, Pair, Separation, StewardView
from customer_master.golden_customers import GoldenIdPath, find
from customer_master.match_model import match_model
from entity_resolution.clustering import Cut
from entity_resolution.compare import compare_pairs
from entity_resolution.decisions import StewardDecision
from entity_resolution.explain import compared_values, separated, waterfall
from entity_resolution.records import RecordKey
from entity_resolution.waterfall_chart import Words
from isthmus.http import DatabaseDep, Principal, require, service_router
from isthmus.http.access_log import log_access

router = service_router(prefix="/v1/customers", tags=["explanations"])

Reader = Annotated[Principal, require("customers:read")]

_MOST_PAIRS = 1_000
_MOST_KEYS = 200
_MOST_CUTS = 200


class CustomerPair(Pair):
    """One decision about two records of the customer."""

    stored: bool = Field(
        description="False for a pair that shares no usable key: compared for this answer, as the clustering does."
    )


class Explanation(BaseModel):
    """The decisions between the records of a customer, strongest first, and what was cut off from it."""

    golden_id: UUID = Field(description="Golden customer (黄金客户).")
    model_version: str = Field(description="The model in use; a pair names the one that decided on it.")
    link_threshold: int = Field(description="Weight from which two records are one customer (归并阈值).")
    pairs: list[CustomerPair] = Field(description=f"At most {_MOST_PAIRS}.")
    keys: list[KeyView] = Field(description=f"The blocking keys its records have in common; at most {_MOST_KEYS}.")
    steward_decisions: list[StewardView] = Field(description="What stewards decided about its records.")
    cuts: list[Separation] | None = Field(
        description=f"Links that would lead out of the customer and are cut, at most {_MOST_CUTS}; of other org units'"
        " customers none is told. Null when too many records hang together to tell."
    )


@router.get("/{golden_id}/explain", response_model=Explanation, responses=PICTURE_RESPONSES)
async def explain_customer(
    golden_id: GoldenIdPath,
    request: Request,
    principal: Reader,
    database: DatabaseDep,
    format: Format = None,  # noqa: A002 - the name of the parameter in the query
) -> Explanation | Response:
    """Every decision between two of the customer's records, by field; as a picture, the strongest of them."""
    async with connected(database) as connection:
        found = await find(connection, golden_id, principal)
        await log_access(connection, principal, "customer.explain", [found.golden_id], request)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            explained, values = await _explain(connection, found.golden_id, principal)
    return _draw(explained, values, request) if wants_picture(request, format) else explained


Values = dict[RecordKey, dict[str, list[str]]]
"""The compared values of own records."""


async def _explain(connection: Connection, golden_id: UUID, principal: Principal) -> tuple[Explanation, Values]:
    model = match_model()
    rows = await connection.fetch("SELECT record_no FROM links WHERE golden_id = $1 ORDER BY record_no", golden_id)
    numbers = [row["record_no"] for row in rows]
    records = await load(connection, numbers)
    decided = await stored_decisions(connection, records, _MOST_PAIRS)
    missing = pairs_without_decision(records, decided, _MOST_PAIRS - len(decided))
    compared = compare_pairs([(one.standard, other.standard) for one, other in missing], model)
    keys = await keys_in_common(connection, records, model)
    members = {record.key for record in records.values()}
    around = await surroundings(connection, numbers, model)
    explained = Explanation(
        golden_id=golden_id,
        model_version=model.version,
        link_threshold=model.thresholds.link,
        pairs=[CustomerPair(**waterfall(one), stored=True) for one in decided]
        + [CustomerPair(**waterfall(one), stored=False) for one in sorted(compared, key=lambda one: -one.weight)],
        keys=[KeyView.of(key, principal) for key in keys[:_MOST_KEYS]],
        steward_decisions=[StewardView.of(one) for one in around.steward if _shown(one, members, principal)]
        if around is not None
        else [],
        cuts=_cuts(around, members, principal),
    )
    own = [record for record in records.values() if may_see_source(principal, record.key.source)]
    return explained, {record.key: compared_values(record.standard) for record in own}


def _cuts(around: Surroundings | None, members: set[RecordKey], principal: Principal) -> list[Separation] | None:
    """The cuts that touch the members and lead to records of theirs or the caller's own."""
    if around is None:
        return None
    touching = (cut for cut in around.partition.cuts if _shown(cut, members, principal))
    return [Separation(**separated(cut)) for cut in islice(touching, _MOST_CUTS)]


def _shown(pair: Cut | StewardDecision, members: set[RecordKey], principal: Principal) -> bool:
    """Whether a pair touches the members, and leads to none that the caller may not know of."""
    keys = (pair.left, pair.right)
    return not members.isdisjoint(keys) and all(key in members or may_see_source(principal, key.source) for key in keys)


def _draw(explained: Explanation, values: Values, request: Request) -> Response:
    language = language_of(request)
    pairs = []
    for pair in explained.pairs:
        sides = tuple(values.get(RecordKey(key.source, key.record_id), {}) for key in (pair.left, pair.right))
        pairs.append(pair.model_dump() | {"values": sides if any(sides) else None})
    title = f"{Words(language)('customer')} {explained.golden_id}"
    return picture(title, pairs, explained.link_threshold, language)
