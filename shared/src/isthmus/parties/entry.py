"""An entry (条目): what a service keeps, versioned and in one state; the columns and API fields all have in common."""

from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field
from pydantic_core import PydanticUndefined
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.fields import Instant, OrgUnit
from isthmus.db import Base
from isthmus.http import ApiModel, ShortText


class Entry(Base):
    """Base of the tables: a versioned entry of one org unit, in one state; without a customer, unless a document."""

    __abstract__ = True
    business_facts: ClassVar[frozenset[str]] = frozenset()
    """Own columns of text or JSON that say nothing of a person, and stay when the customer is erased."""
    sortable: ClassVar[tuple[str, ...]] = ()
    """Own columns a list may be sorted by; each has an index with the id (`create_sort_indices`)."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    org_unit: Mapped[str]
    status: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    updated_at: Mapped[datetime]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 - a class method by SQLAlchemy's rules
        """An index for each way the list is filtered or sorted."""
        return cls.common_indices()

    @classmethod
    def common_indices(cls) -> tuple[Index, ...]:
        """The indices of every entry and of the columns it can be sorted by."""
        name = cls.__tablename__
        return (
            Index(f"{name}_created_idx", "created_at", "id"),
            Index(f"{name}_updated_idx", "updated_at", "id"),
            Index(f"{name}_org_unit_idx", "org_unit", "created_at", "id"),
            Index(f"{name}_org_unit_updated_idx", "org_unit", "updated_at", "id"),
            Index(f"{name}_status_idx", "status", "org_unit", "created_at", "id"),
            *(Index(f"{name}_{column}_sort_idx", column, "id") for column in cls.sortable),
        )

    @property
    def customer(self) -> RecordKey | None:
        """The key of the customer's record; an entry has none."""
        return None

    @property
    def occurred_at(self) -> datetime:
        """When what the last event tells happened (发生时间): at the last change, unless the entry knows better."""
        return self.updated_at


class NewEntry(ApiModel):
    """What every POST of an entry names."""

    org_unit: OrgUnit = Field(description="Org unit (组织单元) it belongs to.", examples=["dealer:D0001"])


class EntryChange(ApiModel):
    """Base of PATCH bodies, mixed with an entry's fields: each may be left out, and keeps its type when it is not."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Make every inherited field one that may be left out, yet not null where the entry needs a value."""
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


class EntryView(ApiModel):
    """What every answer about an entry says."""

    id: UUID = Field(description="Number (单据号).")
    org_unit: OrgUnit = Field(description="Org unit (组织单元) it belongs to.")
    status: str = Field(description="State (状态).")
    version: int = Field(description="Version (版本): rises with each change; also the ETag.")
    created_at: datetime = Field(description="Made at (创建时间).")
    created_by: str = Field(description="Made by (创建人).")
    updated_at: datetime = Field(description="Last changed at (更新时间).")


_HOW_IT_IS_SHOWN = {"sort", "limit", "cursor", "format", "language"}


class EntryFilter(ApiModel):
    """Query of a list; a filter that is not known is an error, never ignored.

    Every own field of a feature's filter is a column of the same name, which must be equal.
    """

    sortable: ClassVar[tuple[str, ...]] = ()
    """Columns this list can be sorted by besides the two times; as the table's `sortable`."""

    org_unit: OrgUnit | None = Field(None, description="Only this org unit (组织单元).")
    status: ShortText | None = Field(None, description="Only this state (状态).")
    created_from: Instant | None = Field(None, description="Made at or after (创建时间起).")
    created_to: Instant | None = Field(None, description="Made before (创建时间止).")
    sort: str = Field(
        "-created_at",
        description="Order (排序): a column, with `-` before it for the greatest first. What has no value is last.",
    )

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Let `sort` be one of the columns of this list."""
        super().__pydantic_init_subclass__(**kwargs)
        columns = ("created_at", "updated_at", *cls.sortable)
        cls.model_fields["sort"].annotation = Literal[tuple(sign + name for name in columns for sign in ("-", ""))]  # type: ignore[assignment] # made for this list
        cls.model_rebuild(force=True)

    def given(self) -> dict[str, Any]:
        """The filters that were sent, by name."""
        return self.model_dump(exclude_none=True, exclude=_HOW_IT_IS_SHOWN)
