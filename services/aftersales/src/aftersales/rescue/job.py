"""A rescue (救援) or door-step (上门) job: its table, its fields, its states, and the clock of its steps."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKey, Index, inspect, select
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.notices import tell_station
from aftersales.places import Place
from aftersales.service_standard import service_standard
from isthmus.contracts.aftersales_jobs import RescueJobLate
from isthmus.contracts.fields import Code, LongText, Text
from isthmus.http import ApiModel
from isthmus.parties import (
    Acting,
    Document,
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    JsonModel,
    NewDocument,
    Vehicle,
)
from isthmus.timers import FiredTimer, Moment, cancel_timer, set_timer
from isthmus.workflow import Workflow

LATE = "rescue_job_late"
"""Kind of timer."""
BUSY = ("reported", "accepted", "on_the_way", "arrived")
"""States in which a job keeps its crew."""

JobKind = Literal["rescue", "door_step"]


class RescueJob(Document):
    """Table of jobs."""

    __tablename__ = "rescue_jobs"
    business_facts = frozenset({"kind"})

    kind: Mapped[str]
    vehicle: Mapped[Vehicle | None] = mapped_column(JsonModel(Vehicle))
    symptom: Mapped[str | None]
    location: Mapped[str]
    place: Mapped[Place | None] = mapped_column(JsonModel(Place))
    distance_m: Mapped[int | None]
    crew_id: Mapped[UUID | None] = mapped_column(ForeignKey("crews.id"))
    due_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    departed_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    work_done: Mapped[str | None]
    cancel_reason: Mapped[str | None]


# A crew is on one job at a time, whoever sends it.
Index(
    "rescue_jobs_crew_busy_key",
    RescueJob.crew_id,
    unique=True,
    postgresql_where=RescueJob.status.in_(BUSY),
)


class RescueJobFields(ApiModel):
    kind: JobKind = Field(
        "rescue", description="Kind of job (业务类别): rescue (救援) or door-step service (上门服务)."
    )
    vehicle: Vehicle | None = Field(None, description="Vehicle (车辆).")
    symptom: LongText | None = Field(None, description="What the customer reports (故障描述).")
    location: Text = Field(min_length=1, description="Where (救援/上门地点).", examples=["G50 高速芜湖出口"])
    place: Place | None = Field(None, description="Where, as a point (位置).")


class NewRescueJob(NewDocument, RescueJobFields):
    """A job of a station (救援登记)."""


class RescueJobChange(DocumentChange, RescueJobFields):
    """What changes in a job (救援变更)."""


class RescueJobView(DocumentView, RescueJobFields):
    """A rescue or door-step job (救援/上门单)."""

    distance_m: int | None = Field(description="Metres from the station, as the crow flies (距离).")
    crew_id: UUID | None = Field(description="Crew sent (救援班组), where the station has registered its crews.")
    due_at: datetime | None = Field(description="When the next step is due (下一步时限).")
    late_at: datetime | None = Field(description="Since when a step is, or was, late (超时时间).")
    accepted_at: datetime | None = Field(description="Accepted (受理时间).")
    departed_at: datetime | None = Field(description="On the way (出发时间).")
    arrived_at: datetime | None = Field(description="Arrived (到达时间).")
    completed_at: datetime | None = Field(description="Done (完成时间).")
    work_done: LongText | None = Field(description="What was done (处理结果).")
    cancel_reason: Text | None = Field(description="Why it was declined or cancelled (取消原因).")


class RescueJobFilter(DocumentFilter):
    """Which jobs to list."""

    kind: Code | None = Field(None, description="Only this kind of job (业务类别).")
    crew_id: UUID | None = Field(None, description="Only this crew (救援班组).")


workflow = Workflow(
    initial="reported",
    steps={
        "accept": (["reported"], "accepted"),
        "decline": (["reported"], "declined"),
        "depart": (["accepted"], "on_the_way"),
        "arrive": (["on_the_way"], "arrived"),
        "complete": (["arrived"], "completed"),
        "cancel": (["reported", "accepted", "on_the_way"], "cancelled"),
    },
)


def due_at(kind: str, status: str, created_at: datetime, now: datetime) -> datetime | None:
    """When the next step of a job is due by the service standard; arrival counts from the report, not the departure."""
    limits = service_standard().limits
    accept, depart, arrive = (
        (limits.rescue_accept_minutes, limits.rescue_depart_minutes, limits.rescue_arrive_minutes)
        if kind == "rescue"
        else (limits.door_step_accept_minutes, limits.door_step_depart_minutes, limits.door_step_arrive_minutes)
    )
    match status:
        case "reported":
            return created_at + timedelta(minutes=accept)
        case "accepted":
            return now + timedelta(minutes=depart)
        case "on_the_way":
            return created_at + timedelta(minutes=arrive)
    return None


class RescueJobs(Documents[RescueJob, RescueJobView]):
    """Jobs; each step winds the clock of the next one."""

    timer_kinds = (LATE,)

    async def _write(
        self, moment: Acting, entry: RescueJob, values: dict[str, Any], *details: Any, **more: Any
    ) -> None:
        for name, value in values.items():
            setattr(entry, name, value)
        if inspect(entry).attrs.status.history.has_changes():
            entry.due_at = due_at(entry.kind, entry.status, entry.created_at, moment.clock.now())
            with moment.session.no_autoflush:
                await _wind_clock(moment, entry)
        await super()._write(moment, entry, {}, *details, **more)


rescue_jobs = RescueJobs(RescueJob, RescueJobView, workflow)


async def _wind_clock(moment: Acting, job: RescueJob) -> None:
    if job.due_at is None:
        await cancel_timer(moment.session, LATE, str(job.id))
    else:
        await set_timer(moment.session, kind=LATE, key=str(job.id), due_at=job.due_at)


async def tell_late_job(fired: FiredTimer, moment: Moment) -> None:
    """A step was not taken in time (救援超时): tell everybody."""
    job_id = UUID(fired.key)
    due = await moment.session.scalar(select(RescueJob.due_at).where(RescueJob.id == job_id).with_for_update())
    if due == fired.due_at:
        job = await rescue_jobs.act(moment, job_id, None, RescueJobLate, by=LATE, late_at=fired.due_at)
        if job is not None:
            await tell_station(moment, job.org_unit, "rescue_job_late", job.id, fired.due_at)
