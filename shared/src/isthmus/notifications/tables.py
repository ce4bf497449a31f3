"""The table of notifications."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.db import Base


class Notification(Base):
    """One message to one customer or colleague; its words are made from template and values when it is sent."""

    __tablename__ = "notifications"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    org_unit: Mapped[str]
    source: Mapped[str | None]
    record_id: Mapped[str | None]
    channel: Mapped[str]
    purpose: Mapped[str]
    template: Mapped[str]
    campaign: Mapped[str | None]
    """Code of the campaign it belongs to."""
    material: Mapped[str | None]
    """What it sends, if that is not to be sent to the same customer twice."""
    language: Mapped[str]
    values: Mapped[dict[str, Any]]
    recipient: Mapped[str | None]
    """Number or address; of a customer known once it is sent, unless the caller named it."""
    reply_to: Mapped[str | None]
    """Our own address that an answer to it goes to, if not the sender's; e-mail has one."""
    status: Mapped[str]
    reason: Mapped[str | None]
    """Why it is not sent, or not yet."""
    attempts: Mapped[int] = mapped_column(Integer)
    try_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("status IN ('pending', 'sent', 'suppressed', 'failed')", name="status"),
        Index("notifications_try_at_idx", "try_at", postgresql_where=text("status = 'pending'")),
        Index("notifications_created_idx", "created_at", "id"),
        Index("notifications_record_idx", "source", "record_id"),
    )
