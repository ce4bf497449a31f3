"""The relations of a golden customer (客户关系), found when it is read, by the keys its records share with others.

Nothing is stored for them, so they are told as they are now only, and follow every merge and split by themselves.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, Field

from customer_master.access import visible_org_units
from customer_master.connection import Connection
from customer_master.explain.evidence import Records, load
from customer_master.match_model import match_model
from entity_resolution.relations import Relation, relation_keys, relations_between
from isthmus.http import Principal

MOST_RELATIONS = 100
_MOST_RECORDS = 200
"""So many of a customer's records are looked at, the oldest first."""
_MOST_HOLDERS = 50
_MOST_SHARING = 10
"""What more records, or more other customers, share says nothing of any two of them."""

_OWN = "SELECT record_no FROM links WHERE golden_id = $1 ORDER BY record_no LIMIT $2"

_HOLDERS = """
SELECT asked.hash, record_no, golden_id
FROM unnest($1::bigint[]) AS asked(hash)
CROSS JOIN LATERAL (
    SELECT record_no FROM record_keys WHERE record_keys.hash = asked.hash ORDER BY record_no LIMIT $2
) AS held
JOIN links USING (record_no)
WHERE golden_id IS NOT NULL
"""

_VISIBLE = """
SELECT golden_id, document ->> 'display_name' AS display_name, document ->> 'party_type' AS party_type
FROM golden_customers
WHERE golden_id = ANY($1::uuid[]) AND state = 'live' AND ($2::text[] IS NULL OR EXISTS (
    SELECT FROM links JOIN records USING (record_no)
    WHERE links.golden_id = golden_customers.golden_id AND substring(source FROM '^(.*):') = ANY($2)))
"""


class EvidenceView(BaseModel):
    """What both customers have."""

    field: str = Field(description="phone, email, address, vehicle.")
    value: str = Field(description="The value in standard form; of a vehicle its VIN, else its plate.")
    since: str | None = Field(description="The day from which both are known to have it; null when not said.")


class RelationView(BaseModel):
    """How another customer is related to this one; never the same person."""

    kind: str = Field(
        description="household (家庭), driver (驾驶人), fleet (车队), firm_contact (单位联系人),"
        " owner_change (车主变更), shared_contact (共用联系方式)."
    )
    role: str = Field(
        description="What the other one is to this customer: household_member; driver, owner, co_driver; fleet_owner;"
        " contact_person, firm; previous_owner, next_owner, other_owner; shares_contact."
    )
    golden_id: UUID = Field(description="The other customer.")
    display_name: str | None = Field(description="What to call the other customer.")
    party_type: str | None = Field(description="person or organization.")
    evidence: list[EvidenceView] = Field(description="What the relation rests on.")


class _Shared(NamedTuple):
    """The records by which two customers hang together."""

    own: set[int]
    other: set[int]


async def relations_of(connection: Connection, golden_id: UUID, principal: Principal) -> list[RelationView]:
    """Relations to customers the caller may see, at most MOST_RELATIONS; what many share makes none."""
    numbers = [row["record_no"] for row in await connection.fetch(_OWN, golden_id, _MOST_RECORDS)]
    own = await load(connection, numbers)
    shared = await _sharing(connection, golden_id, own)
    visible = {
        row["golden_id"]: row for row in await connection.fetch(_VISIBLE, sorted(shared), visible_org_units(principal))
    }
    others = await load(connection, {number for one in visible for number in shared[one].other})
    found = [
        _view(relation, other_id, visible[other_id])
        for other_id in sorted(visible)
        for relation in _between(own, others, shared[other_id])
    ]
    return sorted(found, key=lambda one: (one.kind, one.role, one.golden_id))[:MOST_RELATIONS]


async def _sharing(connection: Connection, golden_id: UUID, own: Records) -> Mapping[UUID, _Shared]:
    """The other customers whose records share a key with one of these."""
    held: dict[int, set[int]] = defaultdict(set)
    for number, record in own.items():
        for key in relation_keys(record.standard, match_model()):
            held[key.hash].add(number)
    holders: dict[int, dict[UUID, set[int]]] = defaultdict(lambda: defaultdict(set))
    for row in await connection.fetch(_HOLDERS, sorted(held), _MOST_HOLDERS):
        holders[row["hash"]][row["golden_id"]].add(row["record_no"])
    shared: dict[UUID, _Shared] = defaultdict(lambda: _Shared(set(), set()))
    for hashed, by_customer in holders.items():
        if _is_telling(by_customer):
            for other_id in by_customer.keys() - {golden_id}:
                shared[other_id].own.update(held[hashed])
                shared[other_id].other.update(by_customer[other_id])
    return shared


def _is_telling(holders: Mapping[UUID, set[int]]) -> bool:
    return len(holders) <= _MOST_SHARING + 1 and sum(map(len, holders.values())) < _MOST_HOLDERS


def _between(own: Records, others: Records, shared: _Shared) -> Sequence[Relation]:
    # Records loaded a moment later may be gone.
    present = [others[number].standard for number in sorted(shared.other) if number in others]
    return relations_between([own[number].standard for number in sorted(shared.own)], present, match_model())


def _view(relation: Relation, other_id: UUID, other: Mapping[str, str]) -> RelationView:
    return RelationView(
        kind=relation.kind,
        role=relation.role,
        golden_id=other_id,
        display_name=other["display_name"],
        party_type=other["party_type"],
        evidence=[EvidenceView(**one._asdict()) for one in relation.evidence],
    )
