"""The rules of suppression (免打扰规则): what stands against a contact; pure functions of what is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field

from customer_master.documents import Document


class Cap(BaseModel):
    """At most so many contacts in so many days (频次上限)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contacts: int = Field(ge=1, le=1_000)
    days: int = Field(ge=1, le=3_660)


class PurposeRules(BaseModel):
    """What stands against a contact for one purpose."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    consent: Literal["required", "unless_withdrawn", "none"]
    open_complaint: bool
    cap: Cap | None = None
    same_again_after_days: int | None = Field(None, ge=1, le=3_660)


class ComplaintKind(BaseModel):
    """A kind of document that is a complaint until it is closed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: str
    fact: str
    kinds: frozenset[str] | None = None
    closed: frozenset[str]


class SuppressionRules(BaseModel):
    """The declared rules, as `rules.yaml` beside this module has them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    purposes: dict[str, PurposeRules]
    complaints: list[ComplaintKind]

    def of(self, purpose: str) -> PurposeRules:
        """The rules of a purpose; one that is not declared is held to the strictest."""
        return self.purposes.get(purpose, self.purposes["marketing"])

    @property
    def days_that_matter(self) -> int:
        """How far back contacts matter."""
        caps = (rules.cap.days for rules in self.purposes.values() if rules.cap)
        return max(*caps, *(rules.same_again_after_days or 0 for rules in self.purposes.values()))


@cache
def suppression_rules() -> SuppressionRules:
    """The shipped rules, read once."""
    text = files("customer_master.suppression").joinpath("rules.yaml").read_text("utf-8")
    return SuppressionRules.model_validate(yaml.safe_load(text))


class Sending(NamedTuple):
    """What is sent with a contact, as far as it is named."""

    campaign: str | None = None
    template: str | None = None
    material: str | None = None

    def shared_with(self, other: "Sending") -> str | None:
        """What both are: `material 产品目录`; None when they have nothing in common."""
        for name, own, others in zip(self._fields, self, other, strict=True):
            if own is not None and own == others:
                return f"{name} {own}"
        return None


class Contact(NamedTuple):
    """A contact that we began."""

    purpose: str
    at: datetime
    sent: Sending = Sending()
    service: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a customer when a contact is asked about."""

    consents: Sequence[Mapping[str, Any]]
    """Golden consents: purpose, channel (None for all), status."""
    documents: Sequence[Document]
    contacts: Sequence[Contact]


class Reason(NamedTuple):
    """Why a contact is not allowed."""

    code: str
    text: str


class Planned(NamedTuple):
    """A contact that is asked about."""

    purpose: str
    channel: str
    sends: Sending = Sending()


def reasons_against(rules: SuppressionRules, planned: Planned, known: Known, now: datetime) -> list[Reason]:
    """Everything that stands against a contact, in a fixed order; empty when it is allowed."""
    purpose, channel, sends = planned
    held_to = rules.of(purpose)
    found = [
        _against_consent(held_to, _standing(known.consents, purpose, channel), purpose, channel),
        _against_complaint(rules, held_to, known.documents),
        _against_cap(held_to.cap, purpose, known.contacts, now),
        _against_the_same_again(held_to.same_again_after_days, sends, known.contacts, now),
    ]
    return [reason for reason in found if reason is not None]


def open_complaints(rules: SuppressionRules, documents: Iterable[Document]) -> list[Document]:
    """Those documents that are a complaint not yet closed, oldest first."""
    return sorted(
        (document for document in documents if any(_is_open(kind, document) for kind in rules.complaints)),
        key=lambda document: (document.since, document.subject),
    )


def _standing(consents: Sequence[Mapping[str, Any]], purpose: str, channel: str) -> str | None:
    """What holds for purpose and channel: the narrowest entry decides, and no narrower grant undoes a wider refusal.

    The golden consents are merged so already; an entry for all purposes is read here only for a purpose that nobody
    spoke of.
    """
    by_scope = {(entry.get("purpose"), entry.get("channel")): entry.get("status") for entry in consents}
    for scope in ((purpose, channel), (purpose, None), (None, channel), (None, None)):
        if scope in by_scope and (scope[0] is not None or by_scope[scope] == "withdrawn"):
            return by_scope[scope]
    return None


def _against_consent(rules: PurposeRules, standing: str | None, purpose: str, channel: str) -> Reason | None:
    if rules.consent == "none" or standing == "granted":
        return None
    if standing == "withdrawn":
        return Reason("consent_withdrawn", f"The customer refused {purpose} by {channel} (客户已撤回同意).")
    if rules.consent == "required":
        return Reason("consent_missing", f"The customer never agreed to {purpose} by {channel} (客户未同意).")
    return None


def _against_complaint(rules: SuppressionRules, held_to: PurposeRules, documents: Sequence[Document]) -> Reason | None:
    if not held_to.open_complaint:
        return None
    standing = open_complaints(rules, documents)
    if not standing:
        return None
    first = standing[0]
    text = f"A {first.kind or first.fact} at {first.service} is open since {first.since:%Y-%m-%d} (有未结投诉)."
    return Reason("open_complaint", text)


def _against_cap(cap: Cap | None, purpose: str, contacts: Sequence[Contact], now: datetime) -> Reason | None:
    if cap is None:
        return None
    since = now - timedelta(days=cap.days)
    count = sum(contact.purpose == purpose and since < contact.at <= now for contact in contacts)
    if count < cap.contacts:
        return None
    text = (
        f"Contacted {count} times for {purpose} in the last {cap.days} days; the cap is {cap.contacts} (超过频次上限)."
    )
    return Reason("frequency_cap", text)


def _against_the_same_again(
    days: int | None, sends: Sending, contacts: Sequence[Contact], now: datetime
) -> Reason | None:
    """The newest contact with which the same went out, whatever it was for and whoever began it."""
    since = now - timedelta(days=days or 0)
    for contact in sorted(contacts, key=lambda contact: contact.at, reverse=True):
        if since < contact.at <= now and (same := sends.shared_with(contact.sent)) is not None:
            return Reason("already_sent", f"{same} was sent on {contact.at:%Y-%m-%d} by {contact.service} (已发送过).")
    return None


def _is_open(kind: ComplaintKind, document: Document) -> bool:
    return (
        document.service == kind.service
        and document.fact == kind.fact
        and (kind.kinds is None or document.kind in kind.kinds)
        and document.status not in kind.closed
    )
