"""The golden record (黄金记录): the values of each attribute in order, each with where it comes from and why."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from entity_resolution.survivorship.candidates import Candidate, candidates
from entity_resolution.survivorship.conflicts import competing
from entity_resolution.survivorship.consents import merged_consents
from entity_resolution.survivorship.known_masks import MASKABLE, without_known_masks
from entity_resolution.survivorship.members import Member, Pin
from entity_resolution.survivorship.quality import quality
from entity_resolution.survivorship.ranking import Ranked, Ranking, Value, deciding, value_of
from entity_resolution.survivorship.rules import SurvivorshipRules
from entity_resolution.survivorship.vehicles import holdings

PINNED = "pin"
_SOURCES_OWN = "attributes"


class GoldenRecord(NamedTuple):
    """Golden values by attribute, best first, each ``{value, source, record_id, observed_at, rule, …}``.

    ``conflicts`` tells for attributes of one value which values exclude each other, ``quality`` how good the record is.
    """

    party_type: str | None
    display_name: str | None
    values: dict[str, list[Value]]
    members: list[dict[str, str]]
    flags: list[str]
    conflicts: list[dict[str, Any]]
    quality: dict[str, Any]
    rules_version: str

    def canonical(self) -> bytes:
        """Give the record as JSON that is equal byte for byte whenever the record is equal."""
        return json.dumps(self._asdict(), ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def golden_record(members: Iterable[Member], rules: SurvivorshipRules, pins: Iterable[Pin] = ()) -> GoldenRecord:
    """Compute the golden record; nothing but the set of members, the rules and the pins has a say in it."""
    ordered = [member for _, member in sorted({member.key: member for member in members}.items())]
    pinned = sorted(pins, key=lambda pin: (pin.field, pin.decision_id))
    party_type = next((member.standard.party_type for member in ordered if member.standard.party_type), None)
    ranking = Ranking(ordered, rules)
    ranked = _ranked(ordered, party_type, ranking)
    values = _values(ranked, ranking)
    values["vehicles"] = _vehicles(ordered, ranking, rules)
    values["consents"] = [
        value_of(consent.value, consent.member, "restrictive") for consent in merged_consents(ordered)
    ]
    for pin in pinned:
        values[pin.field] = _pinned(pin, values.get(pin.field, []))
    fields_pinned = {pin.field for pin in pinned}
    conflicts = [one for one in _conflicts(ranked, rules) if one["field"] not in fields_pinned]
    told = {attribute: found for attribute, found in sorted(values.items()) if found}
    in_conflict = [one["field"] for one in conflicts]
    return GoldenRecord(
        party_type=party_type,
        display_name=_display_name(told),
        values=told,
        members=[{"source": member.key.source, "record_id": member.key.record_id} for member in ordered],
        flags=_flags(told),
        conflicts=conflicts,
        quality=quality(party_type, ranked, sorted(fields_pinned), in_conflict, ordered, rules.quality),
        rules_version=rules.version,
    )


def _ranked(members: Sequence[Member], party_type: str | None, ranking: Ranking) -> dict[str, list[Ranked]]:
    """Rank what the records offer; a source's own attributes (attributes.occupation) one by one."""
    offered: dict[str, list[Candidate]] = defaultdict(list)
    for member in members:
        for candidate in candidates(member, party_type):
            offered[candidate.attribute].append(candidate)
    return {
        attribute: ranking.ranked(
            attribute.partition(".")[0], without_known_masks(found) if attribute in MASKABLE else found
        )
        for attribute, found in sorted(offered.items())
    }


def _values(ranked: Mapping[str, Sequence[Ranked]], ranking: Ranking) -> dict[str, list[Value]]:
    values: dict[str, list[Value]] = {}
    for attribute, found in ranked.items():
        field, _, name = attribute.partition(".")
        told = ranking.told(field, found)
        if field == _SOURCES_OWN:
            for value in told:
                value["value"] = {"name": name, "value": value["value"]}
        values.setdefault(field, []).extend(told)
    return values


def _conflicts(ranked: Mapping[str, Sequence[Ranked]], rules: SurvivorshipRules) -> list[dict[str, Any]]:
    conflicts = []
    for attribute, rule in sorted(rules.attributes.items()):
        values = ranked.get(attribute, ())
        if rule.single_valued and len(values) > 1 and (found := competing(attribute, values)):
            conflicts.append({"field": attribute, "values": [one.shown for one in found]})
    return conflicts


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


def _vehicles(members: Sequence[Member], ranking: Ranking, rules: SurvivorshipRules) -> list[Value]:
    """Vehicles in the order of their rule: checked VINs first, then the one heard of last."""
    rule = rules.attributes["vehicles"]
    found = []
    held = holdings(members)
    if len(held) == 1:
        return [value_of(held[0].value, held[0].members[0], deciding(rule.order, 0, [()]), held[0].members)]
    for holding in held:
        known = sum(value is not None for value in holding.value.values())
        own = {"validity": holding.validity, "completeness": known}
        found.append((ranking.scores("vehicles", holding.members, own), holding))
    found.sort(key=lambda one: one[0], reverse=True)
    all_scores = [scores for scores, _ in found]
    return [
        value_of(holding.value, holding.members[0], deciding(rule.order, position, all_scores), holding.members)
        for position, (_, holding) in enumerate(found[: rule.keep])
    ]


def _display_name(values: Mapping[str, list[Value]]) -> str | None:
    """Give what to call the customer: the firm, else the person, else the person named for the firm."""
    for attribute in ("organization", "name", "contacts"):
        if found := values.get(attribute):
            value = found[0]["value"]
            return str(value["full"]) if isinstance(value, dict) and value.get("full") else str(value)
    return None


def _flags(values: Mapping[str, list[Value]]) -> list[str]:
    withdrawn = (
        consent["value"]["purpose"] in {"marketing", None} and consent["value"]["status"] == "withdrawn"
        for consent in values.get("consents", ())
        if isinstance(consent["value"], dict)
    )
    return ["marketing_opt_out"] if any(withdrawn) else []
