"""What each write of an appointment does: its states, the bay it keeps, whom its clock reminds."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from aftersales.appointments.appointment import AWAY, Appointment, AppointmentView
from aftersales.notices import tell_customer, tell_station
from aftersales.service_standard import service_standard
from aftersales.workshops.bays import DEFAULT_MINUTES, open_bays, spans_of
from aftersales.workshops.slots import Span, free_bays
from aftersales.workshops.workshops import Workshop, workshop_name
from isthmus.calendars import local_time
from isthmus.contracts.fields import LATEST
from isthmus.http import Conflict, FieldError, Unprocessable
from isthmus.parties import (
    Acting,
    Documents,
)
from isthmus.timers import FiredTimer, Moment, cancel_timer, set_timer
from isthmus.workflow import Workflow

REMINDER, UNANSWERED = "appointment_reminder", "appointment_unanswered"
"""Kinds of timers."""
REMIND_BEFORE = timedelta(hours=24)

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

    timer_kinds = (REMINDER, UNANSWERED)

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
    values = {
        "station": await workshop_name(moment.session, appointment.org_unit),
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
