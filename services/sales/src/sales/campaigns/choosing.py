"""Puts customers into a campaign (选择客户): by its target, by record ids, or by a table of record ids; never twice."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from fastapi import Request
from pydantic import Field
from sqlalchemy import ColumnElement, Text, cast, exists, func, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.contracts.fields import RecordId
from isthmus.http import ApiModel, Conflict, FieldError, Unavailable, Unprocessable, service_router, takes_body_of
from isthmus.ids import new_id
from isthmus.parties import Party, Work
from isthmus.parties.history import CREATION, note_write
from isthmus.platform_client import Answer, ask
from isthmus.timers import set_timer
from sales.access import Writing
from sales.campaigns.campaigns import campaigns
from sales.campaigns.members import workflow
from sales.campaigns.rules import RULES
from sales.campaigns.sending import SENDING, SENT_BY_US
from sales.campaigns.tables import Campaign, CampaignMember
from sales.lead_table import Lead

MAX_MEMBERS, MAX_AT_ONCE, MAX_CSV_BYTES = 20_000, 2_000, 512 * 1024
_PROFILES, _PAGE, _PAGES = "/v1/customer-profiles", 200, 10

_CSV_BODY = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}

router = service_router(prefix="/v1/sales/campaigns", tags=["campaigns"])


class RecordIds(ApiModel):
    """Whom to put into a campaign (客户清单)."""

    record_ids: list[RecordId] = Field(
        min_length=1, max_length=MAX_AT_ONCE, description="Customers' record ids (客户记录号)."
    )


class NextPart(ApiModel):
    """Where to go on (继续)."""

    cursor: str | None = Field(None, min_length=1, max_length=1_000, description="`next_cursor` of the part before.")


class MembersAdded(ApiModel):
    """What was done (选择结果)."""

    added: int = Field(description="Customers put into the campaign (新增人数).")
    already: int = Field(description="Were in it, by this record or another of the same customer (已在活动中).")
    unknown: list[str] = Field(
        description="Record ids that no customer has where the campaign runs (未知记录号); the first 100."
    )
    unknown_count: int = Field(description="How many are not known there (未知数).")
    next_cursor: str | None = Field(description="Go on with this (继续); null when all were looked at.")


@router.post("/{campaign_id}/members")
async def add_members(campaign_id: UUID, body: RecordIds, work: Writing) -> MembersAdded:
    """Put customers into a campaign (添加成员) by their record ids."""
    return await _add_records(work, campaign_id, body.record_ids)


@router.post("/{campaign_id}/members/table", openapi_extra=_CSV_BODY)
@takes_body_of(MAX_CSV_BYTES)
async def add_table(campaign_id: UUID, request: Request, work: Writing) -> MembersAdded:
    """Put customers into a campaign from a table (导入名单): CSV with a column `record_id`, or of that alone."""
    return await _add_records(work, campaign_id, read_table(await request.body()))


@router.post("/{campaign_id}/members/by-target")
async def add_target(campaign_id: UUID, body: NextPart, work: Writing) -> MembersAdded:
    """Put those whom the campaign is for into it (按目标选择): asks customer-master for segment, stage and grade.

    Looks at some thousand at a time; go on with `next_cursor`. 503 when customer-master does not answer.
    """
    campaign = await _find(work, campaign_id)
    profile = {name: value for name in ("segment", "stage", "grade") if (value := getattr(campaign.target, name))}
    if not profile and campaign.target.series is None:
        detail = "The campaign does not say whom it is for."
        raise Unprocessable("no_target", detail, [FieldError("/target", "no_target", detail)])
    golden_ids, cursor = await _profiles(work, profile, body.cursor) if profile else (None, None)
    parties = await _parties(work, campaign, golden_ids, None)
    added, already = await _add(work, campaign, parties)
    unknown = 0 if golden_ids is None else len(golden_ids) - len({party.golden_id for party in parties})
    return MembersAdded(added=added, already=already, unknown=[], unknown_count=unknown, next_cursor=cursor)


def read_table(table: bytes) -> list[str]:
    """The record ids of a CSV table, each once, in its order; raises a 422 problem for one that has none."""
    try:
        rows = [row for row in csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")) if any(row)]
    except (csv.Error, UnicodeDecodeError) as error:
        raise Unprocessable("not_a_table", "This is no CSV table in UTF-8.") from error
    column = rows[0].index("record_id") if rows and "record_id" in rows[0] else None
    told = rows if column is None else rows[1:]
    ids = list(dict.fromkeys(row[column or 0].strip() for row in told if len(row) > (column or 0)))
    ids = [one for one in ids if one and len(one) <= 256 and "\x00" not in one]
    if not 1 <= len(ids) <= MAX_AT_ONCE:
        raise Unprocessable("not_a_table", f"The table must have 1 to {MAX_AT_ONCE} record ids.")
    return ids


async def _find(work: Work, campaign_id: UUID) -> Campaign:
    """The campaign, locked so that two at once do not both add a customer."""
    campaign = await campaigns.find(work, campaign_id, lock=True)
    for place in campaign.places:
        work.require_org_unit(place)
    if campaign.status not in ("planned", "running"):
        raise Conflict("campaign_over", f"Nobody is put into a campaign that is {campaign.status}.")
    return campaign


async def _add_records(work: Work, campaign_id: UUID, record_ids: Sequence[str]) -> MembersAdded:
    campaign = await _find(work, campaign_id)
    parties = await _parties(work, campaign, None, record_ids)
    known = {party.record_id for party in parties}
    unknown = [one for one in dict.fromkeys(record_ids) if one not in known]
    added, already = await _add(work, campaign, parties)
    return MembersAdded(
        added=added, already=already, unknown=unknown[:100], unknown_count=len(unknown), next_cursor=None
    )


async def _profiles(work: Work, profile: dict[str, str], cursor: str | None) -> tuple[set[UUID], str | None]:
    """Golden customers of a profile, some thousand; and where to go on."""
    found: set[UUID] = set()
    for _ in range(_PAGES):
        params = profile | {"limit": str(_PAGE)} | ({"cursor": cursor} if cursor else {})
        answer = await ask(work.context, "GET", _PROFILES, params=params, purpose="choosing for a campaign")
        if not isinstance(answer, Answer):
            detail = f"Customer-master does not answer: {answer.reason}."
            raise Unavailable("not_answered", detail)
        if answer.status != 200:
            code = str(answer.body.get("code", answer.status)) if isinstance(answer.body, dict) else str(answer.status)
            detail = f"Customer-master knows no such profile: {code}."
            raise Unprocessable("wrong_target", detail, [FieldError("/target", "wrong_target", detail)])
        found |= {UUID(item["golden_id"]) for item in answer.body["items"]}
        cursor = answer.body["next_cursor"]
        if cursor is None:
            break
    return found, cursor


async def _parties(
    work: Work, campaign: Campaign, golden_ids: Iterable[UUID] | None, record_ids: Sequence[str] | None
) -> Sequence[Party]:
    """The customers where the campaign runs, locked against erasure; of a golden customer the newest record first."""
    query = select(Party).where(Party.org_unit.in_(campaign.places), Party.erased_at.is_(None))
    if record_ids is not None:
        query = query.where(Party.record_id.in_(record_ids))
    else:
        if golden_ids is not None:
            query = query.where(Party.golden_id.in_(golden_ids))
        if campaign.target.series is not None:
            query = query.where(_asked_for(campaign.target.series, work))
        query = query.limit(MAX_MEMBERS + 1)
    newest = query.order_by(Party.updated_at.desc(), Party.record_id)
    return (await work.session.scalars(newest.with_for_update(read=True, key_share=True))).all()


def _asked_for(series: str, work: Work) -> ColumnElement[bool]:
    """That the customer asked for a series not too long ago."""
    since = work.clock.now() - timedelta(days=RULES.interest_days)
    named = type_coerce(Lead.vehicle, JSONB)["series"].astext
    of_customer = (Lead.source == Party.source) & (Lead.record_id == Party.record_id)
    return exists().where(of_customer, Lead.created_at >= since, func.lower(named) == series.lower())


async def _add(work: Work, campaign: Campaign, parties: Sequence[Party]) -> tuple[int, int]:
    """Put those in who are not in it; tells how many, and how many were."""
    person = func.coalesce(cast(Party.golden_id, Text), Party.record_id)
    inside = select(person, CampaignMember.record_id).join(CampaignMember.party)
    rows = (await work.session.execute(inside.where(CampaignMember.campaign_id == campaign.id))).all()
    taken = {key for row in rows for key in row}
    new: dict[str, Party] = {}
    for party in parties:
        if not {_person(party), party.record_id} & taken:
            new.setdefault(_person(party), party)
    if len(rows) + len(new) > MAX_MEMBERS:
        raise Conflict("too_many_members", f"A campaign has at most {MAX_MEMBERS} customers; make it two.")
    for party in new.values():
        _put_in(work, campaign, party)
    await work.session.flush()
    if new and campaign.status == "running" and campaign.channel in SENT_BY_US:
        await set_timer(work.session, kind=SENDING, key=str(campaign.id), due_at=work.clock.now())
    return len(new), len(parties) - len(new)


def _person(party: Party) -> str:
    return str(party.golden_id) if party.golden_id else party.record_id


def _put_in(work: Work, campaign: Campaign, party: Party) -> None:
    now, by = work.clock.now(), work.caller.subject
    member = CampaignMember(
        id=new_id(work.clock),
        org_unit=party.org_unit,
        source=party.source,
        record_id=party.record_id,
        status=workflow.initial,
        version=1,
        created_at=now,
        created_by=by,
        updated_at=now,
        campaign_id=campaign.id,
        campaign=campaign.code,
    )
    work.session.add(member)
    note_write(work.session, member, by=by, step=CREATION, changes={})
