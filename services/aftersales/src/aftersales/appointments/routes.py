"""The routes of appointments: register, accept, move, arrive, cancel."""

from uuid import UUID

from aftersales.access import Booking, Writing
from aftersales.appointments.appointment import (
    AppointmentCancellation,
    AppointmentChange,
    AppointmentEnd,
    AppointmentFilter,
    AppointmentView,
    NewAppointment,
)
from aftersales.appointments.booking import book, cancel, change, confirm
from aftersales.appointments.keeping import appointments
from isthmus.contracts.aftersales import (
    AppointmentArrived,
    AppointmentCompleted,
    AppointmentDeclined,
    AppointmentNoShow,
)
from isthmus.http import IfMatch, service_router

router = service_router(prefix="/v1/aftersales/appointments", tags=["appointments"])
appointments.serve_reading(router, AppointmentFilter)


@router.post("", status_code=201)
async def create_appointment(body: NewAppointment, work: Booking) -> AppointmentView:
    """Register an appointment (预约登记); the call-center does so for the customer on the line (预约电话登记)."""
    return await book(work, body)


@router.patch("/{appointment_id}")
async def change_appointment(
    appointment_id: UUID, body: AppointmentChange, version: IfMatch, work: Booking
) -> AppointmentView:
    """Change an appointment, for instance move it (改约)."""
    return await change(work, appointment_id, version, body)


@router.post("/{appointment_id}/confirm")
async def confirm_appointment(appointment_id: UUID, work: Writing) -> AppointmentView:
    """The station accepts the appointment (预约受理), and the customer is told."""
    return await confirm(work, appointment_id)


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
async def cancel_appointment(appointment_id: UUID, body: AppointmentCancellation, work: Booking) -> AppointmentView:
    """The customer or the station cancels (预约取消)."""
    return await cancel(work, appointment_id, body)


@router.post("/{appointment_id}/no-show")
async def miss_appointment(appointment_id: UUID, work: Writing) -> AppointmentView:
    """The customer did not come (爽约)."""
    return await appointments.step(work, appointment_id, "no-show", AppointmentNoShow)
