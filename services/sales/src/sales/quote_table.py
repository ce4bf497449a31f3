"""Tables of quotes (报价) and of what was offered each time."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.db import Base
from isthmus.parties import Document, JsonModel, Line, Lines, Money, VehicleModel


class Quote(Document):
    """Table of quotes."""

    __tablename__ = "quotes"
    business_facts = frozenset({"approved_by", "consultant", "list_price", "options", "total"})
    sortable = ("valid_until",)

    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id"), index=True)
    variant_id: Mapped[UUID | None] = mapped_column(ForeignKey("variants.id"), index=True)
    options: Mapped[list[str]] = mapped_column(JsonModel(list[str]), server_default="[]")
    frame_contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("frame_contracts.id"), index=True)
    consultant: Mapped[str | None] = mapped_column(index=True)
    vehicle: Mapped[VehicleModel | None] = mapped_column(JsonModel(VehicleModel))
    list_price: Mapped[Money | None] = mapped_column(JsonModel(Money))
    total: Mapped[Money] = mapped_column(JsonModel(Money))
    lines: Mapped[list[Line]] = mapped_column(JsonModel(Lines))
    discount_permille: Mapped[int | None] = mapped_column(Integer)
    """Null only for quotes from before there were limits, until they are written again."""
    approved_permille: Mapped[int | None] = mapped_column(Integer)
    approved_by: Mapped[str | None]
    valid_until: Mapped[date | None]
    promises: Mapped[str | None]
    note: Mapped[str | None]


class QuoteOffer(Base):
    """Table of what was offered each time a quote was sent (历次报价)."""

    __tablename__ = "quote_offers"
    business_facts = frozenset({"total"})

    quote_id: Mapped[UUID] = mapped_column(ForeignKey("quotes.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    offered_at: Mapped[datetime]
    total: Mapped[Money] = mapped_column(JsonModel(Money))
    lines: Mapped[list[Line]] = mapped_column(JsonModel(Lines))
    valid_until: Mapped[date | None]
    promises: Mapped[str | None]
