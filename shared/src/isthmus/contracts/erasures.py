"""Erasure (删除权): whom every service is to forget, and what each answers that it has done."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.envelope import EventData
from isthmus.contracts.fields import Code, Count, Instant, Text


class CustomerErased(EventData):
    """A customer was erased (客户已删除): forget what belongs to the records named; a tombstone ends the errand."""

    event_type: ClassVar[str] = "isthmus.customer-master.customer-erased.v1"
    event_key: ClassVar[str] = "erasure_id"

    erasure_id: UUID = Field(description="The erasure (删除编号); receipts name it.")
    golden_ids: list[UUID] = Field(description="The golden customer (黄金客户号), and those merged into it.")
    records: list[RecordKey] = Field(description="Keys of the customer's records (客户记录) in all sources.")
    erased_at: Instant = Field(description="When customer-master erased it (删除时间).")


class ErasureAnswered(EventData):
    """A service has forgotten the customer (删除回执): in its database, and in the topics it writes."""

    event_type: ClassVar[str] = "isthmus.erasure-receipts.erasure-answered.v1"
    event_key: ClassVar[str] = "erasure_id"

    erasure_id: UUID = Field(description="The erasure (删除编号).")
    service: Text = Field(description="The service that answers (服务).", examples=["sales"])
    answered_at: Instant = Field(description="When it was done (完成时间).")
    removed: Annotated[dict[Code, Count], Field(max_length=100)] = Field(
        default_factory=dict, description="How many rows were emptied or deleted, by what they are (删除数量)."
    )
