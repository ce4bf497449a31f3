"""A party (当事方) as one business service knows it: its own record of the customer, with the golden id once known."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.customer_records import PartyBody, RecordKey
from isthmus.db import Base
from isthmus.parties.columns import JsonModel


class Party(Base):
    """One customer record (客户记录) of this service; the record id is given by the service and never reused."""

    __tablename__ = "customers"

    source: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    org_unit: Mapped[str]
    version: Mapped[int]
    body: Mapped[PartyBody] = mapped_column(JsonModel(PartyBody))
    golden_id: Mapped[UUID | None]
    golden_version: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    """Since when there is no personal data here, and none is taken in."""

    __table_args__ = (
        UniqueConstraint("record_id"),
        Index("customers_created_idx", "created_at", "record_id"),
        Index("customers_org_unit_idx", "org_unit", "created_at", "record_id"),
        Index("customers_golden_id_idx", "golden_id"),
    )

    @property
    def key(self) -> RecordKey:
        """The key under which customer-master knows this record."""
        return RecordKey(source=self.source, record_id=self.record_id)
