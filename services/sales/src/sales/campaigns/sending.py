"""Sends a campaign (活动发送): in parts, each in a transaction of its own; every customer is asked about before."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from isthmus.contracts.sales_campaigns import CampaignMemberChanged
from isthmus.notifications import notify
from isthmus.notifications.tables import Notification
from isthmus.parties import Party
from isthmus.timers import FiredTimer, Moment, set_timer
from sales.campaigns.members import members
from sales.campaigns.placeholders import fill, newest_leads
from sales.campaigns.tables import Campaign, CampaignMember
from sales.lead_table import Lead

SENDING = "campaign_sending"
TEMPLATE = "campaign_message"
SENT_BY_US = ("email", "letter", "sms")
"""The channels a message goes out by itself."""
_AT_ONCE = 200


async def send_part(fired: FiredTimer, moment: Moment) -> None:
    """Hand the message of a running campaign on to the next customers in it, and come back while there are more."""
    campaign = await moment.session.get(Campaign, UUID(fired.key))
    if campaign is None or campaign.status != "running":
        return
    waiting = (
        select(CampaignMember)
        .join(CampaignMember.party)
        .options(contains_eager(CampaignMember.party))
        .where(CampaignMember.campaign_id == campaign.id, CampaignMember.status == "selected")
        .order_by(CampaignMember.id)
        .limit(_AT_ONCE)
        .with_for_update(of=CampaignMember)
    )
    part = (await moment.session.scalars(waiting)).all()
    reached = await _reached(moment, campaign, part)
    leads = await newest_leads(moment.session, part)
    for member in part:
        if member.golden_id in reached:
            await _act(moment, member.id, "suppress", {"not_contacted": "same_customer"})
            continue
        await _send(moment, campaign, member, leads.get(member.customer))
        if member.golden_id is not None:
            reached.add(member.golden_id)
    if len(part) == _AT_ONCE:
        await set_timer(moment.session, kind=SENDING, key=fired.key, due_at=moment.clock.now())


async def note_outcome(notification: Notification, moment: Moment) -> None:
    """The customer was contacted, or not and why."""
    of_notification = select(CampaignMember.id).where(CampaignMember.notification_id == notification.id)
    member_id = await moment.session.scalar(of_notification)
    if member_id is None:
        return
    if notification.status == "sent":
        contacted = {"contacted_at": notification.sent_at, "contact_channel": notification.channel}
        await _act(moment, member_id, "contact", contacted)
    else:
        step = "suppress" if notification.status == "suppressed" else "fail"
        await _act(moment, member_id, step, {"not_contacted": notification.reason})


async def _send(moment: Moment, campaign: Campaign, member: CampaignMember, newest_lead: Lead | None) -> None:
    notification_id = await notify(
        moment,
        org_unit=member.org_unit,
        customer=member.customer,
        channel=campaign.channel,  # type: ignore[arg-type] # only those that are sent come here
        purpose=campaign.purpose,
        template=TEMPLATE,
        values=fill(campaign, member, newest_lead),
        campaign=campaign.code,
        material=campaign.material,
    )
    await members.act(moment, member.id, "send", by="timer", notification_id=notification_id)


async def _reached(moment: Moment, campaign: Campaign, part: Sequence[CampaignMember]) -> set[UUID]:
    """Those golden customers of a part who had the message by another record: records may have merged since."""
    had = (CampaignMember.status == "sending") | CampaignMember.contacted_at.is_not(None)
    statement = (
        select(Party.golden_id)
        .join_from(CampaignMember, Party, CampaignMember.party)
        .where(CampaignMember.campaign_id == campaign.id, had)
        .where(Party.golden_id.in_({member.golden_id for member in part if member.golden_id is not None}))
    )
    return {golden_id for golden_id in await moment.session.scalars(statement) if golden_id is not None}


async def _act(moment: Moment, member_id: UUID, step: str, values: dict[str, Any]) -> None:
    await members.act(moment, member_id, step, CampaignMemberChanged, by="notification", **values)
