"""What explanations look like in JSON."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from customer_master.access import may_see_source, org_unit_of
from customer_master.explain.evidence import SharedKey
from entity_resolution.decisions import StewardDecision
from entity_resolution.explain import StepKind
from isthmus.http import Principal

Reason = Literal[
    "linked",
    "steward_link",
    "through_others",
    "deleted",
    "pending",
    "no_shared_key",
    "keys_set_aside",
    "below",
    "veto",
    "unlink",
    "outweighed",
    "margin",
    "component_size",
    "steward_link_refused",
    "too_many_records",
]


class Step(BaseModel):
    """What one field or rule added (thousandths of natural-log odds), and the sum up to there."""

    kind: StepKind = Field(
        description="prior: what any pair starts from; field; frequency: how common the shared value is; evidence: that"
        " nothing telling is shared; rule: a pattern over the fields."
    )
    field: str
    level: str = Field(description="How well the two agree in the field, or the rule's name.")
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
    outcome: Literal["link", "possible", "none"]
    veto: str | None = Field(description="What forbids the link whatever the weight.")
    rule: str = Field(description="The pattern the pair shows; `weights` where it shows none.")
    model_version: str
    steps: list[Step]


class KeyView(BaseModel):
    """A blocking key by which records meet."""

    kind: str = Field(description="phone, email, identifier, vin, name_birth ….")
    value: str | None = Field(description="Null where none of the records is the caller's own.")
    strong: bool = Field(description="Whether it names one party, so that resolvers claim it.")
    set_aside: bool = Field(description="Whether it is hot (热值): so many records hold it that it proposes nobody.")
    holders: int = Field(description="How many of the records explained hold it.")

    @classmethod
    def of(cls, shared: SharedKey, principal: Principal) -> "KeyView":
        own = any(may_see_source(principal, key.source) for key in shared.holders)
        return cls(
            kind=shared.key.kind,
            value=shared.key.value if own else None,
            strong=shared.key.strong,
            set_aside=shared.is_set_aside,
            holders=len(shared.holders),
        )


class Separation(BaseModel):
    """Two records whose own decision says link, and that stand in different customers nevertheless."""

    left: Member
    right: Member
    weight: int
    reason: Reason


class StewardView(BaseModel):
    """What a steward (数据管家) decided about two records; `/v1/decisions/{decision_id}` has who, when and why."""

    decision_id: UUID
    kind: Literal["link", "unlink"]
    left: Member
    right: Member

    @classmethod
    def of(cls, decided: StewardDecision) -> "StewardView":
        sides = {name: Member(**getattr(decided, name)._asdict()) for name in ("left", "right")}
        return cls(decision_id=UUID(decided.decision_id), kind=decided.kind, **sides)


class RecordSide(BaseModel):
    """One of the two records."""

    source: str
    record_id: str
    org_unit: str
    golden_id: UUID | None
    deleted: bool
    state: Literal["pending", "resolved"]
    values: dict[str, list[str]] | None = Field(
        description="The values as they are compared, by field, those set aside in brackets; only of own records."
    )


def side(row: Any, values: dict[str, list[str]], principal: Principal) -> RecordSide:
    """Show a record; its values only to whom it belongs."""
    return RecordSide(
        **{name: row[name] for name in ("source", "record_id", "golden_id", "deleted")},
        org_unit=org_unit_of(row["source"]),
        state="pending" if row["pending"] else "resolved",
        values=values if may_see_source(principal, row["source"]) else None,
    )
