"""The envelope of every event (事件信封): CloudEvents 1.0 attributes around typed data."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"


class EventData(BaseModel):
    """Base of every event's data: immutable, tolerant of fields a newer minor version added, no NaN."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, serialize_by_alias=True)

    event_type: ClassVar[str]
    """CloudEvents type, `isthmus.<service>.<fact>.v<major>`."""

    event_key: ClassVar[str]
    """Name of the attribute that is the aggregate's key (聚合键)."""

    @property
    def aggregate_key(self) -> str:
        """The aggregate's key as text: subject and Kafka key of the event."""
        return str(getattr(self, self.event_key))

    def to_bytes(self) -> bytes:
        """The data as the JSON that is published."""
        return self.model_dump_json().encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact on its way: what the outbox stores, Kafka carries and a consumer is handed.

    `data` is None for a tombstone: the aggregate is gone from its compacted topic.
    """

    id: UUID
    """Unique within `source`; a repeat of the same fact has the same id."""
    type: str
    """`isthmus.<service>.<fact>.v<major>`."""
    source: str
    """The producing service as URI reference: `/sales`."""
    subject: str
    """Key of the aggregate (聚合标识) the fact is about."""
    time: datetime
    """When the fact was recorded, UTC."""
    data: EventData | None
    key: str
    """The Kafka key; equal keys keep their order."""
    orgunit: str | None = None
    """Org unit (组织单元) where it happened."""
    aggregateversion: int
    """Version of the aggregate after the fact; a reader ignores what is not newer than what it has."""
    traceparent: str | None = None
    """W3C trace context of the request behind the fact."""
    dataowner: str | None = None
    """Org unit that answers for the personal data inside (数据归属方)."""

    @classmethod
    def of(
        cls,
        data: EventData,
        *,
        event_id: UUID,
        source: str,
        time: datetime,
        aggregateversion: int,
        orgunit: str | None = None,
        traceparent: str | None = None,
        dataowner: str | None = None,
    ) -> "Event":
        """The event that carries `data`: type, subject and key follow from the data."""
        return cls(
            id=event_id,
            type=data.event_type,
            source=source,
            subject=data.aggregate_key,
            time=time,
            data=data,
            key=data.aggregate_key,
            orgunit=orgunit,
            aggregateversion=aggregateversion,
            traceparent=traceparent,
            dataowner=dataowner,
        )
