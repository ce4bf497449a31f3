"""Appointments (维修预约): a time agreed for a vehicle at a station, at the door, or at the roadside."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKey, func, inspect, select
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.access import Writing
from aftersales.notices import local_time, tell_customer, tell_station
from aftersales.service_standard import service_standard
from aftersales.workshops.bays import DEFAULT_MINUTES, MAX_MINUTES, open_bays, spans_of
from aftersales.workshops.slots import Span, free_bays
from aftersales.workshops.workshops import Workshop
from isthmus.contracts.aftersales import (
    AppointmentArrived,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentChanged,
    AppointmentCompleted,
    AppointmentConfirmed,
    AppointmentDeclined,
    AppointmentNoShow,
)
from isthmus.contracts.fields import LATEST, Code, Instant, LongText, Text
from isthmus.http import ApiModel, Conflict, FieldError, ShortText, Unprocessable, service_router
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


class Appointment(Document):
    """Table of appointments."""

    __tablename__ = "appointments"
    business_facts = frozenset({"adviser", "channel", "kind"})
    sortable = ("scheduled_at",)

    kind: Mapped[str]
    channel: Mapped[str | None]
    scheduled_at: Mapped[datetime] = mapped_column(index=True)
    duration_minutes: Mapped[int | None]
    ends_at: Mapped[datetime | None]
    bay_id: Mapped[UUID | None] = mapped_column(ForeignKey("bays.id"))
    vehicle: Mapped[Vehicle | None] = mapped_column(JsonModel(Vehicle))
    adviser: Mapped[str | None]
    symptom: Mapped[str | None]
    location: Mapped[str | None]
    insurer: Mapped[str | None]
    claim_number: Mapped[str | None]
    cancel_reason: Mapped[str | None]


BOOKED_SPAN = func.tstzrange(Appointment.scheduled_at, Appointment.ends_at)
AWAY = ("rescue", "door_step")
"""Kinds of work that need no bay."""
REMINDER, UNANSWERED = "appointment_reminder", "appointment_unanswered"
"""Kinds of timers."""
REMIND_BEFORE = timedelta(hours=24)
HOLDING = ("booked", "confirmed", "arrived")
"""States in which an appointment keeps its bay."""

# Two appointments never hold one bay at the same time, whoever writes them.
ExcludeConstraint(
    (Appointment.bay_id, "="),
    (BOOKED_SPAN, "&&"),
    name="appointments_bay_once_excl",
    where=Appointment.bay_id.is_not(None) & Appointment.status.in_(HOLDING),
)


class AppointmentFields(ApiModel):
    kind: Code = Field(
        "maintenance", description="Kind of work (业务类别): maintenance, repair, claim, rescue, door_step, recall …"
    )
    channel: Code | None = Field(None, description="How it was booked (预约渠道): phone, web, wechat, walk_in.")
    scheduled_at: Instant = Field(description="Agreed time (预约时间).")
    duration_minutes: int | None = Field(None, ge=0, le=MAX_MINUTES, description="Planned minutes (预计时长).")
    vehicle: Vehicle | None = Field(None, description="Vehicle (车辆).")
    adviser: ShortText | None = Field(None, description="Service adviser (服务顾问).")
    symptom: LongText | None = Field(None, description="What the customer reports (故障描述).")
    location: Text | None = Field(None, description="Where, for rescue and door-step service (救援/上门地点).")
    insurer: Text | None = Field(None, description="Insurer, for claims (保险公司).")
    claim_number: Text | None = Field(None, description="Insurer's claim number (报案号).")


class NewAppointment(NewDocument, AppointmentFields):
    """A new appointment (预约登记)."""

    bay_id: UUID | None = Field(None, description="Bay wished for (指定工位); any free one, if left out.")


class AppointmentChange(DocumentChange, AppointmentFields):
    """What changes in an appointment (预约变更), for instance its time."""


class AppointmentEnd(ApiModel):
    """Why an appointment is declined or cancelled (取消原因)."""

    cancel_reason: Text = Field(min_length=1, description="Why (取消原因).")


class AppointmentView(DocumentView, AppointmentFields):
    """An appointment (维修预约)."""

    ends_at: datetime | None = Field(description="Planned end, breaks counted in (预计结束时间).")
    bay_id: UUID | None = Field(description="Bay kept for it (工位), where the workshop has registered its bays.")

    cancel_reason: Text | None = Field(description="Why it was declined or cancelled (取消原因).")


class AppointmentFilter(DocumentFilter):
    """Which appointments to list."""

    sortable = Appointment.sortable

    kind: Code | None = Field(None, description="Only this kind of work (业务类别).")
    adviser: ShortText | None = Field(None, description="Only this adviser (服务顾问).")


workflow = Workflow(
    initial="booked",
    steps={
        "confirm": (["booked"], "confirmed"),
        "decline": (["booked"], "declined"),
        "arrive": (["booked", "confirmed"], "arrived"),
        "complete": (["arrived"], "completed"),
        "cancel": (["booked", "confirmed"], "cancelled"),
        "no-show": (["booked", "confirmed"], "no_show"),
    },
)


class Appointments(Documents[Appointment, AppointmentView]):
    """Appointments, each with a free bay where the workshop has registered its bays."""

    async def _write(
        self, moment: Acting, entry: Appointment, values: dict[str, Any], *details: Any, **more: Any
    ) -> None:
        for name, value in values.items():
            setattr(entry, name, value)
        with moment.session.no_autoflush:
            await _place(moment.session, entry)
            if (
                inspect(entry).attrs.status.history.has_changes()
                or inspect(entry).attrs.scheduled_at.history.has_changes()
            ):
                await _wind_clock(moment, entry)
        await super()._write(moment, entry, {}, *details, **more)


appointments = Appointments(Appointment, AppointmentView, workflow)
router = service_router(prefix="/v1/aftersales/appointments", tags=["appointments"])
appointments.serve_reading(router, AppointmentFilter)
appointments.serve_change(
    router, AppointmentChange, AppointmentChanged, about="Change an appointment, for instance move it (改约)."
)


@router.post("", status_code=201)
async def create_appointment(body: NewAppointment, work: Writing) -> AppointmentView:
    """Register an appointment (预约登记)."""
    return await appointments.create(work, body, AppointmentBooked)


@router.post("/{appointment_id}/confirm")
async def confirm_appointment(appointment_id: UUID, work: Writing) -> AppointmentView:
    """The station accepts the appointment (预约受理)."""
    return await appointments.step(work, appointment_id, "confirm", AppointmentConfirmed)


@router.post("/{appointment_id}/decline")
async def decline_appointment(appointment_id: UUID, body: AppointmentEnd, work: Writing) -> AppointmentView:
    """The station cannot take the appointment (预约拒绝)."""
    reason = body.cancel_reason
    return await appointments.step(work, appointment_id, "decline", AppointmentDeclined, cancel_reason=reason)


@router.post("/{appointment_id}/arrive")
async def arrive_appointment(appointment_id: UUID, work: Writing) -> AppointmentView:
    """The customer has come, or the rescue team has (到店)."""
    return await appointments.step(work, appointment_id, "arrive", AppointmentArrived)


@router.post("/{appointment_id}/complete")
async def complete_appointment(appointment_id: UUID, work: Writing) -> AppointmentView:
    """The appointment was kept and is done (预约完成)."""
    return await appointments.step(work, appointment_id, "complete", AppointmentCompleted)


@router.post("/{appointment_id}/cancel")
async def cancel_appointment(appointment_id: UUID, body: AppointmentEnd, work: Writing) -> AppointmentView:
    """The customer or the station cancels (预约取消)."""
    reason = body.cancel_reason
    return await appointments.step(work, appointment_id, "cancel", AppointmentCancelled, cancel_reason=reason)


@router.post("/{appointment_id}/no-show")
async def miss_appointment(appointment_id: UUID, work: Writing) -> AppointmentView:
    """The customer did not come (爽约)."""
    return await appointments.step(work, appointment_id, "no-show", AppointmentNoShow)


async def _wind_clock(moment: Acting, appointment: Appointment) -> None:
    """Remind the customer the day before, and the station of a request it has not answered in time."""
    key, now = str(appointment.id), moment.clock.now()
    reminder = max(appointment.scheduled_at, now) - REMIND_BEFORE
    if appointment.status in ("booked", "confirmed") and reminder > now:
        await set_timer(moment.session, kind=REMINDER, key=key, due_at=reminder)
    else:
        await cancel_timer(moment.session, REMINDER, key)
    limit = timedelta(minutes=service_standard().limits.accept_appointment_minutes)
    if appointment.status == "booked":
        await set_timer(moment.session, kind=UNANSWERED, key=key, due_at=appointment.created_at + limit)
    else:
        await cancel_timer(moment.session, UNANSWERED, key)


async def remind_of_appointment(fired: FiredTimer, moment: Moment) -> None:
    """Remind the customer of the appointment (预约提醒)."""
    appointment = await moment.session.get(Appointment, UUID(fired.key))
    if appointment is None or appointment.status not in ("booked", "confirmed"):
        return
    workshop = await moment.session.scalar(select(Workshop).where(Workshop.org_unit == appointment.org_unit))
    values = {
        "station": workshop.name if workshop else appointment.org_unit,
        "time": local_time(appointment.scheduled_at),
    }
    await tell_customer(moment, appointment.org_unit, appointment.customer, "appointment_reminder", **values)


async def tell_unanswered(fired: FiredTimer, moment: Moment) -> None:
    """Tell the station of a request nobody has accepted in time (预约未受理)."""
    appointment = await moment.session.get(Appointment, UUID(fired.key))
    if appointment is not None and appointment.status == "booked":
        await tell_station(
            moment, appointment.org_unit, "appointment_unanswered", appointment.id, appointment.scheduled_at
        )


async def _place(session: AsyncSession, appointment: Appointment) -> None:
    """Plan the end of a new or moved appointment, and keep a bay for it.

    Whoever books waits for those who are booking in the same workshop, so that of two who want the last bay one is
    told. Raises 409 when the workshop is closed then (`workshop_closed`), the bay wished for is taken (`slot_taken`) or
    no bay is free (`no_capacity`).
    """
    changed = inspect(appointment).attrs
    if not any(changed[name].history.has_changes() for name in ("scheduled_at", "duration_minutes", "kind")):
        return
    minutes = appointment.duration_minutes or DEFAULT_MINUTES
    appointment.ends_at = _within_time(appointment.scheduled_at + timedelta(minutes=minutes))
    wished = appointment.bay_id
    appointment.bay_id = None
    workshop = await session.scalar(select(Workshop).where(Workshop.org_unit == appointment.org_unit))
    if workshop is None or appointment.kind in AWAY:
        if wished is not None and not inspect(appointment).persistent:
            raise _no_such_bay()
        return
    calendar = workshop.opening_hours.calendar()
    if workshop.status != "open" or not calendar.is_open(appointment.scheduled_at):
        raise Conflict("workshop_closed", "The workshop is closed at that time.")
    appointment.ends_at = _within_time(calendar.add(appointment.scheduled_at, minutes))
    appointment.bay_id = await _free_bay(session, appointment, (appointment.scheduled_at, appointment.ends_at), wished)


async def _free_bay(session: AsyncSession, appointment: Appointment, span: Span, wished: UUID | None) -> UUID | None:
    """A bay that is free all the time, if possible the one held or wished for; None where no bays are registered."""
    bay_ids = [bay.id for bay in await open_bays(session, appointment.org_unit, appointment.kind, lock=True)]
    free = free_bays(span, await spans_of(session, bay_ids, span, but=appointment.id))
    if wished in free:
        return wished
    is_new = not inspect(appointment).persistent
    if wished is not None and is_new and wished not in bay_ids:
        raise _no_such_bay()
    if wished is not None and is_new:
        raise Conflict("slot_taken", "This bay is taken at that time.")
    if bay_ids and not free:
        raise Conflict("no_capacity", "No bay is free at that time.")
    return free[0] if free else None


def _within_time(at: datetime) -> datetime:
    """An end no later than events can tell."""
    return min(at, LATEST - timedelta(microseconds=1))


def _no_such_bay() -> Unprocessable:
    detail = "There is no such bay here for this kind of work."
    return Unprocessable("wrong_reference", detail, [FieldError("/bay_id", "wrong_reference", detail)])
