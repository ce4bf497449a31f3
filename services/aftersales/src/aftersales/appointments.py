"""Appointments (维修预约): a time agreed for a vehicle at a station, at the door, or at the roadside."""

from datetime import datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.access import Writing
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
from isthmus.contracts.fields import Code, Instant, LongText, Text
from isthmus.http import ApiModel, ShortText, service_router
from isthmus.parties import (
    Document,
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    JsonModel,
    NewDocument,
    Vehicle,
)
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
    vehicle: Mapped[Vehicle | None] = mapped_column(JsonModel(Vehicle))
    adviser: Mapped[str | None]
    symptom: Mapped[str | None]
    location: Mapped[str | None]
    insurer: Mapped[str | None]
    claim_number: Mapped[str | None]
    cancel_reason: Mapped[str | None]


class AppointmentFields(ApiModel):
    kind: Code = Field(
        "maintenance", description="Kind of work (业务类别): maintenance, repair, claim, rescue, door_step, recall …"
    )
    channel: Code | None = Field(None, description="How it was booked (预约渠道): phone, web, wechat, walk_in.")
    scheduled_at: Instant = Field(description="Agreed time (预约时间).")
    duration_minutes: int | None = Field(None, ge=0, le=100_000, description="Planned minutes (预计时长).")
    vehicle: Vehicle | None = Field(None, description="Vehicle (车辆).")
    adviser: ShortText | None = Field(None, description="Service adviser (服务顾问).")
    symptom: LongText | None = Field(None, description="What the customer reports (故障描述).")
    location: Text | None = Field(None, description="Where, for rescue and door-step service (救援/上门地点).")
    insurer: Text | None = Field(None, description="Insurer, for claims (保险公司).")
    claim_number: Text | None = Field(None, description="Insurer's claim number (报案号).")


class NewAppointment(NewDocument, AppointmentFields):
    """A new appointment (预约登记)."""


class AppointmentChange(DocumentChange, AppointmentFields):
    """What changes in an appointment (预约变更), for instance its time."""


class AppointmentEnd(ApiModel):
    """Why an appointment is declined or cancelled (取消原因)."""

    cancel_reason: Text = Field(min_length=1, description="Why (取消原因).")


class AppointmentView(DocumentView, AppointmentFields):
    """An appointment (维修预约)."""

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
appointments = Documents(Appointment, AppointmentView, workflow)
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
