"""Table of test drives (试乘试驾)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.parties import Document, JsonModel, Vehicle


class TestDrive(Document):
    """Table of test drives; two exclusion constraints keep a car, and a consultant, from having two at a time."""

    __tablename__ = "test_drives"
    business_facts = frozenset({"consultant", "demo_vehicle"})
    sortable = ("scheduled_at",)

    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id"), index=True)
    scheduled_at: Mapped[datetime]
    duration_minutes: Mapped[int] = mapped_column(Integer, server_default="60")
    ends_at: Mapped[datetime | None]
    """Null only for those booked before there were slots, which take none."""
    vehicle: Mapped[Vehicle | None] = mapped_column(JsonModel(Vehicle))
    demo_vehicle: Mapped[str | None]
    consultant: Mapped[str | None] = mapped_column(index=True)
    result: Mapped[str | None]
    cancel_reason: Mapped[str | None]
