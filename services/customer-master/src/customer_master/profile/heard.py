"""What may be missing (数据完整性): when each service was last heard of, and what is still to be read."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from customer_master.connection import Connection
from customer_master.profile.rules import ProfileRules
from customer_master.timeline_events import SUBSCRIPTION
from isthmus.observability import metrics

HeardState = Literal["current", "behind", "silent", "never"]

# Ids of events are UUIDv7 of their producers: the greatest is the newest, and tells its time.
_NEWEST_EVENTS = """
SELECT service, (SELECT event_id FROM timeline_events WHERE timeline_events.service = asked.service
                 ORDER BY event_id DESC LIMIT 1) AS event_id
FROM unnest($1::text[]) AS asked(service)
"""


class Heard(NamedTuple):
    """What is known of how current a service's part is."""

    service: str
    state: HeardState
    last_at: datetime | None
    waiting: int | None
    """Messages of the service still to be read; None while this process does not read them."""


async def heard_of(connection: Connection, rules: ProfileRules, now: datetime) -> list[Heard]:
    """How current the part of each service is."""
    rows = await connection.fetch(_NEWEST_EVENTS, rules.services)
    newest = {row["service"]: None if row["event_id"] is None else sent_at(row["event_id"]) for row in rows}
    return judge(rules, newest, _waiting(), now)


def judge(
    rules: ProfileRules, newest: Mapping[str, datetime | None], waiting: Mapping[str, int], now: datetime
) -> list[Heard]:
    """A service is behind while messages wait, silent when nothing came for long, never when nothing ever came."""
    silent_from = now - timedelta(hours=rules.silent_after_hours)
    heard = []
    for service in rules.services:
        last_at, behind = newest.get(service), waiting.get(service)
        state: HeardState = "current"
        if behind:
            state = "behind"
        elif last_at is None:
            state = "never"
        elif last_at < silent_from:
            state = "silent"
        heard.append(Heard(service, state, last_at, behind))
    return heard


def sent_at(event_id: UUID) -> datetime | None:
    """The time in a UUIDv7; None for another kind of id."""
    if event_id.version != 7:
        return None
    return datetime.fromtimestamp((event_id.int >> 80) / 1000, UTC)


def _waiting() -> dict[str, int]:
    """What this process has still to read, by service, as its consumer tells."""
    found: dict[str, int] = {}
    for metric in metrics.consumer_lag.collect():
        for sample in metric.samples:
            if sample.labels.get("consumer") == SUBSCRIPTION.name:
                service = sample.labels["topic"].removesuffix(".events")
                found[service] = found.get(service, 0) + max(0, int(sample.value))
    return found
