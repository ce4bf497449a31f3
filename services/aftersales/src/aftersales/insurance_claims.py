"""Insurance claims (保险理赔受理): report, assessment, approval and payment, for the repair order the insurer pays."""

from datetime import datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.access import Writing
from aftersales.repair_orders.keeping import repair_orders
from isthmus.contracts.aftersales_jobs import (
    InsuranceClaimApproved,
    InsuranceClaimAssessed,
    InsuranceClaimChanged,
    InsuranceClaimPaid,
    InsuranceClaimRejected,
    InsuranceClaimReported,
)
from isthmus.contracts.fields import Instant, LongText, Text
from isthmus.http import ApiModel, Conflict, FieldError, Unprocessable, service_router
from isthmus.parties import (
    Attachments,
    Document,
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    JsonModel,
    Money,
    NewDocument,
    Vehicle,
    Work,
    check_part,
)
from isthmus.workflow import Workflow


class InsuranceClaim(Document):
    """Table of insurance claims."""

    __tablename__ = "insurance_claims"
    business_facts = frozenset({"assessed", "approved", "paid"})

    repair_order_id: Mapped[UUID | None] = mapped_column(ForeignKey("repair_orders.id"), index=True)
    vehicle: Mapped[Vehicle | None] = mapped_column(JsonModel(Vehicle))
    insurer: Mapped[str]
    policy_number: Mapped[str | None]
    claim_number: Mapped[str | None]
    accident: Mapped[str | None]
    accident_at: Mapped[datetime | None]
    attachments: Mapped[Attachments] = mapped_column(JsonModel(Attachments))
    assessed: Mapped[Money | None] = mapped_column(JsonModel(Money))
    approved: Mapped[Money | None] = mapped_column(JsonModel(Money))
    paid: Mapped[Money | None] = mapped_column(JsonModel(Money))
    reject_reason: Mapped[str | None]


class InsuranceClaimFields(ApiModel):
    vehicle: Vehicle | None = Field(None, description="Vehicle (车辆).")
    insurer: Text = Field(min_length=1, description="Insurer (保险公司).", examples=["中国人保"])
    policy_number: Text | None = Field(None, description="Insurance policy (保单号).")
    claim_number: Text | None = Field(None, description="Insurer's claim number (报案号).")
    accident: LongText | None = Field(None, description="What happened (事故经过).")
    accident_at: Instant | None = Field(None, description="When it happened (出险时间).")
    attachments: Attachments = Field(default_factory=list, description="Photos and papers (现场照片及单证).")


class NewInsuranceClaim(NewDocument, InsuranceClaimFields):
    """A damage to be reported to the insurer (报案登记)."""

    repair_order_id: UUID | None = Field(None, description="Repair order it is to pay for (工单号).")


class InsuranceClaimChange(DocumentChange, InsuranceClaimFields):
    """What changes in a claim (理赔变更)."""


class InsuranceClaimView(DocumentView, InsuranceClaimFields):
    """An insurance claim (保险理赔)."""

    repair_order_id: UUID | None = Field(description="Repair order it is to pay for (工单号).")
    assessed: Money | None = Field(description="Damage as assessed (定损金额).")
    approved: Money | None = Field(description="What the insurer will pay (核赔金额).")
    paid: Money | None = Field(description="What the insurer has paid (赔付金额).")
    reject_reason: Text | None = Field(description="Why it was rejected or withdrawn (拒赔原因).")


class InsuranceClaimFilter(DocumentFilter):
    """Which claims to list."""

    repair_order_id: UUID | None = Field(None, description="Only for this repair order (工单号).")
    insurer: Text | None = Field(None, description="Only this insurer (保险公司).")


class ClaimAmount(ApiModel):
    """An amount of a claim (理赔金额)."""

    amount: Money = Field(description="How much (金额).")


class ClaimEnd(ApiModel):
    """Why a claim ends without payment (拒赔原因)."""

    reject_reason: Text = Field(min_length=1, description="Why (原因).")


