"""A business document (单据): an entry about one customer, as leads, appointments, complaints … are."""

from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, declared_attr, relationship

from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.fields import RecordId
from isthmus.parties.entry import Entry, EntryChange, EntryFilter, EntryView, NewEntry
from isthmus.parties.party import Party
from isthmus.parties.resolution import CustomerReference


class Document(Entry):
    """Base of the tables: a versioned document of one org unit about one customer, in one state."""

    __abstract__ = True

    source: Mapped[str]
    record_id: Mapped[str]

    @declared_attr
    def party(cls) -> Mapped[Party]:  # noqa: N805 - a class method by SQLAlchemy's rules
        """The customer's record in this service."""
        return relationship(Party, lazy="raise", innerjoin=True)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805
        """The key of the party, and an index for each way the list is filtered or sorted."""
        return (
            ForeignKeyConstraint(["source", "record_id"], ["customers.source", "customers.record_id"]),
            Index(f"{cls.__tablename__}_record_id_idx", "record_id", "created_at", "id"),
            *cls.common_indices(),
        )

    @property
    def customer(self) -> RecordKey:
        """The key of the customer's record."""
        return RecordKey(source=self.source, record_id=self.record_id)

    @property
    def golden_id(self) -> UUID | None:
        """The golden customer (黄金客户) the record belongs to, once customer-master has said so."""
        return self.party.golden_id


class NewDocument(NewEntry):
    """What every POST of a document names."""

    customer: CustomerReference = Field(description="Customer (客户): `record_id` of one known here, or inline.")


class DocumentChange(EntryChange):
    """Base of PATCH bodies of documents."""


class DocumentView(EntryView):
    """What every answer about a document says."""

    customer: RecordKey = Field(description="Key of the customer's record (客户记录) in this service.")
    golden_id: UUID | None = Field(description="Golden customer (黄金客户), once known.")


class DocumentFilter(EntryFilter):
    """Query of a list of documents."""

    record_id: RecordId | None = Field(None, description="Only this customer record (客户记录号).")
    golden_id: UUID | None = Field(None, description="Only this golden customer (黄金客户).")
