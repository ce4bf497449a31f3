"""A repair order (维修工单): its table and its fields."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.repair_orders.settlements import PayerShare
from isthmus.calendars import CHINA
from isthmus.contracts import aftersales as contracts
from isthmus.contracts.fields import Code, Instant, LongText, Text
from isthmus.http import ApiModel, ShortText
from isthmus.parties import (
    Attachments,
    Document,
    DocumentChange,
    DocumentFilter,
    DocumentView,
    JsonModel,
    Lines,
    Money,
    NewDocument,
    Vehicle,
)

WORKING = ("opened", "in_progress", "waiting_parts")
"""States in which the promise to be ready is open."""


class RepairedVehicle(Vehicle):
    """The vehicle (车辆) taken in: at least its VIN or its plate."""

    @model_validator(mode="after")
    def _names_a_vehicle(self) -> "RepairedVehicle":
        if not self.vin and not self.plate:
            raise ValueError("a vehicle needs its VIN or its plate")
        return self


class RepairJob(contracts.RepairJob):
    """One complaint (故障) with its cause (原因) and remedy (措施)."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RepairOrder(Document):
    """Table of repair orders."""

    __tablename__ = "repair_orders"
    business_facts = frozenset(
        {"adviser", "customer_pays", "customer_role", "kind", "mileage_doubt", "settlement", "technician", "total"}
    )
    sortable = ("promised_at",)

    number: Mapped[str | None]
    kind: Mapped[str]
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    vehicle: Mapped[RepairedVehicle] = mapped_column(JsonModel(RepairedVehicle))
    vin: Mapped[str | None] = mapped_column(index=True)
    mileage_doubt: Mapped[str | None]
    customer_role: Mapped[str]
    adviser: Mapped[str | None]
    technician: Mapped[str | None]
    symptom: Mapped[str | None]
    diagnosis: Mapped[str | None]
    work_done: Mapped[str | None]
    jobs: Mapped[list[RepairJob]] = mapped_column(JsonModel(list[RepairJob]))
    attachments: Mapped[Attachments] = mapped_column(JsonModel(Attachments))
    lines: Mapped[Lines] = mapped_column(JsonModel(Lines))
    total: Mapped[Money | None] = mapped_column(JsonModel(Money))
    customer_pays: Mapped[Money | None] = mapped_column(JsonModel(Money))
    settlement: Mapped[list[PayerShare]] = mapped_column(JsonModel(list[PayerShare]), default=list)
    insurer: Mapped[str | None]
    claim_number: Mapped[str | None]
    opened_at: Mapped[datetime]
    promised_at: Mapped[datetime | None]
    reworks: Mapped[int] = mapped_column(default=0)
    service_due_on: Mapped[date | None] = mapped_column(index=True)
    service_due_km: Mapped[int | None]
    warned_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    next_service_due_on: Mapped[date | None]
    next_service_due_km: Mapped[int | None]
    cancel_reason: Mapped[str | None]

    @property
    def occurred_at(self) -> datetime:
        """A closed order happened when the vehicle was handed back, however late that is told."""
        return self.closed_at or self.updated_at


class RepairOrderFields(ApiModel):
    number: ShortText | None = Field(None, description="Number printed on it (工单编号).")
    kind: Code = Field("repair", description="Kind of work (业务类别): maintenance, repair, claim, rescue, recall …")
    vehicle: RepairedVehicle = Field(description="Vehicle with mileage (车辆及里程).")
    customer_role: Literal["owner", "driver", "payer", "contact"] = Field(
        "owner", description="Customer's role (客户与车辆关系): owner (车主), driver (驾驶人), payer or contact."
    )
    adviser: ShortText | None = Field(None, description="Service adviser (服务顾问).")
    technician: ShortText | None = Field(None, description="Technician (维修技师).")
    symptom: LongText | None = Field(None, description="What the customer reports (故障描述).")
    diagnosis: LongText | None = Field(None, description="What was found (检查结果).")
    work_done: LongText | None = Field(None, description="What was done (维修内容).")
    jobs: list[RepairJob] = Field(
        default_factory=list, max_length=100, description="Complaint, cause and remedy of each fault (故障-原因-措施)."
    )
    attachments: Attachments = Field(
        default_factory=list, description="Photos taken at check-in and other papers (接车照片及附件)."
    )
    lines: Lines = Field(default_factory=list, description="Labour and parts (工时及配件).")
    total: Money | None = Field(None, description="Amount in all (总金额), the sum of the lines' amounts.")
    customer_pays: Money | None = Field(None, description="Share of the customer (客户自付).")
    insurer: Text | None = Field(None, description="Insurer, for claims (保险公司).")
    claim_number: Text | None = Field(None, description="Insurer's claim number (报案号).")
    promised_at: Instant | None = Field(None, description="Promised to be ready (承诺交车时间).")
    next_service_due_on: date | None = Field(None, description="Next service due by date (下次保养日期).")
    next_service_due_km: int | None = Field(None, ge=0, le=100_000_000, description="… by mileage (下次保养里程).")


class NewRepairOrder(NewDocument, RepairOrderFields):
    """A vehicle taken in (接车开单)."""

    appointment_id: UUID | None = Field(None, description="Appointment it follows (预约号).")
    opened_at: Instant | None = Field(None, description="Vehicle taken in (接车时间); now, if left out.")
    closed_at: Instant | None = Field(
        None, description="Handed back (结算交车时间), of an order that is brought in when all is over (历史工单)."
    )


class RepairOrderChange(DocumentChange, RepairOrderFields):
    """What changes in a repair order (工单变更)."""


class RepairOrderCancellation(ApiModel):
    """Why a repair order is cancelled (取消原因)."""

    cancel_reason: Text = Field(min_length=1, description="Why (取消原因).")


class RepairOrderView(DocumentView, RepairOrderFields):
    """A repair order (维修工单)."""

    appointment_id: UUID | None = Field(description="Appointment it follows (预约号).")
    opened_at: datetime = Field(description="Vehicle taken in (接车时间).")
    mileage_doubt: str | None = Field(
        description="What speaks against the mileage (里程疑点): below_earlier, above_later or too_fast."
    )
    settlement: list[PayerShare] = Field(description="Who pays what (结算分摊); adds up to the total.")
    reworks: int = Field(description="How often the work failed the quality check (返工次数).")
    warned_at: datetime | None = Field(description="Warned that the promise is near (临近超时提醒时间).")
    overdue_at: datetime | None = Field(description="Since when the promise is broken (超时时间).")
    completed_at: datetime | None = Field(description="Work done (竣工时间).")
    closed_at: datetime | None = Field(description="Handed back (结算交车时间).")
    cancel_reason: Text | None = Field(description="Why it was cancelled (取消原因).")


class RepairOrderFilter(DocumentFilter):
    """Which repair orders to list."""

    sortable = RepairOrder.sortable

    kind: Code | None = Field(None, description="Only this kind of work (业务类别).")
    adviser: ShortText | None = Field(None, description="Only this adviser (服务顾问).")
    is_overdue: bool | None = Field(
        None, description="Only those not done at the promised time (超时未完工), or only all others."
    )


def local_date(at: datetime) -> date:
    """The day it is in China at an instant."""
    return at.astimezone(CHINA).date()
