"""An appointment (维修预约): its table and its fields."""

from datetime import datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKey, func
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.workshops.bays import MAX_MINUTES
from isthmus.contracts.fields import Code, Instant, LongText, Text
from isthmus.http import ApiModel, ShortText
from isthmus.parties import (
    Document,
    DocumentChange,
    DocumentFilter,
    DocumentView,
    JsonModel,
    NewDocument,
    Vehicle,
)


class Appointment(Document):
    """Table of appointments."""

    __tablename__ = "appointments"
    business_facts = frozenset({"adviser", "channel", "kind", "registered_by"})
    sortable = ("scheduled_at",)

    kind: Mapped[str]
    channel: Mapped[str | None]
    registered_by: Mapped[str]
    interaction_id: Mapped[UUID | None] = mapped_column(index=True)
    case_id: Mapped[UUID | None] = mapped_column(index=True)
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
CALL_CENTER, STATION = "call_center", "station"
"""Who registers appointments."""
HOLDING = ("booked", "confirmed", "arrived")
"""States in which an appointment keeps its bay."""

# Two appointments never hold one bay at the same time, whoever writes them.
ExcludeConstraint(
    (Appointment.bay_id, "="),
    (BOOKED_SPAN, "&&"),
    name="appointments_bay_once_excl",
    where=Appointment.bay_id.is_not(None) & Appointment.status.in_(HOLDING),
)


class ContactReference(ApiModel):
    """The contact in which the customer wished it."""

    interaction_id: UUID | None = Field(
        None, description="Contact (客户互动) of the call-center in which the customer last wished it so."
    )
    case_id: UUID | None = Field(None, description="Case (客服工单) of the call-center it belongs to.")


class AppointmentFields(ContactReference):
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
    """Why an appointment is declined (拒绝原因)."""

    cancel_reason: Text = Field(min_length=1, description="Why (取消原因).")


class AppointmentCancellation(AppointmentEnd, ContactReference):
    """Why an appointment is cancelled (取消原因)."""


class AppointmentView(DocumentView, AppointmentFields):
    """An appointment (维修预约)."""

    registered_by: Code = Field(description="Registered by (登记方): station, call_center.")
    ends_at: datetime | None = Field(description="Planned end, breaks counted in (预计结束时间).")
    bay_id: UUID | None = Field(description="Bay kept for it (工位), where the workshop has registered its bays.")

    cancel_reason: Text | None = Field(description="Why it was declined or cancelled (取消原因).")


class AppointmentFilter(DocumentFilter):
    """Which appointments to list."""

    sortable = Appointment.sortable

    kind: Code | None = Field(None, description="Only this kind of work (业务类别).")
    registered_by: Code | None = Field(None, description="Only those registered by (登记方): station, call_center.")
    interaction_id: UUID | None = Field(None, description="Only those of this contact (客户互动).")
    case_id: UUID | None = Field(None, description="Only those of this case (客服工单).")
    adviser: ShortText | None = Field(None, description="Only this adviser (服务顾问).")
