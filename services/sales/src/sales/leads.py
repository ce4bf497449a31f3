"""Leads (销售线索): somebody may want a vehicle; scored, given to a consultant, and followed until won or lost."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select

from isthmus.contracts.fields import Code, Instant, LongText, RecordId, Text
from isthmus.contracts.sales import LeadChanged, LeadCreated
from isthmus.http import ApiModel, FieldError, IfMatch, ShortText, Unprocessable, service_router
from isthmus.parties import (
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    Money,
    NewDocument,
    Party,
    VehicleModel,
    Work,
)
from isthmus.parties.entries import wrong_reference
from isthmus.workflow import Workflow
from sales.access import Reading, Writing
from sales.assignment import RULES as ASSIGNMENT
from sales.assignment import next_consultant
from sales.dealer_time import day_of
from sales.lead_duplicates import DuplicateCheck, find_duplicates
from sales.lead_scores import LeadFacts, score
from sales.lead_table import OPEN, Lead
from sales.web_visits import join_visits

LostCode = Literal[
    "delivery_time", "finance", "no_need", "not_real", "other", "price", "rival", "service", "unreachable", "vehicle"
]
"""The reasons a lead is lost for (战败原因代码)."""


class LeadFields(ApiModel):
    channel: Code | None = Field(None, description="How it came (来源渠道): web, walk_in, phone, adf, referral …")
    campaign: Text | None = Field(None, description="Campaign that brought it (营销活动).")
    consultant: ShortText | None = Field(None, description="Sales consultant in charge (销售顾问).")
    vehicle: VehicleModel | None = Field(None, description="Vehicle of interest (意向车型).")
    intent_level: Code | None = Field(None, description="Intent grade (意向级别): h, a, b, c.")
    budget: Money | None = Field(None, description="Budget (预算).")
    expected_purchase_on: date | None = Field(None, description="Expected date of purchase (预计购车日期).")
    next_contact_at: Instant | None = Field(None, description="Next contact promised (下次联系时间).")
    referrer: ShortText | None = Field(
        None, description="Who referred the customer (转介绍人), as written: of those who are no customers here."
    )
    referred_by: RecordId | None = Field(
        None,
        description="Record of the customer who referred (转介绍客户记录), instead of a name that no erasure finds.",
    )
    rival: Text | None = Field(None, description="Vehicle it is compared with (竞品车型).")
    trade_in: bool | None = Field(None, description="Whether there is a vehicle to trade in (是否置换).")
    note: LongText | None = Field(None, description="Note (备注).")


class NewLead(NewDocument, LeadFields):
    """A new lead (线索建立)."""


class LeadRequest(NewLead):
    """A new lead, and which visitor of the web site it is."""

    visitor: UUID | None = Field(
        None, description="The web site's number of the visitor (访客标识): visits until now are then the customer's."
    )


class LeadChange(DocumentChange, LeadFields):
    """What changes in a lead (线索变更)."""


class LeadLoss(ApiModel):
    """Why a lead is lost (战败)."""

    lost_code: LostCode = Field("other", description="Reason by the list (战败原因代码).")
    lost_reason: Text = Field(min_length=1, description="Why it was lost (战败原因).")


class LeadView(DocumentView, LeadFields):
    """A lead (销售线索)."""

    test_driven_at: datetime | None = Field(description="When a test drive took place (试驾时间).")
    score: int | None = Field(description="Score when it was written last, 1000 is best (线索评分).")
    lost_code: Code | None = Field(description="Reason by the list (战败原因代码).")
    lost_reason: Text | None = Field(description="Why it was lost (战败原因).")
    lost_at: datetime | None = Field(description="When it was lost (战败时间).")


class LeadAnswer(LeadView):
    """A lead that was made, with a warning when its customer may be known already."""

    duplicate_check: DuplicateCheck | None = Field(
        None,
        exclude_if=lambda check: check is None,
        description="Whom the customer may be (查重结果), or why nobody was asked; left out when nobody was found.",
    )


class ScoreReason(ApiModel):
    """Points and what they were given for (评分依据)."""

    reason: str = Field(description="Code of the rule (规则代码).")
    points: int = Field(description="Points (得分).")
    en: str = Field(description="English words (英文).")
    zh: str = Field(description="Chinese words (中文).")


class ScoreView(ApiModel):
    """The score of a lead as it is now (线索评分)."""

    points: int = Field(description="Sum of the points, 1000 at most (总分).")
    reasons: list[ScoreReason] = Field(description="What they were given for (评分依据).")


class LeadFilter(DocumentFilter):
    """Which leads to list."""

    sortable = Lead.sortable

    consultant: ShortText | None = Field(None, description="Only this consultant (销售顾问).")
    channel: Code | None = Field(None, description="Only this channel (来源渠道).")


def _facts(lead: Lead) -> LeadFacts:
    """What counts for the score; the party's record says how the customer can be reached."""
    party = lead.party.body
    known = {
        "phone": party.phones,
        "email": party.emails,
        "vehicle": lead.vehicle,
        "budget": lead.budget,
        "trade_in": lead.trade_in,
        "test_drive": lead.test_driven_at,
        "owned_vehicle": party.vehicles,
    }
    there = frozenset(name for name, value in known.items() if value)
    return LeadFacts(there, lead.channel, lead.expected_purchase_on)


def _check_and_rescore(lead: Lead) -> None:
    if lead.referrer is not None and lead.referred_by is not None:
        detail = "Who referred is named by the record or as written, not by both."
        raise Unprocessable("referrer_twice", detail, [FieldError("/referrer", "referrer_twice", detail)])
    lead.score = score(_facts(lead), day_of(lead.updated_at)).points


