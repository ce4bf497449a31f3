"""Advice on buying (购车咨询): which variants fit a customer's budget and needs, and all that helps to choose."""

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from isthmus.http import ApiModel, service_router
from isthmus.parties import Money, Party, Work
from isthmus.parties.entries import wrong_reference
from sales.access import Reading
from sales.advice.answering import AdvisedVariant, told_of
from sales.advice.fitting import rank
from sales.advice.needs import AdviceRequest, Needs, asked_for, check_uses, completed
from sales.advice.offers import offers_of
from sales.advice.promotions import Promotion, promotions_for
from sales.advice.rules import RULES
from sales.advice.serving_well import WhereServedWell, where_served_well
from sales.commitments import Commitment, CommitmentView
from sales.customer_value import Standing
from sales.dealer_time import day_of
from sales.lead_table import Lead
from sales.leads import leads

MAX_COMMITMENTS = 100


class Advice(ApiModel):
    """What to tell a customer who wants to buy (购车建议)."""

    budget: Money | None = Field(description="Budget that was reckoned with (预算).")
    needs: Needs = Field(description="What was reckoned with (购车需求).")
    fitting: list[AdvisedVariant] = Field(description="Variants that miss no must (适配车型), the best first.")
    nearly: list[AdvisedVariant] = Field(
        description="Variants that miss a must (接近的车型), those that miss the fewest first."
    )
    considered: int = Field(description="Variants on sale that were looked at (参与比较的车型数).")
    promotions: list[Promotion] = Field(description="Promotions at the dealer (优惠活动), the first to end first.")
    standing: Standing | None = Field(
        description="How customer-master judges the customer (客户评级); null where no promotion depends on it."
    )
    served_well: WhereServedWell = Field(description="What customers say of the places near (网点满意度).")
    commitments: list[CommitmentView] = Field(
        description="What was promised to the customer and is not kept yet (未兑现承诺), the next due first."
    )


router = service_router(prefix="/v1/sales/advice", tags=["advice"])


@router.post("")
async def advise(body: AdviceRequest, work: Reading) -> Advice:
    """Advise on buying (购车咨询): which variants fit, each with its reasons, by the declared rules; nothing is kept.

    What feedback or customer-master does not answer is said to be missing.
    """
    work.require_org_unit(body.org_unit)
    check_uses(body.needs.uses)
    lead = await leads.require(work, body, "lead_id")
    party = await _customer(work, body, lead)
    budget, needs = completed(body, lead)
    promotions, standing = await promotions_for(work, body.org_unit, None if party is None else party.golden_id)
    offers = await offers_of(work, body.org_unit, needs.options, promotions)
    today, currency = day_of(work.clock.now()), None if budget is None else budget.currency
    asked = asked_for(budget, needs, (offer.variant.series for offer in offers.values()))
    wants = RULES.wants(asked, frozenset(needs.uses))
    fits = rank((offer.candidate(currency, today) for offer in offers.values()), wants, RULES.highest)
    fitting, nearly = [one for one in fits if one.fits], [one for one in fits if not one.fits]
    return Advice(
        budget=budget,
        needs=needs,
        fitting=[told_of(one, offers[one.code]) for one in fitting[: RULES.shown]],
        nearly=[told_of(one, offers[one.code]) for one in nearly[: RULES.shown]],
        considered=len(fits),
        promotions=promotions,
        standing=standing,
        served_well=await where_served_well(work, body.org_unit),
        commitments=[] if party is None else await _commitments(work, party),
    )


async def _customer(work: Work, body: AdviceRequest, lead: Lead | None) -> Party | None:
    """Whom it is for; raises a 422 problem for a record that is not the org unit's, or not the lead's."""
    record_id = body.record_id or (None if lead is None else lead.record_id)
    if record_id is None:
        return None
    party = await work.session.scalar(select(Party).where(Party.record_id == record_id))
    if party is None or party.org_unit != body.org_unit or (lead is not None and lead.record_id != record_id):
        raise wrong_reference("record_id", f"There is no such customer of {body.org_unit}, or the lead is another's.")
    await work.log_read("advice", [party.golden_id or record_id])
    return party


async def _commitments(work: Work, party: Party) -> list[CommitmentView]:
    """The open promises to the customer, in all the caller's org units."""
    of_customer = Party.golden_id == party.golden_id if party.golden_id else Party.record_id == party.record_id
    query = select(Commitment).join(Commitment.party).options(contains_eager(Commitment.party))
    query = query.where(of_customer, Commitment.status == "open")
    if not work.caller.all_org_units:
        query = query.where(Commitment.org_unit.in_(work.caller.org_units))
    found = (await work.session.scalars(query.order_by(Commitment.due_at, Commitment.id).limit(MAX_COMMITMENTS))).all()
    await work.log_read("commitments", [promise.id for promise in found])
    return [CommitmentView.model_validate(promise) for promise in found]
