"""What a profile is judged by: golden values and documents, sorted by what they mean. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from customer_master.documents import Document
from customer_master.profile.rules import Kind, ProfileRules


class Reason(NamedTuple):
    """What led to a judgement; the words tell no more than kind, place and day."""

    code: str
    text: str
    document: Document | None = None


class Ownership(NamedTuple):
    """A vehicle of which the customer is or was the owner."""

    vehicle: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of a customer; lists are oldest first, whatever order they came in."""

    party_type: str | None
    values: Mapping[str, Any]
    purchases: tuple[Document, ...]
    interests: tuple[Document, ...]
    """Only those young enough to say something."""
    visits: tuple[Document, ...]
    owned: tuple[Ownership, ...]
    documents: tuple[Document, ...]

    @property
    def activities(self) -> list[datetime]:
        """The times at which an owner was active: bought, came, took a vehicle over."""
        taken_over = [one.since for one in self.owned if one.since is not None]
        return sorted([document.since for document in self.purchases + self.visits] + taken_over)


def facts_of(golden: Mapping[str, Any], documents: Iterable[Document], rules: ProfileRules, now: datetime) -> Facts:
    """Sort what is known: `golden` is the document of the golden customer."""
    ordered = tuple(sorted(documents, key=lambda one: (one.since, one.service, one.subject)))
    values = golden.get("values", {})
    interest_from = now - timedelta(days=rules.interest_days)
    return Facts(
        party_type=golden.get("party_type"),
        values=values,
        purchases=_one_a_vehicle(_fitting(ordered, rules.purchases)),
        interests=tuple(one for one in _fitting(ordered, rules.interests) if one.since >= interest_from),
        visits=_fitting(ordered, rules.visits),
        owned=_ownerships(values.get("vehicles", [])),
        documents=ordered,
    )


def told(document: Document, words: str) -> Reason:
    """A reason that rests on a document."""
    text = f"{words}: {document.fact} at {document.org_unit or document.service}, {document.since:%Y-%m-%d}"
    return Reason(f"{document.service}.{document.fact}", text, document)


def instant(written: object, *, end: bool = False) -> datetime | None:
    """A date or time as it was written; a day counts from its beginning, or to its end. None when it is no date."""
    if not isinstance(written, str):
        return None
    parts = written.split("-") if len(written) < len("2026-01-01") else []
    whole = "-".join([*parts, "01", "01"][:3]) if parts else written
    try:
        found = datetime.fromisoformat(whole)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found + timedelta(days=1) if end and len(written) == len("2026-01-01") else found
    except (ValueError, OverflowError):
        return None


def _fitting(documents: tuple[Document, ...], kinds: Iterable[Kind]) -> tuple[Document, ...]:
    return tuple(one for one in documents if any(kind.fits(one) for kind in kinds))


def _one_a_vehicle(purchases: tuple[Document, ...]) -> tuple[Document, ...]:
    """An order whose delivery is told of as well is the same purchase."""
    delivered = {one.data.get("order_id") for one in purchases if one.fact == "vehicle"}
    return tuple(one for one in purchases if one.fact == "vehicle" or one.subject not in delivered)


def _ownerships(vehicles: Iterable[Mapping[str, Any]]) -> tuple[Ownership, ...]:
    held = [entry["value"] for entry in vehicles if entry["value"].get("role") == "owner"]
    owned = [
        Ownership(one.get("vin") or one.get("plate") or "", instant(one.get("from")), instant(one.get("to")))
        for one in held
    ]
    return tuple(sorted(owned, key=lambda one: (one.since is None, one.since, one.vehicle)))
