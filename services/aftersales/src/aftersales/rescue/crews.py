"""Crews (救援班组): who goes out to rescue or to work at the door; each is on one job at a time."""

from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.access import Writing
from isthmus.contracts.fields import Code
from isthmus.http import ApiModel, ShortText, service_router
from isthmus.parties import Entries, Entry, EntryChange, EntryFilter, EntryView, JsonModel, NewEntry
from isthmus.workflow import Workflow


class Crew(Entry):
    """Table of crews."""

    __tablename__ = "crews"

    name: Mapped[str]
    takes: Mapped[list[str]] = mapped_column(JsonModel(list[str]))
    phone: Mapped[str | None]


class CrewFields(ApiModel):
    name: ShortText = Field(description="Name of the crew (班组名称).", examples=["救援一组"])
    takes: list[Code] = Field(
        default_factory=list, max_length=20, description="Jobs it takes (适用业务): rescue, door_step; any, if none."
    )
    phone: ShortText | None = Field(None, description="Phone of the crew (班组电话).")


class NewCrew(NewEntry, CrewFields):
    """A crew of a workshop (班组登记)."""


class CrewChange(EntryChange, CrewFields):
    """What changes of a crew (班组变更)."""


class CrewView(EntryView, CrewFields):
    """A crew (救援班组)."""


class CrewFilter(EntryFilter):
    """Which crews to list."""


workflow = Workflow(initial="on_duty", steps={"rest": (["on_duty"], "off_duty"), "resume": (["off_duty"], "on_duty")})
crews = Entries(Crew, CrewView, workflow)
router = service_router(prefix="/v1/aftersales/crews", tags=["rescue"])
crews.serve_reading(router, CrewFilter)
crews.serve_change(router, CrewChange)


@router.post("", status_code=201)
async def create_crew(body: NewCrew, work: Writing) -> CrewView:
    """Add a crew (班组登记)."""
    return await crews.create(work, body)


@router.post("/{crew_id}/rest")
async def rest_crew(crew_id: UUID, work: Writing) -> CrewView:
    """The crew takes no new jobs (下班)."""
    return await crews.step(work, crew_id, "rest")


@router.post("/{crew_id}/resume")
async def resume_crew(crew_id: UUID, work: Writing) -> CrewView:
    """The crew takes jobs again (上班)."""
    return await crews.step(work, crew_id, "resume")
