"""A business document (单据): the columns and the API fields that leads, appointments, complaints … have in common."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field
from pydantic_core import PydanticUndefined
from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.fields import Instant, OrgUnit, RecordId
from isthmus.db import Base
from isthmus.http import ApiModel, PageRequest, ShortText
from isthmus.parties.party import Party
from isthmus.parties.resolution import CustomerReference


class Document(Base):
    """Base of the tables: a versioned document of one org unit about one customer, in one state."""

    __abstract__ = True
    business_facts: ClassVar[frozenset[str]] = frozenset()
    """Own columns of text or JSON that say nothing of a person, and stay when the customer is erased."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    org_unit: Mapped[str]
    source: Mapped[str]
    record_id: Mapped[str]
    status: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    updated_at: Mapped[datetime]

    @declared_attr
    def party(cls) -> Mapped[Party]:  # noqa: N805 - a class method by SQLAlchemy's rules
        """The customer's record in this service."""
        return relationship(Party, lazy="raise", innerjoin=True)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805
        """The key of the party, and an index for each way the list is filtered."""
        return (
            ForeignKeyConstraint(["source", "record_id"], ["customers.source", "customers.record_id"]),
            Index(f"{cls.__tablename__}_created_idx", "created_at", "id"),
            Index(f"{cls.__tablename__}_org_unit_idx", "org_unit", "created_at", "id"),
            Index(f"{cls.__tablename__}_status_idx", "status", "org_unit", "created_at", "id"),
            Index(f"{cls.__tablename__}_record_id_idx", "record_id", "created_at", "id"),
        )

    @property
    def customer(self) -> RecordKey:
        """The key of the customer's record."""
        return RecordKey(source=self.source, record_id=self.record_id)

    @property
    def occurred_at(self) -> datetime:
        """When what the last event tells happened (发生时间): at the last change, unless a document knows better."""
        return self.updated_at

    @property
    def golden_id(self) -> UUID | None:
        """The golden customer (黄金客户) the record belongs to, once customer-master has said so."""
        return self.party.golden_id


class NewDocument(ApiModel):
    """What every POST of a document names."""

    org_unit: OrgUnit = Field(description="Org unit (组织单元) the document belongs to.", examples=["dealer:D0001"])
    customer: CustomerReference = Field(description="Customer (客户): `record_id` of one known here, or inline.")


class DocumentChange(ApiModel):
    """Base of PATCH bodies, mixed with a document's fields: each may be left out, and keeps its type when it is not."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Make every inherited field one that may be left out, yet not null where the document needs a value."""
        super().__pydantic_init_subclass__(**kwargs)
        for field in cls.model_fields.values():
            field.default = PydanticUndefined
            field.default_factory = _left_out
        cls.model_rebuild(force=True)

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, as typed values."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def _left_out() -> Any:
    return None


class DocumentView(ApiModel):
    """What every answer about a document says."""

    id: UUID = Field(description="Document number (单据号).")
    org_unit: OrgUnit = Field(description="Org unit (组织单元) the document belongs to.")
    customer: RecordKey = Field(description="Key of the customer's record (客户记录) in this service.")
    golden_id: UUID | None = Field(description="Golden customer (黄金客户), once known.")
    status: str = Field(description="State (状态).")
    version: int = Field(description="Rises with each change; also the ETag.")
    created_at: datetime
    created_by: str = Field(description="Who made the document (创建人).")
    updated_at: datetime


class DocumentFilter(ApiModel):
    """Query of a list, newest first; a filter that is not known is an error, never ignored."""

    org_unit: OrgUnit | None = Field(None, description="Only this org unit (组织单元).")
    status: ShortText | None = Field(None, description="Only this state (状态).")
    record_id: RecordId | None = Field(None, description="Only this customer record (客户记录号).")
    golden_id: UUID | None = Field(None, description="Only this golden customer (黄金客户).")
    created_from: Instant | None = Field(None, description="Made at or after (创建时间起).")
    created_to: Instant | None = Field(None, description="Made before (创建时间止).")
    limit: int = Field(50, ge=1, le=200, description="Items a page.")
    cursor: str | None = Field(None, min_length=1, max_length=1_000, description="`next_cursor` of the page before.")

    @property
    def page(self) -> PageRequest:
        """Which part of the list is asked for."""
        return PageRequest(self.limit, self.cursor)

    def given(self) -> dict[str, Any]:
        """The filters that were sent, by name."""
        return self.model_dump(exclude_none=True, exclude={"limit", "cursor"})
