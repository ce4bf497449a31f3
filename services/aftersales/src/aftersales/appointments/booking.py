"""What is agreed with the customer: book, move, cancel, confirm; by the station, or by the call-center (预约电话登记).

The call-center books for a customer on the line. The station is told of each such step, and still has to accept.
"""

from uuid import UUID

from sqlalchemy import select

from aftersales.appointments.appointment import (
    CALL_CENTER,
    STATION,
    AppointmentCancellation,
    AppointmentChange,
    AppointmentView,
    NewAppointment,
)
from aftersales.appointments.keeping import appointments
from aftersales.notices import tell_customer, tell_station
from aftersales.workshops.workshops import Workshop, workshop_name
from isthmus.calendars import local_time
from isthmus.contracts.aftersales import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentChanged,
    AppointmentConfirmed,
)
from isthmus.http import FieldError, Unprocessable
from isthmus.parties import Work


async def book(work: Work, body: NewAppointment) -> AppointmentView:
    """Register an appointment; the call-center may do so wherever there is an open workshop."""
    if not _is_call_center(work):
        return await appointments.create(work, body, AppointmentBooked, registered_by=STATION)
    work.require_org_unit(body.org_unit)
    is_open = select(Workshop.id).where(Workshop.org_unit == body.org_unit, Workshop.status == "open")
    if await work.session.scalar(is_open) is None:
        detail = f"There is no open workshop at {body.org_unit}."
        raise Unprocessable("unknown_workshop", detail, [FieldError("/org_unit", "unknown_workshop", detail)])
    channel = body.channel or "phone"
    view = await appointments.create(work, body, AppointmentBooked, registered_by=CALL_CENTER, channel=channel)
    await tell_station(work, view.org_unit, "appointment_registered", view.id, view.scheduled_at)
    return view


async def change(work: Work, appointment_id: UUID, if_match: int, body: AppointmentChange) -> AppointmentView:
    """Change an appointment, for instance move it; a customer it was confirmed to is told the new time."""
    agreed_for = (await appointments.find(work, appointment_id, lock=True)).scheduled_at
    view = await appointments.change(work, appointment_id, if_match, body, AppointmentChanged)
    if _is_call_center(work):
        await tell_station(work, view.org_unit, "appointment_moved", view.id, view.scheduled_at)
    if view.status == "confirmed" and view.scheduled_at != agreed_for:
        await _tell_time(work, view, "appointment_rescheduled")
    return view


async def cancel(work: Work, appointment_id: UUID, body: AppointmentCancellation) -> AppointmentView:
    """Cancel an appointment."""
    said = body.model_dump(exclude_unset=True)
    view = await appointments.step(work, appointment_id, "cancel", AppointmentCancelled, **said)
    if _is_call_center(work):
        await tell_station(work, view.org_unit, "appointment_given_up", view.id, view.scheduled_at)
    return view


async def confirm(work: Work, appointment_id: UUID) -> AppointmentView:
    """Accept an appointment, and confirm it to the customer (预约确认)."""
    view = await appointments.step(work, appointment_id, "confirm", AppointmentConfirmed)
    await _tell_time(work, view, "appointment_confirmed")
    return view


async def _tell_time(work: Work, view: AppointmentView, template: str) -> None:
    """Tell the customer where and when."""
    station = await workshop_name(work.session, view.org_unit)
    time = local_time(view.scheduled_at)
    await tell_customer(work, view.org_unit, view.customer, template, station=station, time=time)


def _is_call_center(work: Work) -> bool:
    """Whether the caller may only book for customers, as agents of the hotline may."""
    return "aftersales:write" not in work.caller.scopes
