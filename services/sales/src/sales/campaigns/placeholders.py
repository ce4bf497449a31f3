"""What the words of a campaign leave open (占位符): declared names, filled in for one customer when it is sent."""

from collections.abc import Mapping, Sequence

from pydantic import Field
from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from isthmus.contracts.customer_records import PartyBody, RecordKey
from isthmus.http import ApiModel, FieldError, Unprocessable, service_router
from isthmus.notifications.texts import Words
from sales.access import Reading
from sales.campaigns.rules import RULES, PlaceholderName
from sales.campaigns.tables import Campaign, CampaignMember
from sales.lead_table import Lead

_TITLES = dict.fromkeys(("male", "m", "男", "先生"), "先生") | dict.fromkeys(("female", "f", "女", "女士"), "女士")


class PlaceholderView(ApiModel):
    """What the words of a campaign may leave open (占位符)."""

    name: PlaceholderName = Field(description="Name (占位符), written in braces: {salutation}.")
    en: str = Field(description="What stands there, in English (英文含义).")
    zh: str = Field(description="What stands there, in Chinese (中文含义).")
    otherwise: str = Field(description="What is said to a customer of whom it is not known (缺省文字).")


router = service_router(prefix="/v1/sales/campaigns", tags=["campaigns"])


@router.get("/placeholders")
async def list_placeholders(work: Reading) -> list[PlaceholderView]:
    """List what subject and message of a campaign may leave open (占位符)."""
    del work
    return [PlaceholderView(name=name, **one.model_dump()) for name, one in RULES.placeholders.items()]


def check_words(words: Mapping[str, str | None]) -> None:
    """Raise a 422 problem for each field whose words leave open what is not declared, naming it."""
    errors = [error for field, text in words.items() for error in _errors(field, text or "")]
    if errors:
        raise Unprocessable("wrong_placeholder", "The words leave open what cannot be filled in.", errors)


def _errors(field: str, text: str) -> list[FieldError]:
    try:
        names = _words(text).placeholders()
    except ValueError as error:
        detail = f"{error}; a brace that is meant is written twice."
        return [FieldError(f"/{field}", "wrong_placeholder", detail)]
    known = ", ".join(RULES.placeholders)
    return [
        FieldError(f"/{field}", "unknown_placeholder", f"{{{name}}} is none of {known}.")
        for name in sorted(names - RULES.placeholders.keys())
    ]


def fill(campaign: Campaign, member: CampaignMember, newest_lead: Lead | None) -> dict[str, str]:
    """Subject and message as this customer reads them; words from before there were placeholders stay as they are."""
    values = _values(campaign, member.party.body, member.org_unit, newest_lead)
    filled = {}
    for field in ("subject", "message"):
        text = getattr(campaign, field) or ""
        filled[field] = text if _errors(field, text) else _words(text).fill(values).body
    return filled


async def newest_leads(session: AsyncSession, members: Sequence[CampaignMember]) -> dict[RecordKey, Lead]:
    """The newest lead of each customer's own record, for those who have one."""
    keys = [(member.source, member.record_id) for member in members]
    of_members = select(Lead).where(tuple_(Lead.source, Lead.record_id).in_(keys))
    newest = of_members.ext(distinct_on(Lead.source, Lead.record_id))
    found = await session.scalars(newest.order_by(Lead.source, Lead.record_id, Lead.created_at.desc(), Lead.id.desc()))
    return {lead.customer: lead for lead in found}


def _words(text: str) -> Words:
    return Words(subject="", body=text)


def _values(campaign: Campaign, party: PartyBody, org_unit: str, lead: Lead | None) -> dict[str, str]:
    asked_for = lead.vehicle.series if lead is not None and lead.vehicle is not None else None
    known: dict[PlaceholderName, str | None] = {
        "salutation": _salutation(party),
        "dealer": org_unit,
        "consultant": None if lead is None else lead.consultant,
        "series": asked_for or campaign.target.series,
        "offer": campaign.material,
        "campaign": campaign.title,
        "ends_on": campaign.ends_on.isoformat(),
    }
    # On one line: a subject has no second one.
    on_one_line = {name: " ".join((value or "").split()) for name, value in known.items()}
    return {name: value or RULES.placeholders[name].otherwise for name, value in on_one_line.items()}


def _salutation(party: PartyBody) -> str | None:
    """A person by name and title as far as they are known, else an organisation by its name."""
    name = party.name
    if name is None:
        return None
    person = (name.full or f"{name.family or ''}{name.given or ''}").strip()
    if not person or party.party_type == "organization":
        return name.organization or person
    return person + _TITLES.get((party.gender or "").strip().lower(), "")
