"""Why records are one customer, or are not: the decisions as the steps of a waterfall chart."""

from collections.abc import Iterable
from typing import Any

from entity_resolution.clustering import Cut, Possible
from entity_resolution.decisions import PairDecision
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey


def explain(
    decisions: Iterable[PairDecision], model: MatchModel, cuts: Iterable[Cut] = (), possibles: Iterable[Possible] = ()
) -> dict[str, Any]:
    """Give JSON with the waterfall of each pair, strongest first, what was cut and what waits for a person."""
    ordered = sorted(decisions, key=lambda one: (-one.weight, one.left, one.right))
    return {
        "model_version": model.version,
        "link_threshold": model.thresholds.link,
        "pairs": [waterfall(decision) for decision in ordered],
        "cuts": [_separated(cut) for cut in sorted(cuts)],
        "possibles": [_separated(possible) for possible in sorted(possibles)],
    }


def waterfall(decision: PairDecision) -> dict[str, Any]:
    """Give one decision as steps: what each field and rule added, and the sum up to there (thousandths of log odds)."""
    steps: list[dict[str, Any]] = []
    total = 0
    for part in decision.contributions:
        total += part.weight
        steps.append({"field": part.field, "level": part.level, "weight": part.weight, "total": total})
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


def _separated(pair: Cut | Possible) -> dict[str, Any]:
    return {
        "left": key_json(pair.left),
        "right": key_json(pair.right),
        "weight": pair.weight,
        "reason": pair.reason,
    }
