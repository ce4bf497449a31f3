"""Sends what waits: asks whether the customer may be contacted, then hands the message on; tries again what cannot go.

A process that dies between handing on and noting it sends that one message again, with the same id.
"""

import asyncio

import structlog
from sqlalchemy import func, select

from isthmus.contracts.customer_records import PartyBody
from isthmus.contracts.topics import CONTACTED
from isthmus.db.errors import is_transient
from isthmus.messaging.retry import Backoff, wait_for
from isthmus.notifications.adapters import Message, adapter_for
from isthmus.notifications.tables import Notification
from isthmus.notifications.texts import texts_of
from isthmus.observability import metrics
from isthmus.parties.party import Party
from isthmus.platform_client import Answer, ask
from isthmus.service import ServiceContext
from isthmus.timers.moment import Moment
from isthmus.timers.runner import MAX_ATTEMPTS, pause_after

logger = structlog.get_logger(__name__)

_POLL_SECONDS = 1.0
_CHECK = "/v1/customers/suppression-check"
_NOT_YET = {"not_resolved"}
"""Reasons against a contact that pass by themselves."""


async def send_notifications(context: ServiceContext, stop: asyncio.Event) -> None:
    """The background task of a service that notifies; its texts are checked at the start."""
    texts_of(context.service.package)
    backoff = Backoff()
    while not stop.is_set():
        try:
            while not stop.is_set() and await send_next(context):
                backoff.reset()
            await _measure(context)
        except Exception as error:
            if not is_transient(error):
                raise
            logger.warning("notifications postponed", error_type=type(error).__name__)
            await backoff.wait(stop)
        await wait_for(stop, _POLL_SECONDS)


async def send_next(context: ServiceContext) -> bool:
    """Try the notification that has waited longest, in one transaction; False when none is due."""
    now = context.clock.now()
    due = select(Notification).where(Notification.status == "pending", Notification.try_at <= now)
    async with context.database.transaction() as session:
        longest_due = due.order_by(Notification.try_at).limit(1).with_for_update(skip_locked=True)
        notification = await session.scalar(longest_due)
        if notification is None:
            return False
        key = (notification.source, notification.record_id)
        party = None if notification.source is None else await session.get(Party, key)
        try:
            outcome = await _try(context, notification, party)
        except Exception as error:  # noqa: BLE001 - one that cannot be sent must not stop the others
            logger.warning("notification not handed on", id=str(notification.id), error_type=type(error).__name__)
            outcome = _delay(context, notification, type(error).__name__)
        moment = Moment(context, session)
        if outcome == "sent" and notification.source is not None:
            _tell_contact(moment, notification)
        if notification.status != "pending" and (note := context.service.notified.get(notification.template)):
            await note(notification, moment)
        metrics.notifications.labels(notification.channel, outcome).inc()
    return True


async def _try(context: ServiceContext, notification: Notification, party: Party | None) -> str:
    """Send or not, and note it in the row; tells the outcome."""
    if party is not None and party.erased_at is not None:
        return _end(notification, "suppressed", "erased")
    adapter = adapter_for(notification.channel, context.settings)
    recipient = notification.recipient or (_address(party.body, notification.channel) if party else None)
    if adapter is None:
        return _end(notification, "failed", "channel_not_configured")
    if recipient is None:
        return _end(notification, "failed", "no_address")
    if notification.channel != "staff":
        allowed, reason = await _may_contact(context, notification)
        if not allowed:
            return (
                _delay(context, notification, reason) if allowed is None else _end(notification, "suppressed", reason)
            )
    words = texts_of(context.service.package)[notification.template]["en" if notification.language == "en" else "zh"]
    filled = words.fill(notification.values)
    now = context.clock.now()
    said = (filled.subject, filled.body, notification.reply_to)
    message = Message(notification.id, now, notification.channel, recipient, *said)
    await asyncio.to_thread(adapter.deliver, message)
    notification.recipient, notification.sent_at = recipient, now
    return _end(notification, "sent", None)


async def _may_contact(context: ServiceContext, notification: Notification) -> tuple[bool | None, str]:
    """Whether the customer may be contacted and why not; None when that cannot be known now."""
    customer = {"source": notification.source, "record_id": notification.record_id}
    question: dict[str, object] = {
        "customer": customer,
        "channel": notification.channel,
        "purpose": notification.purpose,
    }
    sends = {"campaign": notification.campaign, "material": notification.material}
    question |= {name: value for name, value in sends.items() if value is not None}
    answer = await ask(context, "POST", _CHECK, body=question)
    if not isinstance(answer, Answer):
        return None, f"not asked: {answer.reason}"
    if answer.status != 200:
        return None, f"not asked: {answer.status}"
    if answer.body["allowed"] is True:
        return True, ""
    codes = {reason["code"] for reason in answer.body["reasons"]}
    return (None if codes and codes <= _NOT_YET else False), ", ".join(sorted(codes))


def _tell_contact(moment: Moment, notification: Notification) -> None:
    """Tell that the customer was contacted, so that all departments count it against the same cap."""
    told = CONTACTED[moment.context.service.name].model_validate(
        {
            "contact_id": notification.id,
            "customer": {"source": notification.source, "record_id": notification.record_id},
            "org_unit": notification.org_unit,
            "occurred_at": notification.sent_at,
            "channel": notification.channel,
            "purpose": notification.purpose,
            "template": notification.template,
            "campaign": notification.campaign,
            "material": notification.material,
        }
    )
    moment.publish(told, version=1, org_unit=notification.org_unit)


def _address(body: PartyBody, channel: str) -> str | None:
    """The first number or address a channel can use, as this service knows the customer; WeChat has none there."""
    match channel:
        case "sms" | "phone":
            found = [phone.value for phone in body.phones or []]
        case "email":
            found = [email.value for email in body.emails or []]
        case "letter":
            found = [address.full for address in body.addresses or []]
        case _:
            found = []
    return next((value for value in found if value), None)


def _end(notification: Notification, status: str, reason: str | None) -> str:
    notification.status, notification.reason = status, reason
    return status


def _delay(context: ServiceContext, notification: Notification, reason: str) -> str:
    """Try again after a pause, or give up after too many."""
    notification.attempts += 1
    notification.reason = reason
    notification.try_at = context.clock.now() + pause_after(notification.attempts)
    if notification.attempts >= MAX_ATTEMPTS:
        return _end(notification, "failed", reason)
    return "delayed"


async def _measure(context: ServiceContext) -> None:
    async with context.database.read_session() as session:
        oldest = await session.scalar(select(func.min(Notification.created_at)).where(Notification.status == "pending"))
    waited = 0.0 if oldest is None else (context.clock.now() - oldest).total_seconds()
    metrics.notifications_waiting_seconds.set(max(waited, 0.0))
