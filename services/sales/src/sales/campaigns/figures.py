"""What a campaign came to (活动效果): who was reached and who not, what came of it, what it cost and brought."""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, Text, case, cast, func, or_, select, tuple_

from isthmus.contracts.fields import RecordId
from isthmus.http import ApiModel, service_router
from isthmus.parties import Document, Money, Party, Work
from sales.access import Reading
from sales.campaigns.attribution import Attribution, Contact, Rule, attribute, cost_of_one, return_permille
from sales.campaigns.campaigns import campaigns
from sales.campaigns.rules import RULES
from sales.campaigns.tables import Campaign, CampaignMember
from sales.lead_table import Lead
from sales.orders import Order
from sales.test_drive_table import TestDrive

MAX_DOCUMENTS = 20_000
"""Documents of a kind that are looked at; a campaign that brought more is counted by the first so many."""

Kind = Literal["lead", "test_drive", "order"]
Contacts = dict[str, list[Contact]]


class AttributedView(ApiModel):
    """Something that came of a campaign, and why it counts (归因明细)."""

    kind: Kind = Field(description="Kind (单据类型): lead, test_drive, order.")
    id: UUID = Field(description="Number (单据号).")
    record_id: RecordId = Field(description="Customer's record (客户记录号).")
    at: datetime = Field(description="When it was made (创建时间).")
    rule: Rule = Field(
        description="Why it counts (归因规则): named, its lead names the campaign; last_contact, the campaign was the"
        " last to contact the customer."
    )
    contacted_at: datetime | None = Field(description="When the customer was contacted (接触时间); null when named.")
    amount: Money | None = Field(description="Amount of the order (金额).")


class CampaignFigures(ApiModel):
    """The figures of a campaign (活动效果)."""

    members: int = Field(description="Customers in it (活动人数), without those left out.")
    contacted: int = Field(description="Of these contacted (已接触).")
    waiting: int = Field(description="Of these not contacted yet (待接触).")
    not_contacted: dict[str, int] = Field(description="Of these not to be contacted, by reason (未接触原因).")
    responded: int = Field(description="Of these have answered (已响应).")
    responses: dict[str, int] = Field(description="What they answered (响应), by kind.")
    leads: int = Field(description="Leads it brought (线索数).")
    test_drives: int = Field(description="Test drives that took place (试驾数).")
    orders: int = Field(description="Orders that stand (订单数).")
    revenue: list[Money] = Field(description="What these orders are worth (订单金额), by currency.")
    cost: Money | None = Field(description="Actual cost, or the plan until it is known (费用).")
    cost_is_actual: bool = Field(description="Whether that is the actual cost (是否实际费用).")
    cost_per_lead: Money | None = Field(description="Cost of one lead (单条线索成本).")
    cost_per_order: Money | None = Field(description="Cost of one order (单个订单成本).")
    return_permille: int | None = Field(
        description="What the orders leave, less the cost, in thousandths of the cost (回报率). Only orders in the"
        " currency of the cost count; null where no cost is known."
    )
    attribution_days: int = Field(description="How many days a contact counts (归因天数), as declared.")
    margin_permille: int = Field(description="How much of an order counts as left, in thousandths (毛利率), declared.")
    attributed: list[AttributedView] = Field(description="What it brought, each with the rule (归因明细).")


router = service_router(prefix="/v1/sales/campaigns", tags=["campaigns"])


@router.get("/{campaign_id}/figures")
async def show_figures(campaign_id: UUID, work: Reading) -> CampaignFigures:
    """Show what a campaign came to (活动效果): reach, responses, leads, orders, cost, return.

    A lead that names the campaign is its own; else it is of the campaign that contacted the customer last, within the
    declared days. Test drives and orders follow their lead; without one, the customer's last contact.
    """
    campaign = await campaigns.find(work, campaign_id)
    attributed = await _attributed(work, campaign)
    await work.log_read("campaign_figures", [one.id for one in attributed])
    return CampaignFigures(
        **await _reach(work, campaign),
        **_outcome(campaign, attributed),
        attribution_days=RULES.attribution_days,
        margin_permille=RULES.margin_permille,
        attributed=attributed,
    )


async def _reach(work: Work, campaign: Campaign) -> dict[str, Any]:
    """Who was reached and who not, and what they answered."""
    table = CampaignMember
    is_open, contacted = table.status.in_(("selected", "sending")), table.contacted_at.is_not(None)
    state = case((contacted, "contacted"), (is_open, "waiting"), else_=func.coalesce(table.not_contacted, "by_itself"))
    of_campaign = (table.campaign_id == campaign.id) & (table.status != "removed")
    statement = select(state.label("state"), table.response, func.count()).where(of_campaign)
    states: Counter[str] = Counter()
    responses: Counter[str] = Counter()
    for reached, response, number in await work.session.execute(statement.group_by("state", table.response)):
        states[reached] += number
        if response is not None:
            responses[response] += number
    told = {"members": states.total(), "contacted": states.pop("contacted", 0), "waiting": states.pop("waiting", 0)}
    return {**told, "not_contacted": states, "responded": responses.total(), "responses": responses}


