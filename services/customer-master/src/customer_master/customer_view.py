"""The golden customer in full (客户全景): values and where they come from, records, flags; now or as of a time."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from customer_master.access import may_see_source, org_unit_of
from customer_master.connection import Connection
from customer_master.database import ConnectionDep
from customer_master.golden_customers import GoldenCustomer, GoldenIdPath, find
from customer_master.relations import MOST_RELATIONS, RelationView, relations_of
from isthmus.contracts.fields import Instant
from isthmus.http import Principal, etag, require, service_router
from isthmus.http.access_log import log_access

router = service_router(prefix="/v1/customers", tags=["customers"])

Reader = Annotated[Principal, require("customers:read")]

_MEMBERS = """
SELECT source, record_id, records.version, revision, observed_at, received_at, since, body
FROM links JOIN records USING (record_no)
WHERE golden_id = $1
ORDER BY source, record_id
"""


class PeriodView(BaseModel):
    """A time in which something held."""

    since: str = Field(description="From then on.")
    until: str | None = Field(description="Until then; null while it lasts.")


class GoldenValueView(BaseModel):
    """One golden value and where it comes from (来源追溯)."""

    value: Any = Field(description="The value in standard form.")
    source: str | None = Field(description="Source of the record it is told from; null for a steward's pin.")
    record_id: str | None = Field(description="The record it is told from.")
    observed_at: str | None = Field(description="When that source saw it.")
    rule: str = Field(
        description="What put it in its place: only_value, pin, restrictive, tie, or the criterion that decided: "
        "validity, completeness, frequency, trust, recency."
    )
    first_seen: str | None = Field(None, description="Earliest observation of a record that holds it.")
    last_seen: str | None = Field(None, description="Latest observation of a record that holds it.")
    records: int | None = Field(None, description="How many records hold it; null for a pin.")
    current: list[PeriodView] | None = Field(
        None, description="Of a phone, e-mail or address: when the newest record of the time held it (有效时段)."
    )
    decision_id: str | None = Field(None, description="The steward's decision that pinned it.")


class ConflictView(BaseModel):
    """Values of one field that exclude each other (冲突)."""

    field: str = Field(description="The field; `values` tells who says what.")
    values: list[Any] = Field(description="The golden value and those that exclude it, best first.")


class QualityPartView(BaseModel):
    """A part of the data-quality score."""

    name: str = Field(description="completeness, validity, agreement, recency.")
    weight: int = Field(description="Its weight in the score, from the survivorship rules.")
    score: int = Field(description="0 to 100.")
    lacking: list[str] = Field(description="The fields that cost it something.")


class QualityView(BaseModel):
    """How good the data is (数据质量)."""

    score: int = Field(description="0 to 100: the weighted mean of the parts.")
    parts: list[QualityPartView] = Field(description="What the score is made of.")


class VehicleView(BaseModel):
    """A vehicle (车辆) and what the customer is to it, and which record says so."""

    vin: str | None
    plate: str | None
    role: str | None
    from_: str | None = Field(serialization_alias="from", validation_alias="from")
    to: str | None
    source: str | None
    record_id: str | None
    observed_at: str | None


class ConsentView(BaseModel):
    """What the customer allowed or refused (同意/撤回), and which record says so."""

    purpose: str | None
    channel: str | None
    status: str | None
    at: str | None
    evidence: str | None
    source: str | None
    record_id: str | None
    observed_at: str | None


class MemberView(BaseModel):
    """A record of the customer; of other org units' records only key and org unit are shown."""

    source: str
    record_id: str
    org_unit: str
    since: AwareDatetime | None = None
    version: int | None = None
    observed_at: AwareDatetime | None = None
    record: dict[str, Any] | None = None


class CustomerView(BaseModel):
    """A golden customer."""

    golden_id: UUID
    state: Literal["live", "merged", "retired"]
    merged_into: UUID | None = Field(
        description="The id that took the place of the one asked for, and is answered with; null for an id that stands."
    )
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime
    as_of: AwareDatetime | None
    party_type: str | None
    display_name: str | None
    values: dict[str, list[GoldenValueView]] = Field(description="By field, best first.")
    members: list[MemberView]
    vehicles: list[VehicleView]
    relations: list[RelationView] | None = Field(
        description=f"Related customers that the caller may see, as they are now, at most {MOST_RELATIONS}; null with"
        " `as_of`."
    )
    consents: list[ConsentView]
    flags: list[str]
    conflicts: list[ConflictView] = Field(
        description="Fields of one value for which records hold values that exclude each other."
    )
    quality: QualityView | None = Field(description="Data-quality score; null for a customer without records.")
    rules_version: str | None = Field(description="Version of the survivorship rules (取值规则) that chose the values.")


@router.get("/{golden_id}")
async def get_customer(
    golden_id: GoldenIdPath,
    request: Request,
    response: Response,
    principal: Reader,
    connection: ConnectionDep,
    as_of: Annotated[Instant | None, Query(description="As it was known at this time.")] = None,
) -> CustomerView:
    """The customer an id stands for. An id that was merged answers with the customer it was merged into."""
    found = await find(connection, golden_id, principal, as_of)
    relations = await relations_of(connection, found.golden_id, principal) if as_of is None else None
    related = {relation.golden_id for relation in relations or ()}
    await log_access(connection, principal, "customer.read", [found.golden_id, *sorted(related)], request)
    members = await _members(connection, found, principal) if as_of is None else _members_then(found)
    if as_of is None:
        response.headers["ETag"] = etag(found.version)
    values = dict(found.document.get("values", {}))
    vehicles, consents = values.pop("vehicles", []), values.pop("consents", [])
    return CustomerView(
        golden_id=found.golden_id,
        state=found.state,
        merged_into=None if found.golden_id == golden_id else found.golden_id,
        version=found.version,
        created_at=found.created_at,
        updated_at=found.updated_at,
        as_of=as_of,
        party_type=found.document.get("party_type"),
        display_name=found.document.get("display_name"),
        values=values,
        members=members,
        vehicles=[VehicleView(**_with_origin(value)) for value in vehicles],
        relations=relations,
        consents=[ConsentView(**_with_origin(value)) for value in consents],
        flags=found.document.get("flags", []),
        conflicts=found.document.get("conflicts", []),
        quality=found.document.get("quality"),
        rules_version=found.document.get("rules_version"),
    )


def _with_origin(value: dict[str, Any]) -> dict[str, Any]:
    """The parts of a golden value beside its origin."""
    return {**value["value"], **{name: value.get(name) for name in ("source", "record_id", "observed_at")}}


async def _members(connection: Connection, found: GoldenCustomer, principal: Principal) -> list[MemberView]:
    members = []
    for row in await connection.fetch(_MEMBERS, found.golden_id):
        member = MemberView(source=row["source"], record_id=row["record_id"], org_unit=org_unit_of(row["source"]))
        if may_see_source(principal, row["source"]):
            member.since = row["since"]
            member.version = row["revision"] if row["version"] is None else row["version"]
            member.observed_at = row["observed_at"]
            member.record = row["body"]
        members.append(member)
    return members


def _members_then(found: GoldenCustomer) -> list[MemberView]:
    return [
        MemberView(**member, org_unit=org_unit_of(member["source"])) for member in found.document.get("members", [])
    ]
