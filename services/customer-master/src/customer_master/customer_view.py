"""The golden customer in full (客户全景): values and where they come from, records, flags; now or as of a time."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from customer_master.customer_members import MemberView, members_now, members_then
from customer_master.database import ConnectionDep
from customer_master.golden_customers import GoldenIdPath, find
from customer_master.possible_duplicates import possible_duplicates
from customer_master.relations import MOST_RELATIONS, RelationView, relations_of
from isthmus.contracts.fields import Instant
from isthmus.http import Principal, etag, require, service_router
from isthmus.http.access_log import log_access

router = service_router(prefix="/v1/customers", tags=["customers"])

Reader = Annotated[Principal, require("customers:read")]


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


class Stated(BaseModel):
    """Which record says so."""

    source: str | None = Field(description="Source of the record; null for a steward's pin.")
    record_id: str | None = Field(description="The record that says so.")
    observed_at: str | None = Field(description="When that source saw it.")


class VehicleView(Stated):
    """A vehicle (车辆) and what the customer is to it."""

    vin: str | None = Field(description="Vehicle identification number (车架号).")
    plate: str | None = Field(description="Number plate (车牌号).")
    role: str | None = Field(description="owner (车主), driver (驾驶人), payer (付款人), contact (联系人).")
    from_: str | None = Field(serialization_alias="from", validation_alias="from", description="Since when (起始日期).")
    to: str | None = Field(description="Until when; null while it lasts (结束日期).")

    @classmethod
    def of(cls, value: dict[str, Any]) -> "VehicleView":
        """A golden value as it is shown."""
        return cls(**_with_origin(value))


class ConsentView(Stated):
    """What the customer allowed or refused (同意/撤回).

    The entry for purpose and channel decides, else the one for the purpose without channel, else nothing is allowed.
    """

    purpose: str | None = Field(description="Purpose (处理目的); null for all.")
    channel: str | None = Field(description="Channel (渠道): sms, phone, email, wechat …; null for all.")
    status: str | None = Field(description="granted (同意) or withdrawn (撤回).")
    at: str | None = Field(description="When it was said; without zone as it was written.")
    evidence: str | None = Field(description="Where it is written down (凭证).")


class CustomerView(BaseModel):
    """A golden customer (黄金客户)."""

    golden_id: UUID = Field(description="The customer that is answered with (黄金客户号).")
    state: Literal["live", "merged", "retired"] = Field(
        description="live; retired when all its records are deleted; merged only as of a time."
    )
    merged_into: UUID | None = Field(
        description="The id that took the place of the one asked for, and is answered with; null for an id that stands."
    )
    version: int = Field(description="Version of the customer, also as ETag.")
    created_at: AwareDatetime = Field(description="When the id began.")
    updated_at: AwareDatetime = Field(description="When this version began.")
    as_of: AwareDatetime | None = Field(description="The time asked for.")
    party_type: str | None = Field(description="person (个人), organization (单位), null when not known.")
    display_name: str | None = Field(description="What to call the customer (称呼).")
    values: dict[str, list[GoldenValueView]] = Field(description="Golden values by field, best first.")
    members: list[MemberView] = Field(description="The source records it is made of.")
    vehicles: list[VehicleView] = Field(description="Vehicles, checked numbers and latest news first.")
    relations: list[RelationView] | None = Field(
        description=f"Related customers that the caller may see, as they are now, at most {MOST_RELATIONS}; null with"
        " `as_of`."
    )
    consents: list[ConsentView] = Field(description="Consents of all records, merged on the careful side.")
    flags: list[str] = Field(description="What to heed when acting on it: marketing_opt_out.")
    conflicts: list[ConflictView] = Field(
        description="Fields of one value for which records hold values that exclude each other."
    )
    quality: QualityView | None = Field(description="Data-quality score; null for a customer without records.")
    possible_duplicates: int | None = Field(
        description="Other customers that may be the same one and wait for a steward; null with `as_of`."
    )
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
    duplicates = await possible_duplicates(connection, found.golden_id) if as_of is None else None
    if as_of is None:
        members = await members_now(connection, found.golden_id, principal)
        response.headers["ETag"] = etag(found.version)
    else:
        members = await members_then(connection, found.document, principal, as_of)
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
        vehicles=[VehicleView.of(value) for value in vehicles],
        relations=relations,
        consents=[ConsentView(**_with_origin(value)) for value in consents],
        flags=found.document.get("flags", []),
        conflicts=found.document.get("conflicts", []),
        quality=found.document.get("quality"),
        possible_duplicates=duplicates,
        rules_version=found.document.get("rules_version"),
    )


def _with_origin(value: dict[str, Any]) -> dict[str, Any]:
    """The parts of a golden value beside its origin."""
    return {**value["value"], **{name: value.get(name) for name in ("source", "record_id", "observed_at")}}
