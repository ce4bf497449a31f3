"""Decides pairs of records one by one: what each weighs, why, and what follows from it."""

from collections.abc import Sequence

import numpy as np

from entity_resolution.compiled import compiled
from entity_resolution.component_edges import edge_columns
from entity_resolution.decisions import Contribution, Outcome, PairDecision
from entity_resolution.known_edges import KnownEdges, Pair
from entity_resolution.model import MatchModel
from entity_resolution.weighing import Weighed, weigh_pairs

PRIOR = "prior"
NO_RULE = "weights"


def compare_pairs(pairs: Sequence[Pair], model: MatchModel, known: KnownEdges | None = None) -> list[PairDecision]:
    """Decide each pair on its own: neither the order of the two nor what else is compared has a say.

    ``known`` is to remember what the pairs weigh, for `entity_resolution.clustering.partition`.
    """
    if not pairs:
        return []
    ordered = [(one, other) if one.key <= other.key else (other, one) for one, other in pairs]
    weighed = weigh_pairs(ordered, model)
    if known is not None:
        known.keep(ordered, edge_columns(weighed, model))
    return _decisions(ordered, weighed, model)


def _decisions(pairs: Sequence[Pair], weighed: Weighed, model: MatchModel) -> list[PairDecision]:
    contributions = _contributions(weighed, model)
    rules = [rule.name for rule in model.rules]
    outcomes = zip(weighed.links(model).tolist(), (weighed.review & (weighed.veto == 0)).tolist(), strict=True)
    return [
        PairDecision(
            left.key,
            right.key,
            weight,
            tuple(parts),
            weighed.veto_names[veto] if veto else None,
            rules[rule] if rule >= 0 else NO_RULE,
            _outcome(is_linked=is_linked, is_reviewed=is_reviewed),
            model.version,
        )
        for (left, right), weight, parts, veto, rule, (is_linked, is_reviewed) in zip(
            pairs,
            weighed.weight.tolist(),
            contributions,
            weighed.veto.tolist(),
            weighed.rule.tolist(),
            outcomes,
            strict=True,
        )
    ]


def _contributions(weighed: Weighed, model: MatchModel) -> list[list[Contribution]]:
    """Give for each pair what its fields, its pattern and the rules added, in this order."""
    prior = Contribution(PRIOR, "", model.prior)
    shown = compiled(model).contributions
    known = [shown[field] for field in weighed.levels]
    rows = np.column_stack(list(weighed.levels.values())).tolist()
    found = [[prior, *(one[level] for one, level in zip(known, row, strict=True) if level)] for row in rows]
    for held, _, contributions in weighed.steps:
        for position, contribution in zip(held.tolist(), contributions, strict=True):
            found[position].append(contribution)
    return found


def _outcome(*, is_linked: bool, is_reviewed: bool) -> Outcome:
    if is_linked:
        return "link"
    return "possible" if is_reviewed else "none"
