"""Table of leads (销售线索)."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from isthmus.parties import Document, JsonModel, Money, VehicleModel

OPEN = ("new", "contacted", "qualified")
"""The states of a lead that somebody works on."""


class Lead(Document):
    """Table of leads."""

    __tablename__ = "leads"
    business_facts = frozenset({"budget", "channel", "consultant", "intent_level", "lost_code"})
    sortable = ("next_contact_at", "score")

    channel: Mapped[str | None]
    campaign: Mapped[str | None] = mapped_column(index=True)
    consultant: Mapped[str | None] = mapped_column(index=True)
    vehicle: Mapped[VehicleModel | None] = mapped_column(JsonModel(VehicleModel))
    intent_level: Mapped[str | None]
    budget: Mapped[Money | None] = mapped_column(JsonModel(Money))
    expected_purchase_on: Mapped[date | None]
    next_contact_at: Mapped[datetime | None]
    referrer: Mapped[str | None]
    referred_by: Mapped[str | None]
    rival: Mapped[str | None]
    trade_in: Mapped[bool | None]
    test_driven_at: Mapped[datetime | None]
    score: Mapped[int | None]
    lost_code: Mapped[str | None]
    lost_reason: Mapped[str | None]
    lost_at: Mapped[datetime | None]
    note: Mapped[str | None]
