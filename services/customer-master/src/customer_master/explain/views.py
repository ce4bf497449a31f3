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
    field: str = Field(description="Field (字段).")
    level: str = Field(description="How well the two agree in the field, or the rule's name.")
    weight: int = Field(description="Weight of the evidence (证据权重).")
    total: int = Field(description="Weight so far (累计权重).")


class Member(BaseModel):
    """The key of a record."""

    source: str = Field(description="Source that keeps the record (来源系统).")
    record_id: str = Field(description="Number of the record at its source (来源记录号).")


class Pair(BaseModel):
    """One decision about two records."""

    left: Member = Field(description="The one side (一方).")
    right: Member = Field(description="The other side (另一方).")
    weight: int = Field(description="Weight of the evidence (证据权重).")
    outcome: Literal["link", "possible", "none"] = Field(description="What it comes to (结论).")
    veto: str | None = Field(description="What forbids the link whatever the weight.")
    rule: str = Field(description="The pattern the pair shows; `weights` where it shows none.")
    model_version: str = Field(description="Version of the matching model (模型版本).")
    steps: list[Step] = Field(description="What the weight is made of (得分明细).")


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

    left: Member = Field(description="The one side (一方).")
    right: Member = Field(description="The other side (另一方).")
    weight: int = Field(description="Weight of the evidence (证据权重).")
    reason: Reason = Field(description="Why (原因).")


class StewardView(BaseModel):
    """What a steward (数据管家) decided about two records; `/v1/decisions/{decision_id}` has who, when and why."""

    decision_id: UUID = Field(description="Number of the decision (决定编号).")
    kind: Literal["link", "unlink"] = Field(description="Kind (类型).")
    left: Member = Field(description="The one side (一方).")
    right: Member = Field(description="The other side (另一方).")

    @classmethod
    def of(cls, decided: StewardDecision) -> "StewardView":
        sides = {name: Member(**getattr(decided, name)._asdict()) for name in ("left", "right")}
        return cls(decision_id=UUID(decided.decision_id), kind=decided.kind, **sides)


class RecordSide(BaseModel):
    """One of the two records."""

    source: str = Field(description="Source that keeps the record (来源系统).")
    record_id: str = Field(description="Number of the record at its source (来源记录号).")
    org_unit: str = Field(description="Org unit (组织单元).")
    golden_id: UUID | None = Field(description="Golden customer (黄金客户).")
    deleted: bool = Field(description="Whether the record was deleted (是否删除).")
    state: Literal["pending", "resolved"] = Field(description="State (状态).")
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
