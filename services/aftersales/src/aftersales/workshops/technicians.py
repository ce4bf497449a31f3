"""Technicians (维修技师) of a workshop, and the skills (技能) by which difficult work is given to one of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Protocol
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.access import Writing
from isthmus.contracts.fields import Code
from isthmus.http import ApiModel, ShortText, service_router
from isthmus.parties import Entries, Entry, EntryChange, EntryFilter, EntryView, JsonModel, NewEntry
from isthmus.workflow import Workflow

Level = Annotated[int, Field(ge=1, le=5)]
Skills = dict[str, int]


class Technician(Entry):
    """Table of technicians."""

    __tablename__ = "technicians"

    name: Mapped[str]
    skills: Mapped[Skills] = mapped_column(JsonModel(Skills))


class TechnicianFields(ApiModel):
    name: ShortText = Field(description="Name, as written on repair orders (姓名).", examples=["陈师傅"])
    skills: dict[Code, Level] = Field(
        default_factory=dict,
        max_length=50,
        description="Skills (技能等级), each with its level from 1 (learner) to 5 (master).",
        examples=[{"engine": 4, "electric": 2}],
    )


class NewTechnician(NewEntry, TechnicianFields):
    """A technician of a workshop (技师登记)."""


class TechnicianChange(EntryChange, TechnicianFields):
    """What changes of a technician (技师变更)."""


class TechnicianView(EntryView, TechnicianFields):
    """A technician (维修技师)."""


class TechnicianFilter(EntryFilter):
    """Which technicians to list."""


workflow = Workflow(initial="active", steps={"leave": (["active"], "left"), "return": (["left"], "active")})
technicians = Entries(Technician, TechnicianView, workflow)
router = service_router(prefix="/v1/aftersales/technicians", tags=["workshops"])
technicians.serve_reading(router, TechnicianFilter)
technicians.serve_change(router, TechnicianChange)


@router.post("", status_code=201)
async def create_technician(body: NewTechnician, work: Writing) -> TechnicianView:
    """Add a technician to a workshop (技师登记)."""
    return await technicians.create(work, body)


@router.post("/{technician_id}/leave")
async def let_technician_leave(technician_id: UUID, work: Writing) -> TechnicianView:
    """The technician works here no more (离职)."""
    return await technicians.step(work, technician_id, "leave")


@router.post("/{technician_id}/return")
async def take_technician_back(technician_id: UUID, work: Writing) -> TechnicianView:
    """The technician works here again (复职)."""
    return await technicians.step(work, technician_id, "return")


class Skilled(Protocol):
    """Somebody with a name and skills."""

    @property
    def name(self) -> str:
        """As written on repair orders."""

    @property
    def skills(self) -> Mapping[str, int]:
        """Level by skill."""


def best_technician(people: Iterable[Skilled], needed: Sequence[str], open_orders: Mapping[str, int]) -> str | None:
    """The name of who should do work that needs these skills, or None when nobody has them all.

    The best at the weakest needed skill is taken, of equals the one with the fewest open orders, then by name.
    """
    able = [person for person in people if all(skill in person.skills for skill in needed)]

    def order(person: Skilled) -> tuple[int, int, str]:
        weakest = min((person.skills[skill] for skill in needed), default=0)
        return -weakest, open_orders.get(person.name, 0), person.name

    return min(able, key=order).name if able else None


async def active_technicians(session: AsyncSession, org_unit: str) -> Sequence[Technician]:
    """Who works in a workshop now."""
    query = select(Technician).where(Technician.org_unit == org_unit, Technician.status == "active")
    return (await session.scalars(query)).all()
