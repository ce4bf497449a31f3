"""Why records are one customer, or are not: the decisions as the steps of a waterfall chart."""

from collections.abc import Iterable
from typing import Any, Literal

from entity_resolution.blocking import BlockingKey, blocking_keys
from entity_resolution.clustering import Cut, Possible
from entity_resolution.compare import PRIOR
from entity_resolution.decisions import PairDecision
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.weighing import EVIDENCE, RULE

StepKind = Literal["prior", "field", "frequency", "evidence", "rule"]

_KINDS: dict[str, StepKind] = {PRIOR: "prior", EVIDENCE: "evidence", RULE: "rule"}
_FREQUENCY = "_frequency"


def explain(
    decisions: Iterable[PairDecision], model: MatchModel, cuts: Iterable[Cut] = (), possibles: Iterable[Possible] = ()
) -> dict[str, Any]:
    """Give JSON with the waterfall of each pair, strongest first, what was cut and what waits for a person."""
    ordered = sorted(decisions, key=lambda one: (-one.weight, one.left, one.right))
    return {
        "model_version": model.version,
        "link_threshold": model.thresholds.link,
        "pairs": [waterfall(decision) for decision in ordered],
        "cuts": [separated(cut) for cut in sorted(cuts)],
        "possibles": [separated(possible) for possible in sorted(possibles)],
    }


def waterfall(decision: PairDecision) -> dict[str, Any]:
    """Give one decision as steps: what each field and rule added, and the sum up to there (thousandths of log odds)."""
    steps: list[dict[str, Any]] = []
    total = 0
    for part in decision.contributions:
        total += part.weight
        step = {"kind": _kind(part.field), "field": part.field, "level": part.level, "weight": part.weight}
        steps.append({**step, "total": total})
    return {
        "left": key_json(decision.left),
        "right": key_json(decision.right),
        "weight": decision.weight,
        "outcome": decision.outcome,
        "veto": decision.veto,
        "rule": decision.rule,
        "model_version": decision.model_version,
        "steps": steps,
    }


def key_json(key: RecordKey) -> dict[str, str]:
    return {"source": key.source, "record_id": key.record_id}


def separated(pair: Cut | Possible) -> dict[str, Any]:
    """Give as JSON two records that stand apart, and why."""
    return {
        "left": key_json(pair.left),
        "right": key_json(pair.right),
        "weight": pair.weight,
        "reason": pair.reason,
    }


def shared_keys(left: StandardRecord, right: StandardRecord, model: MatchModel) -> list[BlockingKey]:
    """Give the blocking keys that both records hold: by these they met."""
    held = set(blocking_keys(right, model))
    return [key for key in blocking_keys(left, model) if key in held]


def path_between(start: RecordKey, end: RecordKey, links: Iterable[tuple[RecordKey, RecordKey]]) -> list[RecordKey]:
    """Give the fewest records over which links lead from one record to another, both ends included.

    Empty when no chain of links leads there. Of equally short chains it is the one with the smallest keys.
    """
    neighbours: dict[RecordKey, list[RecordKey]] = {}
    for left, right in links:
        neighbours.setdefault(left, []).append(right)
        neighbours.setdefault(right, []).append(left)
    came_from = {start: start}
    frontier = [start]
    while frontier and end not in came_from:
        found = []
        for key in frontier:
            for other in sorted(neighbours.get(key, ())):
                if other not in came_from:
                    came_from[other] = key
                    found.append(other)
        frontier = found
    if end not in came_from:
        return []
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]


def compared_values(record: StandardRecord) -> dict[str, list[str]]:
    """Give, by compared field, the values of a record as they are compared, those set aside in brackets."""
    values = {
        "party": [record.party_type or ""],
        "identifier": [_doubted(f"{one.type} {one.value}", one.status) for one in record.identifiers],
        "phone": [*(_doubted(one.number, one.status) for one in record.phones), *record.hidden_phones],
        "name": [one.text for one in record.names],
        "organization": [record.organization.text] if record.organization else [],
        "vehicle": [" ".join(filter(None, (one.vin, one.plate))) for one in record.vehicles],
        "birth_date": [record.birth_date or "", record.birth_date_lunar or ""],
        "gender": [record.gender or ""],
        "email": [_doubted(one.address, one.status) for one in record.emails],
        "address": [one.region + one.city + one.district + one.detail for one in record.addresses],
    }
    values["name_frequency"] = values["name"]
    values["wechat"] = [value for value in values["identifier"] if value.startswith(("wechat", "[wechat"))]
    values["identifier"] = [value for value in values["identifier"] if value not in values["wechat"]]
    return {field: present for field, found in values.items() if (present := [value for value in found if value])}


def _doubted(value: str, status: str) -> str:
    return f"[{value}: {status}]" if status else value


def _kind(field: str) -> StepKind:
    return "frequency" if field.endswith(_FREQUENCY) else _KINDS.get(field, "field")