def _outcome(campaign: Campaign, attributed: list[AttributedView]) -> dict[str, Any]:
    """What came of it, for what cost."""
    kinds = Counter(one.kind for one in attributed)
    revenue: Counter[str] = Counter()
    for one in attributed:
        if one.amount is not None:
            revenue[one.amount.currency] += one.amount.amount_minor
    cost = campaign.actual_cost or campaign.planned_cost

    def of_one(kind: Kind) -> Money | None:
        amount = cost_of_one(cost.amount_minor, kinds[kind]) if cost else None
        return Money(amount_minor=amount, currency=cost.currency) if cost and amount is not None else None

    return {
        "leads": kinds["lead"],
        "test_drives": kinds["test_drive"],
        "orders": kinds["order"],
        "revenue": [Money(amount_minor=sum_, currency=currency) for currency, sum_ in sorted(revenue.items())],
        "cost": cost,
        "cost_is_actual": campaign.actual_cost is not None,
        "cost_per_lead": of_one("lead"),
        "cost_per_order": of_one("order"),
        "return_permille": return_permille(cost.amount_minor, revenue[cost.currency], RULES.margin_permille)
        if cost
        else None,
    }


async def _attributed(work: Work, campaign: Campaign) -> list[AttributedView]:
    """All that came of the campaign, in the order it was made."""
    contacts = await _contacts(work, campaign)
    found: list[AttributedView] = []
    of_leads: dict[UUID, Attribution] = {}
    for lead, key in await _documents(work, campaign, Lead, Lead.campaign == campaign.code):
        given = attribute(lead.campaign, lead.created_at, contacts.get(key, ()), RULES.window)
        if given is not None and given.campaign == campaign.code:
            of_leads[lead.id] = given
            found.append(_view("lead", lead, given))
    for kind, table, counts in (
        ("test_drive", TestDrive, TestDrive.status == "completed"),
        ("order", Order, Order.status != "cancelled"),
    ):
        of_lead = table.lead_id.in_(of_leads)
        for document, key in await _documents(work, campaign, table, of_lead, counts):
            given = of_leads.get(document.lead_id) if document.lead_id else None
            if document.lead_id is None:
                given = attribute(None, document.created_at, contacts.get(key, ()), RULES.window)
            if given is not None and given.campaign == campaign.code:
                found.append(_view(kind, document, given))
    return sorted(found, key=lambda one: (one.at, one.id))


_PERSON = func.coalesce(cast(Party.golden_id, Text), Party.record_id)
"""Whose it is: records of one golden customer are one."""


def _reached(campaign: Campaign, *columns: Any) -> Select[Any]:
    """Of those whom the campaign contacted."""
    reached = select(*columns).join_from(CampaignMember, Party, CampaignMember.party)
    return reached.where(CampaignMember.campaign_id == campaign.id, CampaignMember.contacted_at.is_not(None))


async def _contacts(work: Work, campaign: Campaign) -> Contacts:
    """All contacts by any campaign with those whom this one contacted."""
    contact = select(_PERSON, CampaignMember.contacted_at, CampaignMember.campaign)
    told = contact.join_from(CampaignMember, Party, CampaignMember.party)
    contacts: Contacts = defaultdict(list)
    for person, at, code in await work.session.execute(told.where(_PERSON.in_(_reached(campaign, _PERSON)))):
        if at is not None:
            contacts[person].append(Contact(at, code))
    return contacts


async def _documents(
    work: Work, campaign: Campaign, table: type[Any], own: Any, *conditions: Any
) -> list[tuple[Any, str]]:
    """Documents that may have come of the campaign: its `own`, or of whom it reached; each with whose it is."""
    same_record = tuple_(table.source, table.record_id).in_(
        _reached(campaign, CampaignMember.source, CampaignMember.record_id)
    )
    same_customer = Party.golden_id.in_(_reached(campaign, Party.golden_id))
    statement = select(table, _PERSON).join(table.party)
    of_campaign = table.org_unit.in_(campaign.places), or_(own, same_record, same_customer), *conditions
    oldest = statement.where(*of_campaign).order_by(table.created_at, table.id).limit(MAX_DOCUMENTS)
    return [(document, person) for document, person in await work.session.execute(oldest)]


def _view(kind: Any, document: Document, given: Attribution) -> AttributedView:
    return AttributedView(
        kind=kind,
        id=document.id,
        record_id=document.record_id,
        at=document.created_at,
        rule=given.rule,
        contacted_at=given.contacted_at,
        amount=getattr(document, "total", None),
    )
