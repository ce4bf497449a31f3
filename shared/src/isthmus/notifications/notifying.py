"""Takes in a notification, in the transaction of the change it tells of."""

from collections.abc import Mapping
from typing import Literal, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from isthmus.clock import Clock
from isthmus.contracts.customer_records import RecordKey
from isthmus.ids import new_id
from isthmus.notifications.tables import Notification
from isthmus.notifications.texts import Language, texts_of
from isthmus.service import ServiceContext

Channel = Literal["sms", "email", "wechat", "phone", "letter", "staff"]


class AtWork(Protocol):
    """A request's `Work`, or a timer's `Moment`."""

    @property
    def context(self) -> ServiceContext: ...

    @property
    def session(self) -> AsyncSession: ...

    @property
    def clock(self) -> Clock: ...


async def notify(  # noqa: PLR0913 - each is a fact of the message, and named by the caller
    work: AtWork,
    *,
    org_unit: str,
    channel: Channel,
    purpose: str,
    template: str,
    values: Mapping[str, str | int],
    customer: RecordKey | None = None,
    recipient: str | None = None,
    reply_to: str | None = None,
    campaign: str | None = None,
    material: str | None = None,
    language: Language = "zh",
) -> UUID:
    """Keep a notification for sending, and give its id; the customer is asked for consent before it is sent.

    Without a `recipient` it goes to the customer's number or address as this service knows it then. A message to staff
    names its recipient. An answer by e-mail goes to `reply_to`, an address of ours. A `campaign` (its code) and the
    `material` sent are told with the contact; neither goes to the same customer twice. Raises ValueError when template,
    values and receiver do not fit together.
    """
    words = texts_of(work.context.service.package).get(template)
    if words is None or words[language].placeholders() != values.keys():
        raise ValueError(f"{template} is no template with the values {sorted(values)}")
    if customer is None and (channel != "staff" or recipient is None):
        raise ValueError("a notification names a customer, or a recipient among the staff")
    now = work.clock.now()
    notification = Notification(
        id=new_id(work.clock),
        org_unit=org_unit,
        source=customer.source if customer else None,
        record_id=customer.record_id if customer else None,
        channel=channel,
        purpose=purpose,
        template=template,
        campaign=campaign,
        material=material,
        language=language,
        values=dict(values),
        recipient=recipient,
        reply_to=reply_to,
        status="pending",
        attempts=0,
        try_at=now,
        created_at=now,
    )
    work.session.add(notification)
    await work.session.flush()
    return notification.id
