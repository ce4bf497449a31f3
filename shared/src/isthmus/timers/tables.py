"""The table of timers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.db import Base


class Timer(Base):
    """Work that is due at a time; gone once it is done."""

    __tablename__ = "timers"

    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    setting: Mapped[UUID]
    """New each time the timer is set, so that a failure is not counted against what has replaced it."""
    due_at: Mapped[datetime]
    payload: Mapped[dict[str, Any]]
    try_at: Mapped[datetime]
    """When it is taken next: when due, later after a failure."""
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    """How often it has failed."""
    last_error_type: Mapped[str | None]
    parked_at: Mapped[datetime | None]
    """Since when it has failed too often; it waits for a person."""

    __table_args__ = (
        Index("timers_try_at_idx", "try_at", postgresql_where=text("parked_at IS NULL")),
        Index("timers_parked_at_idx", "parked_at", postgresql_where=text("parked_at IS NOT NULL")),
    )
