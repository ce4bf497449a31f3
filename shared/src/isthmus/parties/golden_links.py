"""Keeps the golden id (黄金客户号) beside each of a service's own customer records, as customer-master publishes it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Uuid, bindparam, func, or_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import BigInteger, Text

from isthmus.contracts.customer_master import GoldenLinkChanged
from isthmus.contracts.envelope import Event
from isthmus.messaging import BATCHING_SECONDS, Delivery, Subscription
from isthmus.parties.party import Party

_links = (
    func.unnest(
        bindparam("sources", type_=ARRAY(Text)),
        bindparam("record_ids", type_=ARRAY(Text)),
        bindparam("golden_ids", type_=ARRAY(Uuid)),
        bindparam("versions", type_=ARRAY(BigInteger)),
    )
    .table_valued("source", "record_id", "golden_id", "version")
    .render_derived("link")
)
_SET_GOLDEN_IDS = (
    update(Party)
    .where(Party.source == _links.c.source, Party.record_id == _links.c.record_id)
    .where(or_(Party.golden_version.is_(None), Party.golden_version < _links.c.version))
    .values(golden_id=_links.c.golden_id, golden_version=_links.c.version)
    .execution_options(synchronize_session=False)
)


def golden_links_subscription(service_name: str) -> Subscription:
    """The subscription a business service has on golden links; others' records are passed over."""
    return Subscription(
        name=f"{service_name}.golden-links",
        topics=["golden-links"],
        handle=keep_golden_ids,
        is_idempotent=True,
        max_wait=BATCHING_SECONDS,
    )


async def keep_golden_ids(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """Set the golden ids a batch tells of; a version that is not newer than the one known changes nothing."""
    newest: dict[tuple[str, str], GoldenLinkChanged] = {}
    for link in (_link(delivery.event) for delivery in deliveries):
        known = newest.get((link.source, link.record_id))
        if known is None or known.aggregateversion < link.aggregateversion:
            newest[link.source, link.record_id] = link
    links = [newest[key] for key in sorted(newest)]
    parameters: dict[str, Any] = {
        "sources": [link.source for link in links],
        "record_ids": [link.record_id for link in links],
        "golden_ids": [link.golden_id for link in links],
        "versions": [link.aggregateversion for link in links],
    }
    await session.execute(_SET_GOLDEN_IDS, parameters)


def _link(event: Event) -> GoldenLinkChanged:
    """The link an event tells of; of one that is gone a compacted topic may have kept the tombstone alone."""
    if isinstance(event.data, GoldenLinkChanged):
        return event.data
    source, _, record_id = event.key.partition("/")
    return GoldenLinkChanged(
        source=source, record_id=record_id, golden_id=None, aggregateversion=event.aggregateversion
    )
