"""What aftersales (售后服务) tells besides: rescue and door-step jobs, claims, parts sales, vehicles given back."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from isthmus.contracts.business import BusinessEvent, Lines, Vehicle
from isthmus.contracts.fields import Code, Instant, LongText, Text
from isthmus.contracts.money import Money


class RescueJobState(BusinessEvent):
    """A rescue (救援) or door-step (上门) job."""

    event_key: ClassVar[str] = "rescue_job_id"

    rescue_job_id: UUID = Field(description="The job (救援单号).")
    status: Code = Field(
        description="State (救援状态).",
        json_schema_extra={
            "x-known-values": ["accepted", "arrived", "cancelled", "completed", "declined", "on_the_way", "reported"]
        },
    )
    kind: Code = Field(
        description="Kind of job (业务类别).", json_schema_extra={"x-known-values": ["door_step", "rescue"]}
    )
    vehicle: Vehicle | None = Field(None, description="Vehicle (车辆).")
    symptom: LongText | None = Field(None, description="What the customer reports (故障描述).")
    location: Text | None = Field(None, description="Where (救援/上门地点).")
    distance_m: int | None = Field(
        None, ge=0, le=25_000_000, description="Metres from the station, as the crow flies (距离).", examples=[12400]
    )
    crew_id: UUID | None = Field(None, description="Crew sent (救援班组).")
    due_at: Instant | None = Field(None, description="When the next step is due (下一步时限).")
    late_at: Instant | None = Field(None, description="Since when a step is late (超时时间).")
    accepted_at: Instant | None = Field(None, description="Accepted (受理时间).")
    departed_at: Instant | None = Field(None, description="On the way (出发时间).")
    arrived_at: Instant | None = Field(None, description="Arrived (到达时间).")
    completed_at: Instant | None = Field(None, description="Done (完成时间).")
    work_done: LongText | None = Field(None, description="What was done (处理结果).")
    cancel_reason: Text | None = Field(None, description="Why it was declined or cancelled (取消原因).")


class RescueJobReported(RescueJobState):
    """Help was asked for, and a station found (救援登记)."""

    event_type: ClassVar[str] = "isthmus.aftersales.rescue-job-reported.v1"


class RescueJobChanged(RescueJobState):
    """What is known of a job changed (救援变更)."""

    event_type: ClassVar[str] = "isthmus.aftersales.rescue-job-changed.v1"


class RescueJobAccepted(RescueJobState):
    """The station takes the job (救援受理)."""

    event_type: ClassVar[str] = "isthmus.aftersales.rescue-job-accepted.v1"


class RescueJobDeclined(RescueJobState):
    """The station cannot take the job (救援拒绝)."""

    event_type: ClassVar[str] = "isthmus.aftersales.rescue-job-declined.v1"


class RescueJobDeparted(RescueJobState):
    """The crew is on the way (救援出发)."""

    event_type: ClassVar[str] = "isthmus.aftersales.rescue-job-departed.v1"


class RescueJobArrived(RescueJobState):
    """The crew has arrived (救援到达)."""

    event_type: ClassVar[str] = "isthmus.aftersales.rescue-job-arrived.v1"


class RescueJobCompleted(RescueJobState):
    """The job is done (救援完成)."""

    event_type: ClassVar[str] = "isthmus.aftersales.rescue-job-completed.v1"


class RescueJobCancelled(RescueJobState):
    """The job is given up (救援取消)."""

    event_type: ClassVar[str] = "isthmus.aftersales.rescue-job-cancelled.v1"


class RescueJobLate(RescueJobState):
    """A step was not taken in time (救援超时): somebody must see to it."""

    event_type: ClassVar[str] = "isthmus.aftersales.rescue-job-late.v1"


class InsuranceClaimState(BusinessEvent):
    """An insurance claim (保险理赔) a station sees through for its customer."""

    event_key: ClassVar[str] = "insurance_claim_id"

    insurance_claim_id: UUID = Field(description="The claim (理赔单号).")
    status: Code = Field(
        description="State (理赔状态).",
        json_schema_extra={"x-known-values": ["approved", "assessed", "paid", "rejected", "reported", "withdrawn"]},
    )
    repair_order_id: UUID | None = Field(None, description="Repair order it pays for (工单号).")
    vehicle: Vehicle | None = Field(None, description="Vehicle (车辆).")
    insurer: Text = Field(description="Insurer (保险公司).")
    policy_number: Text | None = Field(
        None, description="Insurance policy (保单号).", examples=["PDAA202634010000012345"]
    )
    claim_number: Text | None = Field(None, description="Insurer's claim number (报案号).")
    accident: LongText | None = Field(None, description="What happened (事故经过).")
    accident_at: Instant | None = Field(None, description="When it happened (出险时间).")
    assessed: Money | None = Field(None, description="Damage as assessed (定损金额).")
    approved: Money | None = Field(None, description="What the insurer will pay (核赔金额).")
    paid: Money | None = Field(None, description="What the insurer has paid (赔付金额).")
    reject_reason: Text | None = Field(None, description="Why it was rejected or withdrawn (拒赔原因).")


class InsuranceClaimReported(InsuranceClaimState):
    """A damage was reported to the insurer (报案)."""

    event_type: ClassVar[str] = "isthmus.aftersales.insurance-claim-reported.v1"


class InsuranceClaimChanged(InsuranceClaimState):
    """What is known of a claim changed, or it was withdrawn (理赔变更)."""

    event_type: ClassVar[str] = "isthmus.aftersales.insurance-claim-changed.v1"


class InsuranceClaimAssessed(InsuranceClaimState):
    """The damage was assessed (定损)."""

    event_type: ClassVar[str] = "isthmus.aftersales.insurance-claim-assessed.v1"


class InsuranceClaimApproved(InsuranceClaimState):
    """The insurer will pay (核赔)."""

    event_type: ClassVar[str] = "isthmus.aftersales.insurance-claim-approved.v1"


class InsuranceClaimRejected(InsuranceClaimState):
    """The insurer will not pay (拒赔)."""

    event_type: ClassVar[str] = "isthmus.aftersales.insurance-claim-rejected.v1"


class InsuranceClaimPaid(InsuranceClaimState):
    """The insurer has paid (赔付)."""

    event_type: ClassVar[str] = "isthmus.aftersales.insurance-claim-paid.v1"


class PartSaleState(BusinessEvent):
    """A sale of parts (配件销售)."""

    event_key: ClassVar[str] = "part_sale_id"

    part_sale_id: UUID = Field(description="The sale (配件销售单号).")
    status: Code = Field(
        description="State (配件销售状态).",
        json_schema_extra={"x-known-values": ["cancelled", "handed_over", "reserved"]},
    )
    lines: Lines = Field(default_factory=list, description="Parts sold (配件明细).")
    total: Money | None = Field(None, description="Amount in all (总金额).")
    cancel_reason: Text | None = Field(None, description="Why it was cancelled (取消原因).")


class PartSaleReserved(PartSaleState):
    """Parts were ordered and set aside (配件预留)."""

    event_type: ClassVar[str] = "isthmus.aftersales.part-sale-reserved.v1"


class PartSaleHandedOver(PartSaleState):
    """Parts were paid and handed over (配件交付)."""

    event_type: ClassVar[str] = "isthmus.aftersales.part-sale-handed-over.v1"


class PartSaleCancelled(PartSaleState):
    """A sale of parts was cancelled, the parts are free again (配件销售取消)."""

    event_type: ClassVar[str] = "isthmus.aftersales.part-sale-cancelled.v1"


class VehicleReturnState(BusinessEvent):
    """A vehicle to be exchanged or taken back under the three guarantees (退换车)."""

    event_key: ClassVar[str] = "vehicle_return_id"

    vehicle_return_id: UUID = Field(description="The case (退换车单号).")
    status: Code = Field(
        description="State (退换车状态).",
        json_schema_extra={"x-known-values": ["approved", "done", "rejected", "requested", "withdrawn"]},
    )
    wish: Code = Field(
        description="What the customer wants (诉求).", json_schema_extra={"x-known-values": ["exchange", "refund"]}
    )
    vehicle: Vehicle | None = Field(None, description="Vehicle (车辆).")
    reason: LongText | None = Field(None, description="Why (退换原因).")
    criteria: list[Code] = Field(
        default_factory=list,
        max_length=50,
        description="Criteria the repairs met when it was requested (符合的退换条件).",
        examples=[["same_fault_repaired_often"]],
    )
    price: Money | None = Field(None, description="Price the vehicle was bought for (购车价).")
    usage_fee: Money | None = Field(None, description="Fee for its use until then (使用补偿费).")
    decision: LongText | None = Field(None, description="What was decided, and why (处理意见).")


class VehicleReturnRequested(VehicleReturnState):
    """A customer wants to give a vehicle back (退换车申请)."""

    event_type: ClassVar[str] = "isthmus.aftersales.vehicle-return-requested.v1"


class VehicleReturnDecided(VehicleReturnState):
    """It was approved or rejected (退换车审核)."""

    event_type: ClassVar[str] = "isthmus.aftersales.vehicle-return-decided.v1"


class VehicleReturnEnded(VehicleReturnState):
    """It was done, or withdrawn (退换车办结)."""

    event_type: ClassVar[str] = "isthmus.aftersales.vehicle-return-ended.v1"


class ServiceDue(BusinessEvent):
    """A vehicle will soon be due for service (保养到期)."""

    event_type: ClassVar[str] = "isthmus.aftersales.service-due.v1"
    event_key: ClassVar[str] = "repair_order_id"

    repair_order_id: UUID = Field(description="Last repair order of the vehicle (工单号).")
    vehicle: Vehicle = Field(description="Vehicle (车辆).")
    due_on: date = Field(description="Due on, by date or mileage, whichever comes first (到期日期).")
    due_km: int = Field(ge=0, le=200_000_000, description="Due at (到期里程).", examples=[10000])
