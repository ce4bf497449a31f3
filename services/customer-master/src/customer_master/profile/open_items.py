"""What is open (未结事项) with a customer in all services, and what was promised and not kept (承诺). Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from customer_master.documents import Document
from customer_master.profile.facts import instant
from customer_master.profile.rules import OpenKind, ProfileRules

ItemState = Literal["open", "overdue", "broken"]


class OpenItem(NamedTuple):
    """A document that somebody still has to do something about."""

    document: Document
    state: ItemState
    due_at: datetime | None


def open_items(rules: ProfileRules, documents: Iterable[Document], now: datetime) -> list[OpenItem]:
    """What is open, what is due first before the rest, then the oldest first."""
    found = [
        item
        for document in documents
        for kind in rules.open_items
        if (document.service, document.fact) == (kind.service, kind.fact)
        and (item := _item(rules, kind, document, now)) is not None
    ]
    return sorted(
        found,
        key=lambda item: (item.due_at is None, item.due_at or now, item.document.since, item.document.subject),
    )


def _item(rules: ProfileRules, kind: OpenKind, document: Document, now: datetime) -> OpenItem | None:
    due_at = instant(document.data.get(kind.due), end=True) if kind.due else None
    if document.status in kind.broken:
        young = document.since >= now - timedelta(days=rules.broken_days)
        return OpenItem(document, "broken", due_at) if young else None
    if document.status in kind.closed or (kind.needs and not document.data.get(kind.needs)):
        return None
    if kind.forgotten_days and (due_at or document.since) < now - timedelta(days=kind.forgotten_days):
        return None
    if due_at is None or due_at >= now:
        return OpenItem(document, "open", due_at)
    return None if kind.lapses else OpenItem(document, "overdue", due_at)
