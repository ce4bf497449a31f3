"""The events a batch publishes: each changed golden customer in full, each record that belongs elsewhere now."""

from uuid import UUID

from customer_master.golden_document import contract_of
from customer_master.resolver.golden_tables import Changes, GoldenChange, LinkChange
from isthmus.clock import Clock
from isthmus.contracts.customer_master import GoldenCustomerChanged, GoldenLinkChanged
from isthmus.contracts.envelope import Event
from isthmus.ids import new_id
from isthmus.messaging.forgetting import Ended, tombstones

_SOURCE = "/customer-master"


def events_of(changes: Changes, clock: Clock) -> list[Event]:
    """All events of the changes, golden customers first, so that a link never leads to one not yet told of."""
    golden = [_golden_changed(change, changes, new_id(clock)) for change in changes.golden]
    links = [_link_changed(change, changes, new_id(clock)) for change in changes.links]
    return golden + links + _forgotten(changes)


def _forgotten(changes: Changes) -> list[Event]:
    """Tombstones of the links of records that are gone, so that a compacted topic forgets them.

    They follow the event that says so, and repeat its version: whoever knows of it already learns nothing new.
    """
    gone = [
        Ended(GoldenLinkChanged, f"{change.key.source}/{change.key.record_id}", change.version)
        for change in changes.links
        if change.golden_id is None
    ]
    return tombstones(gone, _SOURCE, changes.at)


def _golden_changed(change: GoldenChange, changes: Changes, event_id: UUID) -> Event:
    if change.state == "retired":
        return Event(
            id=event_id,
            type=GoldenCustomerChanged.event_type,
            source=_SOURCE,
            subject=str(change.golden_id),
            time=changes.at,
            data=None,
            key=str(change.golden_id),
            aggregateversion=change.version,
        )
    data = contract_of(change.golden_id, change.version, change.merged_into, change.document, changes.at)
    return Event.of(data, event_id=event_id, source=_SOURCE, time=changes.at, aggregateversion=change.version)


def _link_changed(change: LinkChange, changes: Changes, event_id: UUID) -> Event:
    data = GoldenLinkChanged(
        source=change.key.source,
        record_id=change.key.record_id,
        golden_id=change.golden_id,
        aggregateversion=change.version,
    )
    return Event.of(data, event_id=event_id, source=_SOURCE, time=changes.at, aggregateversion=change.version)
