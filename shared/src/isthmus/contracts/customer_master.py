"""What customer-master (客户主数据) tells: golden customers and which record belongs to which."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from isthmus.contracts.business import Value
from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.envelope import EventData
from isthmus.contracts.fields import Code, Count, Instant, LongText, RecordId, Source, Text


class Period(Value):
    """A time in which something held (时段)."""

    since: Instant = Field(description="From then on (起始时间).")
    until: Instant | None = Field(None, description="Until then; null while it lasts (结束时间).")


class GoldenValue(Value):
    """One golden value (黄金值) and where it comes from (来源追溯)."""

    value: JsonValue = Field(description="The value in standard form (标准值).")
    source: Source | None = Field(
        None, description="Source system it was taken from; null for a steward's pin (来源系统)."
    )
    record_id: RecordId | None = Field(None, description="Record it was taken from (来源记录号).")
    observed_at: Instant | None = Field(None, description="When that source saw it (观测时间).")
    rule: Text = Field(description="Survivorship rule that chose it (取值规则).")
    first_seen: Instant | None = Field(None, description="Earliest observation of a record that holds it (首次出现).")
    last_seen: Instant | None = Field(None, description="Latest observation of a record that holds it (最近出现).")
    records: Count | None = Field(None, description="How many records hold it (记录数); null for a pin.", examples=[2])
    current: Annotated[list[Period], Field(max_length=1000)] | None = Field(
        None, description="Of a contact point: when the newest record of the time held it (有效时段)."
    )
    decision_id: Text | None = Field(
        None,
        description="The steward's decision that pinned it (固定决定).",
        examples=["0198c7d4-7c00-7000-8000-000000000001"],
    )


class Conflict(Value):
    """Values of one field that exclude each other (冲突)."""

    field: Code = Field(description="The field (字段).")
    values: list[JsonValue] = Field(
        description="The golden value and those that exclude it, best first (冲突值).",
    )


class QualityPart(Value):
    """A part of the data-quality score (质量分项)."""

    name: Code = Field(
        description="Part (分项).",
        json_schema_extra={"x-known-values": ["agreement", "completeness", "recency", "validity"]},
    )
    weight: Count = Field(description="Its weight in the score (权重).")
    score: Annotated[int, Field(ge=0, le=100)] = Field(description="0 to 100 (得分).")
    lacking: list[Code] = Field(description="The fields that cost it something (扣分字段).")


class Quality(Value):
    """How good the data of a golden customer is (数据质量)."""

    score: Annotated[int, Field(ge=0, le=100)] = Field(description="The weighted mean of the parts (质量分).")
    parts: list[QualityPart] = Field(description="What it is made of (分项).")


class GoldenCustomerChanged(EventData):
    """A golden customer (黄金客户) in full after a change; a tombstone on its key says it was erased."""

    event_type: ClassVar[str] = "isthmus.customer-master.golden-customer-changed.v1"
    event_key: ClassVar[str] = "golden_id"

    golden_id: UUID = Field(description="The golden customer (黄金客户号); never used again for another.")
    aggregateversion: Count = Field(description="Version of the golden customer (版本); ignore what is not newer.")
    state: Literal["live", "merged"] = Field(description="live (有效), or merged into another (已合并).")
    merged_into: UUID | None = Field(None, description="The golden customer that took its place (合并至).")
    changed_at: Instant = Field(description="When it changed (变更时间).")
    party_type: Literal["person", "organization"] | None = Field(
        None, description="person (个人) or organization (单位)."
    )
    display_name: LongText | None = Field(None, description="What to call the customer (称呼).", examples=["欧阳靖宇"])
    values: Annotated[dict[Code, list[GoldenValue]], Field(max_length=500)] = Field(
        default_factory=dict,
        description="Golden values by field, best first (黄金值): name, phones, vehicles, consents ….",
    )
    members: list[RecordKey] = Field(default_factory=list, description="Source records it is made of (成员记录).")
    flags: Annotated[list[Code], Field(max_length=100)] = Field(
        default_factory=list,
        description="What to heed when acting on it (标记).",
        json_schema_extra={"x-known-values": ["marketing_opt_out", "open_case", "open_complaint"]},
    )
    conflicts: list[Conflict] = Field(
        default_factory=list, description="Fields whose values exclude each other (冲突字段)."
    )
    quality: Quality | None = Field(None, description="Data-quality score and what it is made of (数据质量).")
    rules_version: Text | None = Field(
        None, description="Version of the survivorship rules (取值规则版本).", examples=["1.1.0"]
    )


class GoldenLinkChanged(EventData):
    """A source record belongs to this golden customer from now on (归属关系); a tombstone follows once it is gone."""

    event_type: ClassVar[str] = "isthmus.customer-master.golden-link-changed.v1"
    event_key: ClassVar[str] = "record_key"

    source: Source = Field(description="Source system (来源系统).", examples=["dealer:D0001:dms"])
    record_id: RecordId = Field(description="The source's own number of the record (来源记录号).", examples=["C-1001"])
    golden_id: UUID | None = Field(description="The golden customer (黄金客户号); null when the record is gone.")
    aggregateversion: Count = Field(description="Version of the link (版本); ignore what is not newer.")

    @property
    def record_key(self) -> RecordKey:
        """The record's key."""
        return RecordKey(source=self.source, record_id=self.record_id)