workflow = Workflow(
    initial="new",
    steps={
        "contact": (["new"], "contacted"),
        "qualify": (["new", "contacted"], "qualified"),
        "convert": (["qualified"], "converted"),
        "lose": (["new", "contacted", "qualified"], "lost"),
        "reopen": (["lost"], "contacted"),
    },
    changeable=OPEN,
)
leads = Documents(Lead, LeadView, workflow, rule=_check_and_rescore)
router = service_router(prefix="/v1/sales/leads", tags=["leads"])


@router.post("", status_code=201)
async def create_lead(body: LeadRequest, work: Writing) -> LeadAnswer:
    """Record a lead (线索建立); it is scored, given to a consultant by the rules, and checked for duplicates."""
    work.require_org_unit(body.org_unit)
    await _require_referrer(work, body.org_unit, body.referred_by)
    check = await find_duplicates(work, body)
    consultant = body.consultant or await _assign(work, body)
    own = NewLead.model_construct(**{name: getattr(body, name) for name in NewLead.model_fields})
    view = await leads.create(work, own, LeadCreated, consultant=consultant)
    if body.visitor is not None:
        await join_visits(work, body.visitor, view.id, view.org_unit, view.customer)
    return LeadAnswer.model_validate(view.model_dump() | {"duplicate_check": check})


leads.serve_reading(router, LeadFilter)


@router.patch("/{lead_id}")
async def change_lead(lead_id: UUID, body: LeadChange, version: IfMatch, work: Writing) -> LeadView:
    """Change a lead, for instance give it to another consultant (线索分配)."""
    if "referred_by" in body.model_fields_set:
        await _require_referrer(work, (await leads.find(work, lead_id)).org_unit, body.referred_by)
    return await leads.change(work, lead_id, version, body, LeadChanged)


@router.get("/{lead_id}/score")
async def explain_score(lead_id: UUID, work: Reading) -> ScoreView:
    """Show the score of a lead as it is today, and what it is made of (评分依据)."""
    lead = await leads.find(work, lead_id)
    await leads.log_read(work, [lead.id])
    scored = score(_facts(lead), day_of(work.clock.now()))
    reasons = [ScoreReason.model_validate(rule) for rule in scored.rules]
    return ScoreView(points=scored.points, reasons=reasons)


@router.post("/{lead_id}/contact")
async def contact_lead(lead_id: UUID, work: Writing) -> LeadView:
    """The customer was reached (首次联系)."""
    return await leads.step(work, lead_id, "contact", LeadChanged)


@router.post("/{lead_id}/qualify")
async def qualify_lead(lead_id: UUID, work: Writing) -> LeadView:
    """The wish is real: need, budget and time are known (线索确认)."""
    return await leads.step(work, lead_id, "qualify", LeadChanged)


@router.post("/{lead_id}/convert")
async def convert_lead(lead_id: UUID, work: Writing) -> LeadView:
    """The lead became a purchase (成交转化)."""
    return await leads.step(work, lead_id, "convert", LeadChanged)


@router.post("/{lead_id}/lose")
async def lose_lead(lead_id: UUID, body: LeadLoss, work: Writing) -> LeadView:
    """The lead is lost, and why (战败)."""
    loss = {"lost_code": body.lost_code, "lost_reason": body.lost_reason, "lost_at": work.clock.now()}
    return await leads.step(work, lead_id, "lose", LeadChanged, **loss)


@router.post("/{lead_id}/reopen")
async def reopen_lead(lead_id: UUID, work: Writing) -> LeadView:
    """The customer is interested again (战败激活); why it was lost stays in the history."""
    cleared = dict.fromkeys(("lost_code", "lost_reason", "lost_at"))
    return await leads.step(work, lead_id, "reopen", LeadChanged, **cleared)


async def note_test_drive(work: Work, lead_id: UUID) -> None:
    """A test drive of the lead took place, which raises its score; a lead that is closed stays as it is."""
    lead = await work.session.get(Lead, lead_id)
    if lead is not None and lead.status in OPEN:
        by, now = work.caller.subject, work.clock.now()
        await leads.act(work, lead_id, None, LeadChanged, by=by, test_driven_at=now)


async def _require_referrer(work: Work, org_unit: str, record_id: str | None) -> None:
    """Raise a 422 problem unless the customer who referred, if one is named, is the org unit's, and not erased."""
    if record_id is None:
        return
    party = await work.session.scalar(select(Party).where(Party.record_id == record_id))
    if party is None or party.org_unit != org_unit or party.erased_at is not None:
        raise wrong_reference("referred_by", f"There is no such customer of {org_unit}.")


async def _assign(work: Work, body: NewLead) -> str | None:
    """Whose turn it is by the rules (线索分配); None when the dealer assigns by hand."""
    rule = ASSIGNMENT.rule_for(body.org_unit, None if body.vehicle is None else body.vehicle.series)
    if rule is None:
        return None
    # One lead after the other, so that two at once do not count the same.
    lock = func.hashtextextended(f"lead_assignment/{body.org_unit}", 0)
    await work.session.execute(select(func.pg_advisory_xact_lock(lock)))
    given = select(Lead.consultant, func.count(), func.count().filter(Lead.status.in_(OPEN)))
    of_rule = given.where(Lead.org_unit == body.org_unit, Lead.consultant.in_(rule.consultants))
    counts = (await work.session.execute(of_rule.group_by(Lead.consultant))).all()
    assigned = {str(name): number for name, number, _ in counts}
    still_open = {str(name): number for name, _, number in counts}
    return next_consultant(rule, assigned, still_open)