workflow = Workflow(
    initial="reported",
    steps={
        "assess": (["reported", "assessed"], "assessed"),
        "approve": (["assessed"], "approved"),
        "reject": (["reported", "assessed"], "rejected"),
        "pay": (["approved"], "paid"),
        "withdraw": (["reported", "assessed"], "withdrawn"),
    },
)
insurance_claims = Documents(InsuranceClaim, InsuranceClaimView, workflow)
router = service_router(prefix="/v1/aftersales/insurance-claims", tags=["insurance claims"])
insurance_claims.serve_reading(router, InsuranceClaimFilter)
insurance_claims.serve_change(router, InsuranceClaimChange, InsuranceClaimChanged)


@router.post("", status_code=201)
async def create_insurance_claim(body: NewInsuranceClaim, work: Writing) -> InsuranceClaimView:
    """Take a claim in hand (保险理赔受理)."""
    await repair_orders.require(work, body, "repair_order_id")
    return await insurance_claims.create(work, body, InsuranceClaimReported)


@router.post("/{insurance_claim_id}/assess")
async def assess_insurance_claim(insurance_claim_id: UUID, body: ClaimAmount, work: Writing) -> InsuranceClaimView:
    """The damage is assessed (定损), again if need be."""
    if body.amount.amount_minor < 0:
        raise _wrong_amount("The damage must be at least 0.")
    return await insurance_claims.step(work, insurance_claim_id, "assess", InsuranceClaimAssessed, assessed=body.amount)


@router.post("/{insurance_claim_id}/approve")
async def approve_insurance_claim(insurance_claim_id: UUID, body: ClaimAmount, work: Writing) -> InsuranceClaimView:
    """The insurer will pay, at most what was assessed (核赔)."""
    claim = await insurance_claims.find(work, insurance_claim_id, lock=True)
    if claim.assessed is not None:
        check_part(body.amount, claim.assessed, "amount")
    return await insurance_claims.step(
        work, insurance_claim_id, "approve", InsuranceClaimApproved, approved=body.amount
    )


@router.post("/{insurance_claim_id}/reject")
async def reject_insurance_claim(insurance_claim_id: UUID, body: ClaimEnd, work: Writing) -> InsuranceClaimView:
    """The insurer will not pay (拒赔)."""
    reason = body.reject_reason
    return await insurance_claims.step(work, insurance_claim_id, "reject", InsuranceClaimRejected, reject_reason=reason)


@router.post("/{insurance_claim_id}/pay")
async def pay_insurance_claim(insurance_claim_id: UUID, body: ClaimAmount, work: Writing) -> InsuranceClaimView:
    """The insurer has paid (赔付): what it approved, and what the settlement of the repair order says is its share."""
    claim = await insurance_claims.find(work, insurance_claim_id, lock=True)
    if claim.approved is not None and body.amount != claim.approved:
        raise _wrong_amount(f"The insurer approved {claim.approved.amount_minor} {claim.approved.currency}.")
    await _fits_settlement(work, claim, body.amount)
    return await insurance_claims.step(work, insurance_claim_id, "pay", InsuranceClaimPaid, paid=body.amount)


@router.post("/{insurance_claim_id}/withdraw")
async def withdraw_insurance_claim(insurance_claim_id: UUID, body: ClaimEnd, work: Writing) -> InsuranceClaimView:
    """The customer gives the claim up (撤案)."""
    reason = body.reject_reason
    return await insurance_claims.step(
        work, insurance_claim_id, "withdraw", InsuranceClaimChanged, reject_reason=reason
    )


async def _fits_settlement(work: Work, claim: InsuranceClaim, amount: Money) -> None:
    """Raise 409 unless the repair order, where it is settled, has this amount as the insurer's share."""
    if claim.repair_order_id is None:
        return
    order = await repair_orders.find(work, claim.repair_order_id)
    shares = [share.amount for share in order.settlement if share.payer == "insurer"]
    if order.settlement and shares != [amount]:
        share = shares[0].amount_minor if shares else 0
        raise Conflict("settlement_differs", f"The settlement of the repair order has {share} as the insurer's share.")


def _wrong_amount(detail: str) -> Unprocessable:
    return Unprocessable("wrong_amount", detail, [FieldError("/amount", "wrong_amount", detail)])
