"""The data-quality score (数据质量分) of a golden record: a weighted mean of parts that say what they lack."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from entity_resolution.survivorship.candidates import VALID
from entity_resolution.survivorship.members import Member, last_seen, utc_text
from entity_resolution.survivorship.ranking import Ranked
from entity_resolution.survivorship.rules import QualityRules

_CHECKED = ("emails", "identifiers", "phones")


class Part(NamedTuple):
    """A part's score from 0 to 100, and the fields that cost it something."""

    score: int
    lacking: list[str]


def quality(
    party_type: str | None,
    ranked: Mapping[str, Sequence[Ranked]],
    pinned: Sequence[str],
    conflicts: Sequence[str],
    members: Sequence[Member],
    rules: QualityRules,
) -> dict[str, Any]:
    """Give ``{"score": 0..100, "parts": [{name, weight, score, lacking}]}``.

    Recency is measured from the newest record, not from today, so that the score changes only with the records. A
    pinned field is there, and fresh.
    """
    fields = rules.fields["organization" if party_type == "organization" else "person"]
    seen = {name: last_seen(found[0].holders) for name, found in ranked.items() if found[0].best.validity >= VALID}
    seen |= dict.fromkeys(pinned, "~")
    found = {
        "completeness": _completeness(fields, seen),
        "validity": _validity(ranked),
        "agreement": Part(max(0, 100 - rules.loss_per_conflict * len(conflicts)), list(conflicts)),
        "recency": _recency({name: at for name, at in seen.items() if name in fields}, members, rules),
    }
    total = sum(rules.weights[name] * part.score for name, part in found.items())
    parts = [
        {"name": name, "weight": rules.weights[name], "score": part.score, "lacking": part.lacking}
        for name, part in found.items()
    ]
    return {"score": _share(total, sum(rules.weights.values()), 1), "parts": parts}


def _share(part: int, whole: int, scale: int = 100) -> int:
    """Give ``scale × part / whole`` as an integer, halves upwards."""
    return (2 * scale * part + whole) // (2 * whole)


def _completeness(fields: Mapping[str, int], held: Mapping[str, str]) -> Part:
    weight = sum(weight for name, weight in fields.items() if name in held)
    return Part(_share(weight, sum(fields.values())), [name for name in sorted(fields) if name not in held])


def _validity(ranked: Mapping[str, Sequence[Ranked]]) -> Part:
    """The share of numbers and addresses that can be used without doubt."""
    values = [(name, one.best.validity >= VALID) for name in _CHECKED for one in ranked.get(name, ())]
    if not values:
        return Part(100, [])
    valid = sum(is_valid for _, is_valid in values)
    return Part(_share(valid, len(values)), sorted({name for name, is_valid in values if not is_valid}))


def _recency(held: Mapping[str, str], members: Sequence[Member], rules: QualityRules) -> Part:
    """The share of key fields whose best value was seen within ``fresh_days`` of the newest record."""
    newest = last_seen(members)
    if not held or not newest:
        return Part(0, sorted(held))
    if min(held.values()) >= newest:
        return Part(100, [])
    fresh_from = utc_text(datetime.fromisoformat(newest) - timedelta(days=rules.fresh_days))
    outdated = sorted(name for name, seen in held.items() if seen < fresh_from)
    return Part(_share(len(held) - len(outdated), len(held)), outdated)
