"""The routes of rescue and door-step jobs: find who can go, send them, follow them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlalchemy import select

from aftersales.access import Booking, Reading, Writing
from aftersales.places import Place, distance_m
from aftersales.rescue.crews import Crew
from aftersales.rescue.dispatch import free_crews, stations_by_distance
from aftersales.rescue.job import (
    JobKind,
    NewRescueJob,
    RescueJobChange,
    RescueJobFields,
    RescueJobFilter,
    RescueJobView,
    rescue_jobs,
)
from aftersales.workshops.workshops import workshop_of
from isthmus.contracts.aftersales_jobs import (
    RescueJobAccepted,
    RescueJobArrived,
    RescueJobCancelled,
    RescueJobChanged,
    RescueJobCompleted,
    RescueJobDeclined,
    RescueJobDeparted,
    RescueJobReported,
)
from isthmus.contracts.customer_records import PartyBody
from isthmus.contracts.fields import LongText, OrgUnit, Text
from isthmus.http import ApiModel, Conflict, service_router

router = service_router(prefix="/v1/aftersales/rescue-jobs", tags=["rescue"])


class HereQuery(Place):
    """Where help is needed, and which."""

    kind: JobKind = Field("rescue", description="Kind of job (业务类别).")


class StationView(ApiModel):
    """A station that can go (可派站点)."""

    org_unit: OrgUnit = Field(description="The station (组织单元).")
    name: str = Field(description="Its name (名称).")
    distance_m: int = Field(description="Metres as the crow flies (距离).")
    free_crews: list[UUID] = Field(description="Its crews that are free (空闲班组).")


class RescueCall(RescueJobFields):
    """A call for help, for whichever station is nearest (救援求助)."""

    customer: PartyBody = Field(description="Customer (客户) as they said who they are.")
    place: Place = Field(description="Where, as a point (位置).")


class RescueJobEnd(ApiModel):
    """Why a job is declined or cancelled (取消原因)."""

    cancel_reason: Text = Field(min_length=1, description="Why (取消原因).")


class RescueJobResult(ApiModel):
    """What was done (处理结果)."""

    work_done: LongText | None = Field(None, description="What was done (处理结果).")


@router.get("/nearest-stations")
async def list_nearest_stations(query: Annotated[HereQuery, Query()], work: Reading) -> list[StationView]:
    """Show the stations that can go, nearest first (就近站点查询)."""
    return [StationView.model_validate(one) for one in await stations_by_distance(work.session, query, query.kind)]


rescue_jobs.serve_reading(router, RescueJobFilter)
rescue_jobs.serve_change(router, RescueJobChange, RescueJobChanged)


@router.post("", status_code=201)
async def create_rescue_job(body: NewRescueJob, work: Writing) -> RescueJobView:
    """Register a job of a station (救援登记); a free crew of it is sent, where it has registered its crews."""
    crews = await free_crews(work.session, body.kind, body.org_unit, lock=True)
    if not crews and await work.session.scalar(select(Crew.id).where(Crew.org_unit == body.org_unit).limit(1)):
        raise Conflict("no_crew", f"{body.org_unit} has no crew free for this.")
    workshop = await workshop_of(work, body.org_unit)
    distance = None
    if workshop is not None and workshop.place is not None and body.place is not None:
        distance = distance_m(body.place, workshop.place)
    return await rescue_jobs.create(
        work, body, RescueJobReported, crew_id=crews[0].id if crews else None, distance_m=distance
    )


@router.post("/dispatch", status_code=201)
async def dispatch_rescue_job(body: RescueCall, work: Booking) -> RescueJobView:
    """Send the nearest station that can do it and has a crew free (就近派车); 409 when there is none.

    The call-center does so for whoever calls for help.
    """
    stations = await stations_by_distance(work.session, body.place, body.kind, lock=True)
    if not stations:
        raise Conflict("no_crew", "No station has a crew free for this.")
    nearest = stations[0]
    fields = {name: getattr(body, name) for name in RescueJobFields.model_fields}
    job = NewRescueJob(org_unit=nearest.org_unit, customer=body.customer, **fields)
    return await rescue_jobs.create(
        work, job, RescueJobReported, crew_id=nearest.free_crews[0], distance_m=nearest.distance_m
    )


@router.post("/{rescue_job_id}/accept")
async def accept_rescue_job(rescue_job_id: UUID, work: Writing) -> RescueJobView:
    """The station takes the job (救援受理)."""
    return await rescue_jobs.step(work, rescue_job_id, "accept", RescueJobAccepted, accepted_at=work.clock.now())


@router.post("/{rescue_job_id}/decline")
async def decline_rescue_job(rescue_job_id: UUID, body: RescueJobEnd, work: Writing) -> RescueJobView:
    """The station cannot take the job (救援拒绝)."""
    return await rescue_jobs.step(work, rescue_job_id, "decline", RescueJobDeclined, cancel_reason=body.cancel_reason)


@router.post("/{rescue_job_id}/depart")
async def depart_to_rescue_job(rescue_job_id: UUID, work: Writing) -> RescueJobView:
    """The crew is on the way (救援出发)."""
    return await rescue_jobs.step(work, rescue_job_id, "depart", RescueJobDeparted, departed_at=work.clock.now())


@router.post("/{rescue_job_id}/arrive")
async def arrive_at_rescue_job(rescue_job_id: UUID, work: Writing) -> RescueJobView:
    """The crew has arrived (救援到达)."""
    return await rescue_jobs.step(work, rescue_job_id, "arrive", RescueJobArrived, arrived_at=work.clock.now())


@router.post("/{rescue_job_id}/complete")
async def complete_rescue_job(rescue_job_id: UUID, body: RescueJobResult, work: Writing) -> RescueJobView:
    """The job is done (救援完成)."""
    values = {"completed_at": work.clock.now(), "work_done": body.work_done}
    return await rescue_jobs.step(work, rescue_job_id, "complete", RescueJobCompleted, **values)


@router.post("/{rescue_job_id}/cancel")
async def cancel_rescue_job(rescue_job_id: UUID, body: RescueJobEnd, work: Writing) -> RescueJobView:
    """The job is given up (救援取消)."""
    return await rescue_jobs.step(work, rescue_job_id, "cancel", RescueJobCancelled, cancel_reason=body.cancel_reason)
