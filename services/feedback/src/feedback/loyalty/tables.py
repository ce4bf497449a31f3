"""Read tables (读模型) of deliveries and repairs, of leads that were recommended, and of the orders of leads."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.db import Base


class Occasion(Base):
    """Table of deliveries and closed repair orders; the vehicle is its VIN, else its plate, as written there."""

    __tablename__ = "occasions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    org_unit: Mapped[str]
    source: Mapped[str]
    record_id: Mapped[str] = mapped_column(index=True)
    vehicle: Mapped[str]
    series: Mapped[str | None]
    adviser: Mapped[str | None]
    occurred_at: Mapped[datetime]

    __table_args__ = (
        Index("occasions_vehicle_idx", "vehicle", "occurred_at"),
        Index("occasions_occurred_at_idx", "occurred_at"),
    )


class Referral(Base):
    """Table of leads that somebody recommended (转介绍)."""

    __tablename__ = "referrals"

    lead_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    org_unit: Mapped[str]
    source: Mapped[str]
    record_id: Mapped[str] = mapped_column(index=True)
    referrer: Mapped[str | None]
    series: Mapped[str | None]
    consultant: Mapped[str | None]
    occurred_at: Mapped[datetime]

    __table_args__ = (Index("referrals_occurred_at_idx", "occurred_at", "lead_id"),)


class LeadOrder(Base):
    """Table of orders that follow a lead, whichever of the two is heard of first."""

    __tablename__ = "lead_orders"

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    lead_id: Mapped[UUID] = mapped_column(index=True)
    source: Mapped[str]
    record_id: Mapped[str] = mapped_column(index=True)
    status: Mapped[str]
    occurred_at: Mapped[datetime]
