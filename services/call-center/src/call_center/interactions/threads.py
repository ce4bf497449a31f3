"""Finds the conversation (会话) a message belongs to: by the message it answers, else by who wrote about what."""

import re
from datetime import datetime, timedelta

from sqlalchemy import func, select

from call_center.callers import comparable, kind_of
from call_center.interactions.interaction import Interaction, NewInteraction
from isthmus.parties import Work

WRITTEN = frozenset({"email", "fax", "web", "wechat"})
CHAT_GOES_ON = timedelta(days=3)
"""A WeChat message later than this after the last one begins a new conversation."""
LETTERS_GO_ON = timedelta(days=30)
"""The same for what has a subject; people answer from another programme and lose the reference."""

_ANSWER_PREFIX = re.compile(r"^\s*(?:re|fw|fwd|aw|wg|回复|答复|转发|转)\s*(?:\[\d+\])?\s*[:：]\s*", re.IGNORECASE)


def address_key(channel: str, address: str | None) -> str | None:
    """The address as it is compared with others, or None when it names nobody."""
    if address is None:
        return None
    return comparable(kind_of(channel, address), address) or None


def plain_subject(subject: str | None) -> str:
    """A subject without what mail programmes put before it: `回复: Re: 保养` is `保养`."""
    text = subject or ""
    while (shorter := _ANSWER_PREFIX.sub("", text)) != text:
        text = shorter
    return " ".join(text.split()).lower()


async def conversation_of(work: Work, body: NewInteraction) -> Interaction | None:
    """The latest interaction of the conversation a new one belongs to; None when it begins one."""
    if body.channel not in WRITTEN:
        return None
    if body.in_reply_to is not None:
        mine = select(Interaction).where(Interaction.org_unit == body.org_unit, Interaction.channel == body.channel)
        answered = await work.session.scalar(mine.where(Interaction.message_id == body.in_reply_to))
        if answered is not None:
            return answered
    return await _by_sender(work, body, body.at)


async def _by_sender(work: Work, body: NewInteraction, at: datetime) -> Interaction | None:
    key = address_key(body.channel, body.address)
    if key is None:
        return None
    goes_on = CHAT_GOES_ON if body.channel == "wechat" else LETTERS_GO_ON
    recent = (
        select(Interaction)
        .where(Interaction.org_unit == body.org_unit, Interaction.channel == body.channel)
        .where(Interaction.address_key == key, Interaction.at <= at, Interaction.at > at - goes_on)
        .order_by(Interaction.at.desc(), Interaction.id.desc())
        .limit(20)
    )
    if body.channel == "wechat":
        return await work.session.scalar(recent.limit(1))
    subject = plain_subject(body.subject)
    letters = (await work.session.scalars(recent)).all()
    return next((letter for letter in letters if subject and plain_subject(letter.subject) == subject), None)


async def lock_address(work: Work, org_unit: str, channel: str, key: str | None) -> None:
    """Let two messages of one sender come one after the other, so that both find the same conversation."""
    if key is not None:
        lock = func.hashtextextended(f"conversation:{org_unit}:{channel}:{key}", 0)
        await work.session.execute(select(func.pg_advisory_xact_lock(lock)))
