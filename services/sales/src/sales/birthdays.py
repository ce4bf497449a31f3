"""Birthdays (生日提醒): each morning consultants are told whose it is, by the solar or the lunar calendar."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from isthmus.contracts.customer_records import RecordKey
from isthmus.notifications import notify
from isthmus.parties import Party
from isthmus.platform_client import Answer, ask
from isthmus.timers import Daily, FiredTimer, Moment
from sales.dealer_time import day_of
from sales.lead_table import Lead


class NoAnswerError(Exception):
    """Customer-master did not say whose birthday it is; the timer asks again."""


async def tell_of_birthdays(fired: FiredTimer, moment: Moment) -> None:
    """Tell whoever knows a customer that it is their birthday; raises NoAnswerError to be called again."""
    del fired
    today = day_of(moment.clock.now()).isoformat()
    query = {"from": today, "to": today, "limit": "100"}
    cursor: str | None = None
    while True:
        page = query if cursor is None else query | {"cursor": cursor}
        answer = await ask(moment.context, "GET", "/v1/birthdays", params=page, purpose="birthday reminders")
        if not isinstance(answer, Answer) or answer.status != 200:
            raise NoAnswerError
        await _tell(moment, {UUID(one["golden_id"]) for one in answer.body["items"]})
        cursor = answer.body["next_cursor"]
        if cursor is None:
            return


BIRTHDAYS = Daily("birthdays_of_today", at="08:00", zone="Asia/Shanghai", run=tell_of_birthdays)


async def _tell(moment: Moment, golden_ids: Iterable[UUID]) -> None:
    """One reminder for each dealer that knows a customer: to the consultant of the newest lead, else to the dealer."""
    newest_lead = (Lead.created_at.desc().nulls_last(), Party.record_id)
    known = (
        select(Party.org_unit, Party.source, Party.record_id, Lead.consultant)
        .outerjoin(Lead, (Lead.source == Party.source) & (Lead.record_id == Party.record_id))
        .where(Party.golden_id.in_(golden_ids), Party.erased_at.is_(None))
        .ext(distinct_on(Party.golden_id, Party.org_unit))
        .order_by(Party.golden_id, Party.org_unit, *newest_lead)
    )
    for org_unit, source, record_id, consultant in (await moment.session.execute(known)).all():
        await notify(
            moment,
            org_unit=org_unit,
            channel="staff",
            purpose="staff",
            template="birthday_today",
            values={"customer": record_id},
            customer=RecordKey(source=source, record_id=record_id),
            recipient=consultant or org_unit,
        )
