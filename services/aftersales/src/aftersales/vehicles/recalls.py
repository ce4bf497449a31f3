"""Recalls (召回) of the maker: which vehicles are to come in, and what is to be done to them."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import Index, UniqueConstraint, cast, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.types import Text as SqlText

from aftersales.access import Writing
from aftersales.vehicle_numbers import normal_vin
from isthmus.contracts.fields import LongText, Text
from isthmus.http import ApiModel, Conflict, ShortText, service_router
from isthmus.parties import Entries, Entry, EntryChange, EntryFilter, EntryView, NewEntry
from isthmus.workflow import Workflow

Vin = Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=r"^[\x20-\x7e]+$")]


class Recall(Entry):
    """Table of recalls."""

    __tablename__ = "recalls"

    number: Mapped[str]
    title: Mapped[str]
    remedy: Mapped[str | None]
    vins: Mapped[list[str]] = mapped_column(ARRAY(SqlText))

    @declared_attr.directive
    def __table_args__(cls) -> tuple[object, ...]:  # noqa: N805 - a class method by SQLAlchemy's rules
        """A recall has one number; vehicles are searched by theirs."""
        return (
            *cls.common_indices(),
            UniqueConstraint("number"),
            Index("recalls_vins_idx", "vins", postgresql_using="gin"),
        )


class RecallFields(ApiModel):
    title: Text = Field(min_length=1, description="What is wrong (召回缺陷).")
    remedy: LongText | None = Field(None, description="What is to be done (召回措施).")
    vins: list[Vin] = Field(max_length=100_000, description="Vehicles (涉及车辆), by their VIN.")


class NewRecall(NewEntry, RecallFields):
    """A recall of the maker (召回登记)."""

    number: ShortText = Field(description="Number of the recall (召回编号).", examples=["S2026M0012"])


class RecallChange(EntryChange, RecallFields):
    """What changes in a recall (召回变更)."""


class RecallView(EntryView, RecallFields):
    """A recall (召回)."""

    number: str = Field(description="Number of the recall (召回编号).")


class RecallFilter(EntryFilter):
    """Which recalls to list."""

    number: ShortText | None = Field(None, description="Only this recall (召回编号).")


def _as_compared(recall: Recall) -> None:
    recall.vins = sorted({vin for vin in map(normal_vin, recall.vins) if vin is not None})


workflow = Workflow(initial="open", steps={"close": (["open"], "closed")})
recalls = Entries(Recall, RecallView, workflow, rule=_as_compared, shared=True)
router = service_router(prefix="/v1/aftersales/recalls", tags=["vehicles"])
recalls.serve_reading(router, RecallFilter)
recalls.serve_change(router, RecallChange)


@router.post("", status_code=201)
async def create_recall(body: NewRecall, work: Writing) -> RecallView:
    """Register a recall (召回登记)."""
    if await work.session.scalar(select(Recall.id).where(Recall.number == body.number)):
        raise Conflict("recall_exists", "There is a recall of this number already.")
    return await recalls.create(work, body)


@router.post("/{recall_id}/close")
async def close_recall(recall_id: UUID, work: Writing) -> RecallView:
    """The recall is over (召回结束)."""
    return await recalls.step(work, recall_id, "close")


async def open_recalls(session: AsyncSession, vin: str) -> Sequence[Recall]:
    """The recalls a vehicle is in."""
    query = select(Recall).where(Recall.status == "open", Recall.vins.contains(cast([vin], ARRAY(SqlText))))
    return (await session.scalars(query.order_by(Recall.number))).all()
