"""Consents (同意) merged on the careful side: a withdrawal holds until a newer grant."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from entity_resolution.standardize.text import clean, items, part
from entity_resolution.survivorship.members import Member, utc_text

_GRANTED = frozenset({"granted", "grant", "given", "yes", "y", "true", "opt_in", "opt-in", "同意", "授权", "是", "1"})
# Later than any time that can be said: a withdrawal without a date is not outdated by any grant.
_UNDATED_WITHDRAWAL = "~"


class Statement(NamedTuple):
    """One consent as one record states it; ``at`` sorts as text, "" for an undated grant."""

    at: str
    is_granted: bool
    evidence: str
    member: Member


class MergedConsent(NamedTuple):
    """The consent that holds for a purpose and a channel, and the record that decided it."""

    value: dict[str, Any]
    member: Member


def merged_consents(members: Iterable[Member]) -> list[MergedConsent]:
    """Give one consent for each purpose and channel; a withdrawal without channel holds for all channels."""
    stated: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for member in members:
        for entry in items(member.body.get("consents")):
            purpose = clean(part(entry, "purpose")).lower()
            if purpose and clean(part(entry, "status")):
                stated[purpose, clean(part(entry, "channel")).lower()].append(_statement(entry, member))
    return [
        _merged(purpose, channel, statements + _general_withdrawals(stated, purpose, channel))
        for (purpose, channel), statements in sorted(stated.items())
    ]


def _general_withdrawals(stated: dict[tuple[str, str], list[Statement]], purpose: str, channel: str) -> list[Statement]:
    general = stated.get((purpose, ""), []) if channel else []
    return [statement for statement in general if not statement.is_granted]


def _statement(entry: Any, member: Member) -> Statement:
    # A word that is not clearly a grant is taken as a withdrawal: to write to nobody harms nobody.
    is_granted = clean(part(entry, "status")).lower() in _GRANTED
    at = _instant(part(entry, "at")) or member.seen
    return Statement(
        at or ("" if is_granted else _UNDATED_WITHDRAWAL), is_granted, clean(part(entry, "evidence")), member
    )


def _instant(value: Any) -> str:
    try:
        moment = datetime.fromisoformat(clean(value))
        return utc_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return ""


def _merged(purpose: str, channel: str, statements: list[Statement]) -> MergedConsent:
    decisive = max(statements, key=lambda one: (one.at, not one.is_granted, one.member.key, one.evidence))
    value = {
        "purpose": purpose,
        "channel": channel or None,
        "status": "granted" if decisive.is_granted else "withdrawn",
        "at": decisive.at if decisive.at != _UNDATED_WITHDRAWAL else None,
        "evidence": decisive.evidence or None,
    }
    return MergedConsent(value | {"at": value["at"] or None}, decisive.member)
