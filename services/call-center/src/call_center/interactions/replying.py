"""Answers a customer in the conversation (在线回复): it goes out if nothing stands against it."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from call_center.access import Writing
from call_center.callers import kind_of
from call_center.cases import contact_was_made
from call_center.interactions.interaction import IdentifiedInteraction, Interaction, InteractionView
from call_center.interactions.keeping import interactions
from call_center.interactions.threads import address_key
from isthmus.contracts.call_center import InteractionChanged, InteractionRecorded
from isthmus.contracts.fields import LongText, Text
from isthmus.http import ApiModel, Conflict, ShortText, service_router
from isthmus.notifications import mail_id, notify
from isthmus.notifications.tables import Notification
from isthmus.parties import KnownCustomer
from isthmus.timers import Moment

router = service_router(prefix="/v1/call-center/interactions", tags=["interactions"])
TEMPLATE = "reply"


class Reply(ApiModel):
    """What the customer is answered (回复)."""

    body: LongText = Field(min_length=1, description="The answer (回复内容).")
    subject: Text | None = Field(None, min_length=1, description="Subject (主题), if not that of the message.")
    agent: ShortText | None = Field(None, description="Who answers (坐席), if not the caller.")


@router.post("/{interaction_id}/reply", status_code=201)
async def reply_to_interaction(interaction_id: UUID, body: Reply, work: Writing) -> InteractionView:
    """Answer a message in its conversation (在线回复), by the way the customer wrote: WeChat or e-mail.

    It goes out when nothing stands against it; `delivery` of the answer says whether it did. Only then has the customer
    been answered, and the clock of the case stops.
    """
    answered = await interactions.find(work, interaction_id, lock=True)
    work.require_org_unit(answered.org_unit)
    channel, address = _way_back(answered)
    subject = " ".join((body.subject or answered.subject or "客服回复").split())
    notification_id = await notify(
        work,
        org_unit=answered.org_unit,
        customer=answered.customer,
        channel=channel,
        purpose="service",
        template=TEMPLATE,
        values={"subject": subject, "text": body.body},
        recipient=address,
        reply_to=answered.recipient,
    )
    said = IdentifiedInteraction(
        org_unit=answered.org_unit,
        customer=KnownCustomer(record_id=answered.record_id),
        channel=channel,
        direction="outbound",
        address=address,
        address_key=address_key(channel, address),
        recipient=answered.recipient,
        at=work.clock.now(),
        agent=body.agent or work.caller.subject,
        subject=subject,
        body=body.body,
        message_id=mail_id(notification_id),
        in_reply_to=answered.message_id,
        case_id=answered.case_id,
        thread_id=answered.thread_id or answered.id,
    )
    return await interactions.create(work, said, InteractionRecorded, delivery="pending")


async def note_delivery(notification: Notification, moment: Moment) -> None:
    """An answer went out, and so the customer of the case was answered; or it did not, and why."""
    handed_on = select(Interaction).where(
        Interaction.org_unit == notification.org_unit,
        Interaction.channel == notification.channel,
        Interaction.message_id == mail_id(notification.id),
    )
    said = await moment.session.scalar(handed_on.with_for_update())
    if said is None:
        return
    is_sent = notification.status == "sent"
    step = "complete" if is_sent and said.status == "open" else None
    noted: dict[str, Any] = {"delivery": notification.status, "delivery_reason": notification.reason}
    await interactions.act(moment, said.id, step, InteractionChanged, by=TEMPLATE, **noted)
    if is_sent and said.case_id is not None:
        at = notification.sent_at or moment.clock.now()
        await contact_was_made(moment, said.case_id, direction=said.direction, channel=said.channel, at=at, by=TEMPLATE)


def _way_back(answered: Interaction) -> tuple[Literal["email", "wechat"], str]:
    """By which channel and to which address the customer is written to."""
    if answered.channel in {"email", "wechat", "web"} and answered.address and answered.address_key:
        kind = kind_of(answered.channel, answered.address)
        if kind != "phone":
            return kind, answered.address
    raise Conflict("no_way_back", "There is no address to write to; ring, or plan a callback.")
