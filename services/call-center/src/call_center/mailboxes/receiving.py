"""Takes in what is written to a mailbox (收件): into its conversation, as a case with a deadline; confirms it once."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field
from sqlalchemy import select

from call_center.access import Writing
from call_center.cases import CaseView, NewCase, cases
from call_center.cases.case import told_number
from call_center.interactions import InteractionView, interactions, record
from call_center.interactions.interaction import Channel, MessageFields, NewInteraction
from call_center.mailboxes.mailbox import Mailbox, plain_address
from isthmus.calendars import local_time
from isthmus.contracts.call_center import CaseChanged, InteractionChanged
from isthmus.contracts.fields import Instant, LongText, Text
from isthmus.http import ApiModel, FieldError, Unprocessable, service_router
from isthmus.notifications import notify
from isthmus.parties import KnownCustomer, Work

router = service_router(prefix="/v1/call-center/messages", tags=["mailboxes"])
REPLIED_BY = frozenset({"email", "wechat"})
"""Channels an automatic reply goes out by; a fax or a form without an address has none."""
LONGEST_WAIT = timedelta(days=366)
"""Whoever wrote earlier than this counts as having written then."""


class ReceivedMessage(MessageFields):
    """A message as the mail server, the fax server, a web form or WeChat hands it over (来信)."""

    channel: Channel = Field("email", description="Channel (渠道).")
    recipient: Text = Field(description="Our address it was written to (收件地址), that of a mailbox.")
    address: Text = Field(description="Who wrote (发件地址).")
    at: Instant = Field(description="When it was written (时间).")
    subject: Text | None = Field(None, description="Subject (主题).")
    body: LongText | None = Field(None, description="What was written (内容).")


class Received(ApiModel):
    """What became of a message (收件结果)."""

    interaction: InteractionView = Field(description="The interaction (互动) it is.")
    case: CaseView | None = Field(description="The case (工单) it belongs to; null for an automatic one.")
    is_confirmed: bool = Field(description="Whether an automatic reply goes out (是否自动回复).")


@router.post("", status_code=201)
async def receive_message(body: ReceivedMessage, work: Writing) -> Received:
    """Take in a message (收件): what goes on in a conversation goes to its case, anything else opens one.

    The case has a deadline and somebody who must answer. A conversation is confirmed once, an automatic message never.
    """
    mailbox = await _mailbox(work, body.recipient)
    fields = {name: getattr(body, name) for name in type(body).model_fields}
    message = NewInteraction(org_unit=mailbox.org_unit, direction="inbound", **fields)
    interaction = await record(work, message)
    if interaction.case_id is not None or body.is_automatic:
        case = await cases.get(work, interaction.case_id) if interaction.case_id else None
        return Received(interaction=interaction, case=case, is_confirmed=False)
    case = await _open_case(work, mailbox, interaction)
    by, values = work.caller.subject, {"case_id": case.id}
    await interactions.act(work, interaction.id, None, InteractionChanged, by=by, **values)
    begins = interaction.thread_id is None
    is_confirmed = begins and mailbox.is_answered_at_once and body.channel in REPLIED_BY
    if is_confirmed:
        await _confirm(work, interaction, case)
    return Received(interaction=await interactions.get(work, interaction.id), case=case, is_confirmed=is_confirmed)


async def _mailbox(work: Work, recipient: str) -> Mailbox:
    wanted = select(Mailbox).where(Mailbox.address == plain_address(recipient), Mailbox.status == "open")
    mailbox = await work.session.scalar(wanted)
    if mailbox is None or not work.caller.may_act_for(mailbox.org_unit):
        detail = "No mailbox takes in what is written to this address."
        raise Unprocessable("unknown_mailbox", detail, [FieldError("/recipient", "unknown_mailbox", detail)])
    return mailbox


async def _open_case(work: Work, mailbox: Mailbox, interaction: InteractionView) -> CaseView:
    body = NewCase.model_validate(
        {
            "org_unit": mailbox.org_unit,
            "customer": KnownCustomer(record_id=interaction.customer.record_id),
            "kind": mailbox.kind,
            "priority": mailbox.priority,
            "subject": interaction.subject or "(无主题)",
            "description": interaction.body,
            "channel": interaction.channel,
        }
    )
    case = await cases.open(work, body, _opened_at(interaction.at, work.clock.now()))
    if mailbox.assigned_org_unit is None and mailbox.assignee is None:
        return case
    to = {"assigned_org_unit": mailbox.assigned_org_unit, "assignee": mailbox.assignee}
    return await cases.step(work, case.id, "assign", CaseChanged, **to)


def _opened_at(written_at: datetime, now: datetime) -> datetime:
    """The customer waits since the message was written, however late it is handed over; wrong clocks aside."""
    return max(min(written_at, now), now - LONGEST_WAIT)


async def _confirm(work: Work, interaction: InteractionView, case: CaseView) -> None:
    channel: Literal["wechat", "email"] = "wechat" if interaction.channel == "wechat" else "email"
    due_at = case.first_response_due_at
    values = {"case": told_number(case), "due": local_time(due_at) if due_at else ""}
    await notify(
        work,
        org_unit=case.org_unit,
        channel=channel,
        purpose="service",
        template="first_reply",
        values=values,
        customer=interaction.customer,
        recipient=interaction.address,
    )
