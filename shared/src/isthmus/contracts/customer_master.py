"""What customer-master (客户主数据) tells: golden customers and which record belongs to which."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from isthmus.contracts.business import Value
from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.envelope import EventData
from isthmus.contracts.fields import Code, Count, Instant, RecordId, Source, Text


class GoldenValue(Value):
    """One golden value (黄金值) and where it comes from (来源追溯)."""

    value: JsonValue = Field(description="The value in standard form (标准值).")
    source: Source | None = Field(
        None, description="Source system it was taken from; null for a steward's pin (来源系统)."
    )
    record_id: RecordId | None = Field(None, description="Record it was taken from (来源记录号).")
    observed_at: Instant | None = Field(None, description="When that source saw it (观测时间).")
    rule: Text = Field(description="Survivorship rule that chose it (取值规则).")


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


class GoldenLinkChanged(EventData):
    """A source record belongs to this golden customer from now on (归属关系)."""

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
