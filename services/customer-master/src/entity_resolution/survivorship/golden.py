"""The golden record (黄金记录): the values of each attribute in order, each with where it comes from and why."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from entity_resolution.survivorship.candidates import Candidate, candidates
from entity_resolution.survivorship.consents import merged_consents
from entity_resolution.survivorship.members import Member, Pin
from entity_resolution.survivorship.rules import SurvivorshipRules
from entity_resolution.survivorship.vehicles import holdings

PINNED = "pin"
_SINGLE_VALUED = ("gender", "birth_date")
Value = dict[str, Any]


class GoldenRecord(NamedTuple):
    """Golden values by attribute, best first, each ``{value, source, record_id, observed_at, rule, …}``.

    ``conflicts`` names the attributes of one value for which records hold values that exclude each other.
    """

    party_type: str | None
    display_name: str | None
    values: dict[str, list[Value]]
    members: list[dict[str, str]]
    flags: list[str]
    conflicts: list[str]
    rules_version: str

    def canonical(self) -> bytes:
        """Give the record as JSON that is equal byte for byte whenever the record is equal."""
        return json.dumps(self._asdict(), ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def golden_record(members: Sequence[Member], rules: SurvivorshipRules, pins: Iterable[Pin] = ()) -> GoldenRecord:
    """Compute the golden record; nothing but the set of members, the rules and the pins has a say in it."""
    ordered = sorted(members, key=lambda member: member.key)
    offered: dict[str, list[Candidate]] = defaultdict(list)
    for member in ordered:
        for candidate in candidates(member):
            offered[candidate.attribute].append(candidate)
    values: dict[str, list[Value]] = defaultdict(list)
    for attribute, found in sorted(offered.items()):
        # A source's own attributes (attributes.occupation) are ranked one by one and told in one list.
        values[attribute.partition(".")[0]] += _ranked(attribute, found, rules)
    values["identifiers"] = _without_known_masks(values.get("identifiers", []))
    values["vehicles"] = _vehicles(ordered, rules)
    values["consents"] = [_value(consent.value, consent.member, "restrictive") for consent in merged_consents(ordered)]
    conflicts = [name for name in _SINGLE_VALUED if _excludes(values.get(name, []))]
    for pin in sorted(pins, key=lambda pin: (pin.field, pin.decision_id)):
        values[pin.field] = _pinned(pin, values.get(pin.field, []))
    told = {attribute: found for attribute, found in sorted(values.items()) if found}
    return GoldenRecord(
        party_type=_party_type(ordered),
        display_name=_display_name(told),
        values=told,
        members=[{"source": member.key.source, "record_id": member.key.record_id} for member in ordered],
        flags=_flags(told),
        conflicts=conflicts,
        rules_version=rules.version,
    )


def _ranked(attribute: str, found: list[Candidate], rules: SurvivorshipRules) -> list[Value]:
    """Put the distinct values of an attribute in order; each is told from the best record that holds it."""
    rule = rules.attributes[attribute.partition(".")[0]]
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in found:
        groups[candidate.identity].append(candidate)
    ranked: list[_Ranked] = []
    for _, group in sorted(groups.items()):
        holders = list({one.member.key: one.member for one in group}.values())
        best = max(group, key=lambda one: (rules.trust(one.member.key.source), one.member.seen, one.member.key))
        ranked.append(_Ranked(best, holders, _scores(group, rules)))
    # Sorting is stable: the last criterion first, so that the first one decides.
    for criterion in reversed(rule.order):
        ranked.sort(key=lambda one: one.scores[criterion], reverse=True)
    return [
        _value(one.best.value, one.best.member, _deciding(rule.order, position, ranked), one.holders)
        for position, one in enumerate(ranked[: rule.keep])
    ]


class _Ranked(NamedTuple):
    """A distinct value: its best candidate, the records that hold it, its score in each criterion."""

    best: Candidate
    holders: list[Member]
    scores: dict[str, Any]


def _scores(group: list[Candidate], rules: SurvivorshipRules) -> dict[str, Any]:
    return {
        "validity": max(one.validity for one in group),
        "completeness": max(one.completeness for one in group),
        "frequency": len({one.member.key for one in group}),
        "trust": max(rules.trust(one.member.key.source) for one in group),
        "recency": max(one.member.seen for one in group),
    }


def _deciding(order: Sequence[str], position: int, ranked: list[_Ranked]) -> str:
    """Name the criterion that put a value before the next best, or behind the best."""
    if len(ranked) == 1:
        return "only_value"
    mine, other = ranked[position].scores, ranked[1 if position == 0 else 0].scores
    return next((criterion for criterion in order if mine[criterion] != other[criterion]), "tie")


def _value(value: Any, member: Member, rule: str, holders: Sequence[Member] = ()) -> Value:
    seen = sorted(holder.seen for holder in holders if holder.seen)
    return {
        "value": value,
        "source": member.key.source,
        "record_id": member.key.record_id,
        "observed_at": member.seen or None,
        "rule": rule,
        "first_seen": seen[0] if seen else None,
        "last_seen": seen[-1] if seen else None,
        "records": max(1, len(holders)),
    }


def _pinned(pin: Pin, others: list[Value]) -> list[Value]:
    pinned = {
        "value": pin.value,
        "source": None,
        "record_id": None,
        "observed_at": None,
        "rule": PINNED,
        "decision_id": pin.decision_id,
    }
    return [pinned, *(other for other in others if other["value"] != pin.value)]


def _vehicles(members: Sequence[Member], rules: SurvivorshipRules) -> list[Value]:
    """Vehicles in the order of their rule: checked VINs first, then the one heard of last."""
    rule = rules.attributes["vehicles"]
    ranked: list[tuple[dict[str, Any], Value]] = []
    for holding in holdings(members):
        latest = holding.members[0]
        scores = {
            "validity": holding.validity,
            "completeness": sum(value is not None for value in holding.value.values()),
            "frequency": len(holding.members),
            "trust": max(rules.trust(member.key.source) for member in holding.members),
            "recency": latest.seen,
        }
        ranked.append((scores, _value(holding.value, latest, "latest", holding.members)))
    for criterion in reversed(rule.order):
        ranked.sort(key=lambda one: one[0][criterion], reverse=True)
    return [value for _, value in ranked[: rule.keep]]


def _without_known_masks(found: list[Value]) -> list[Value]:
    """Drop masked identifiers of which the whole value is known."""
    whole = [value["value"] for value in found if value["value"]["status"] is None]
    return [
        value
        for value in found
        if value["value"]["status"] != "masked" or not any(_is_mask_of(value["value"], other) for other in whole)
    ]


def _is_mask_of(hidden: dict[str, Any], whole: dict[str, Any]) -> bool:
    if hidden["type"] != whole["type"] or len(hidden["value"]) != len(whole["value"]):
        return False
    return all(one in ("*", other) for one, other in zip(hidden["value"], whole["value"], strict=True))


def _excludes(found: list[Value]) -> bool:
    """Whether two values exclude each other; a partial date does not exclude the whole one."""
    best = found[0]["value"] if found else ""
    return any(not (best.startswith(one["value"]) or one["value"].startswith(best)) for one in found)


def _party_type(members: Sequence[Member]) -> str | None:
    return next((member.standard.party_type for member in members if member.standard.party_type), None)


def _display_name(values: dict[str, list[Value]]) -> str | None:
    """Give what to call the customer: the firm, else the person."""
    if firm := values.get("organization"):
        return str(firm[0]["value"])
    if name := values.get("name"):
        value = name[0]["value"]
        return str(value["full"]) if isinstance(value, dict) and value.get("full") else str(value)
    return None


def _flags(values: dict[str, list[Value]]) -> list[str]:
    withdrawn = (
        consent["value"]["purpose"] == "marketing" and consent["value"]["status"] == "withdrawn"
        for consent in values.get("consents", ())
        if isinstance(consent["value"], dict)
    )
    return ["marketing_opt_out"] if any(withdrawn) else []
