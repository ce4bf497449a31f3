"""The tables of messaging: outbox (发件箱), inbox (收件箱), what is known of the broker, what it is to purge."""

from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.db import Base


class OutboxMessage(Base):
    """An event waiting to be published, or published and kept for a refill of the broker.

    `id`, `aggregatetype`, `aggregateid`, `type`, `payload` are named as change data capture tools expect them.
    """

    __tablename__ = "outbox"
    __mapper_args__ = MappingProxyType({"eager_defaults": False})  # nobody reads back what was written

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """Id of the event."""
    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    """Order of writing. Not indexed but for unpublished rows, so that no query plan can walk the published ones."""
    topic: Mapped[str] = mapped_column("aggregatetype", Text)
    key: Mapped[str] = mapped_column("aggregateid", Text)
    type: Mapped[str]
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    payload: Mapped[bytes | None]
    """None is a tombstone."""
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    published_at: Mapped[datetime | None]
    published_partition: Mapped[int | None] = mapped_column(Integer)
    published_offset: Mapped[int | None]
    parked_reason: Mapped[str | None] = mapped_column(Text)
    """Why this row can never be published; it is kept, counted, and holds up nothing."""


class InboxEntry(Base):
    """An event that a consumer has processed; written in the transaction of its effects."""

    __tablename__ = "inbox"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class BrokerState(Base):
    """How far this database's outbox got in a partition of a broker; a broker behind that has lost messages."""

    __tablename__ = "broker_state"

    topic: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(Integer, primary_key=True)
    cluster_id: Mapped[str]
    next_offset: Mapped[int]
    last_event_id: Mapped[UUID]
    """Event at `next_offset - 1`."""
    first_offset: Mapped[int] = mapped_column(server_default="0")
    """Where the partition's log began when last seen; what we published before it has been purged since."""


class Purge(Base):
    """A tombstone before which its partition is to be purged, since it ends an aggregate that holds erased data."""

    __tablename__ = "purges"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    """The tombstone in the outbox; all that was published of its aggregate lies before it in the same partition."""
    erasure_id: Mapped[UUID] = mapped_column(index=True)
