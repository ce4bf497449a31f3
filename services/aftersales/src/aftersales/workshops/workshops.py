"""Workshops (维修车间): what kind of repairer an org unit is, where it stands, when it is open and has room."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field, model_validator
from sqlalchemy import UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from aftersales.access import Reading, Writing
from aftersales.places import Place
from aftersales.workshops.bays import DEFAULT_MINUTES, MAX_MINUTES, booked_spans
from aftersales.workshops.opening_hours import OpeningHours
from aftersales.workshops.slots import free_slots
from isthmus.contracts.fields import Code, Instant
from isthmus.http import ApiModel, Conflict, ShortText, service_router
from isthmus.parties import Entries, Entry, EntryChange, EntryFilter, EntryView, JsonModel, NewEntry, Work
from isthmus.workflow import Workflow

MOST_DAYS_OF_SLOTS = 31

WorkshopKind = Literal["service_centre", "authorised_station", "quick_repair"]


class Workshop(Entry):
    """Table of workshops, one for each org unit that repairs."""

    __tablename__ = "workshops"

    name: Mapped[str]
    kind: Mapped[str]
    opening_hours: Mapped[OpeningHours] = mapped_column(JsonModel(OpeningHours))
    place: Mapped[Place | None] = mapped_column(JsonModel(Place))

    @declared_attr.directive
    def __table_args__(cls) -> tuple[object, ...]:  # noqa: N805 - a class method by SQLAlchemy's rules
        """One workshop for an org unit."""
        return (*cls.common_indices(), UniqueConstraint("org_unit"))


class WorkshopFields(ApiModel):
    name: ShortText = Field(description="Name of the workshop (名称).", examples=["芜湖特约维修站"])
    kind: WorkshopKind = Field(
        "authorised_station",
        description="Kind of repairer (类别): a dealer's service centre (经销商售后服务中心), an authorised station "
        "(特约维修站) or a quick-repair point (快修点).",
    )
    opening_hours: OpeningHours = Field(description="When it is open (营业时间).")
    place: Place | None = Field(None, description="Where it stands (位置); needed to be sent out from.")


class NewWorkshop(NewEntry, WorkshopFields):
    """A workshop of an org unit (维修车间登记)."""


class WorkshopChange(EntryChange, WorkshopFields):
    """What changes in a workshop (维修车间变更)."""


class WorkshopView(EntryView, WorkshopFields):
    """A workshop (维修车间)."""


class WorkshopFilter(EntryFilter):
    """Which workshops to list."""

    kind: Code | None = Field(None, description="Only this kind of repairer (类别).")


class SlotQuery(ApiModel):
    """Which free time is asked for."""

    from_: Instant = Field(alias="from", description="From when on (开始).")
    until: Instant = Field(description=f"Until when (结束); at most {MOST_DAYS_OF_SLOTS} days later.")
    kind: Code = Field("maintenance", description="Kind of work (业务类别), for bays that take only some.")
    minutes: int = Field(DEFAULT_MINUTES, ge=1, le=MAX_MINUTES, description="Working minutes it takes (预计时长).")

    @model_validator(mode="after")
    def _is_not_too_long(self) -> "SlotQuery":
        if not timedelta() <= self.until - self.from_ <= timedelta(days=MOST_DAYS_OF_SLOTS):
            raise ValueError(f"until lies at most {MOST_DAYS_OF_SLOTS} days after from")
        return self


class SlotView(ApiModel):
    """A time at which work can begin (可预约时段)."""

    starts_at: datetime = Field(description="Work begins (开始时间).")
    ends_at: datetime = Field(description="Work ends, breaks and nights counted in (结束时间).")
    free_bays: int = Field(description="Bays free all that time (空闲工位数).")


workflow = Workflow(initial="open", steps={"close": (["open"], "closed"), "reopen": (["closed"], "open")})
workshops = Entries(Workshop, WorkshopView, workflow, shared=True)
router = service_router(prefix="/v1/aftersales/workshops", tags=["workshops"])
workshops.serve_reading(router, WorkshopFilter)
workshops.serve_change(router, WorkshopChange)


@router.post("", status_code=201)
async def create_workshop(body: NewWorkshop, work: Writing) -> WorkshopView:
    """Register the workshop of an org unit (维修车间登记)."""
    if await work.session.scalar(select(Workshop.id).where(Workshop.org_unit == body.org_unit)):
        raise Conflict("workshop_exists", f"{body.org_unit} has a workshop already.")
    return await workshops.create(work, body)


@router.get("/{workshop_id}/free-slots")
async def list_free_slots(workshop_id: UUID, query: Annotated[SlotQuery, Query()], work: Reading) -> list[SlotView]:
    """Show when work can begin and in how many bays (可预约时段查询)."""
    workshop = await workshops.find(work, workshop_id)
    if workshop.status != "open":
        return []
    between = (query.from_, query.until)
    booked = await booked_spans(work.session, workshop.org_unit, query.kind, between)
    calendar = workshop.opening_hours.calendar()
    return [SlotView.model_validate(slot) for slot in free_slots(calendar, between, query.minutes, booked)]


@router.post("/{workshop_id}/close")
async def close_workshop(workshop_id: UUID, work: Writing) -> WorkshopView:
    """The workshop takes no more work (停业)."""
    return await workshops.step(work, workshop_id, "close")


@router.post("/{workshop_id}/reopen")
async def reopen_workshop(workshop_id: UUID, work: Writing) -> WorkshopView:
    """The workshop takes work again (恢复营业)."""
    return await workshops.step(work, workshop_id, "reopen")


async def workshop_of(work: Work, org_unit: str) -> Workshop | None:
    """The workshop of an org unit, if it has registered one."""
    return await work.session.scalar(select(Workshop).where(Workshop.org_unit == org_unit))


async def workshop_name(session: AsyncSession, org_unit: str) -> str:
    """What customers call the workshop of an org unit: its name, if it has registered one."""
    return await session.scalar(select(Workshop.name).where(Workshop.org_unit == org_unit)) or org_unit
