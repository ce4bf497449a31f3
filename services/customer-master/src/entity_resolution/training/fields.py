"""Weights of fields by Fellegi and Sunter (1969): log(m/u), m among records that are one customer, u among others.

Identifying fields learn m from pairs that are sure without them, u from the next owners of vehicles (other name, other
phone, same vehicle), or from random pairs where there are no vehicles. Where a set has no natural labels, all fields
learn by expectation maximisation: u stays that of random pairs, m starts from the expert. Only m is estimated from
candidates, because candidates are no random sample.
"""

from collections.abc import Mapping

import numpy as np

from entity_resolution.compiled import Integers, Mask
from entity_resolution.model import MatchModel
from entity_resolution.training.arithmetic import Floats, between, logit, probability, to_weight
from entity_resolution.training.cores import SAME_VEHICLE, agreeing
from entity_resolution.training.pairs import Pairs

IDENTIFYING_FIELDS = ("identifier", "birth_date", "gender")
TRUST = 50
"""How many pairs at a level the expert counts for."""
_FEWEST_PAIRS = 200
_ROUNDS = 15
_SMALLEST = 0.5

Weights = dict[str, dict[str, int]]


def identifying_weights(pairs: Pairs, others: Pairs, model: MatchModel) -> Weights:
    """Learn what equal and different papers, birth dates and genders weigh; ``others`` are random pairs."""
    names_differ = pairs.at("name", model.naming["name"])
    next_owners = names_differ & pairs.at("vehicle", SAME_VEHICLE) & _other_phone(pairs)
    weights: Weights = {}
    for field in IDENTIFYING_FIELDS:
        m = pairs.counts(field, agreeing(pairs)).astype(np.float64)
        u = pairs.counts(field, next_owners).astype(np.float64)
        if u[1:].sum() < _FEWEST_PAIRS:
            u = others.counts(field, np.ones(len(others.left), dtype=np.bool_)).astype(np.float64)
        weights[field] = _weights_of(field, m, u, pairs, model)
    return weights


def _other_phone(pairs: Pairs) -> Mask:
    return pairs.at("phone", {"other", "other_within_1_year", "other_within_3_years", "other_later"})


def expected_weights(pairs: Pairs, others: Pairs, record_count: int, model: MatchModel) -> tuple[int, Weights]:
    """Learn the prior and all fields in which records can disagree, by expectation maximisation over the candidates.

    The prior is that of any two of the records, because u is that of random pairs.
    """
    fields = [field for field in model.weights if _can_disagree(model.weights[field]) and field != "party"]
    everything = np.ones(len(others.left), dtype=np.bool_)
    u = {field: others.counts(field, everything).astype(np.float64) for field in fields}
    all_pairs = record_count * (record_count - 1) / 2
    prior, weights, weight = model.prior, dict[str, dict[str, int]](), pairs.weight
    for _ in range(_ROUNDS):
        posterior = np.where(pairs.vetoed, 0.0, probability(weight))
        prior = to_weight(logit(float(posterior.sum()) / all_pairs))
        weights = {
            field: _weights_of(field, _expected_counts(pairs, field, posterior), u[field], pairs, model)
            for field in fields
        }
        weight = pairs.weight + (prior - model.prior)
        for field in fields:
            weight = weight + _change(pairs, field, weights[field], model.weights[field])
    return prior, weights


def _can_disagree(weights: Mapping[str, int]) -> bool:
    """Whether a field has levels for and against; how common a name is tells neither."""
    return min(weights.values()) < 0 < max(weights.values()) and not any(
        level.startswith("one_in") for level in weights
    )


def _expected_counts(pairs: Pairs, field: str, posterior: Floats) -> Floats:
    counts = np.bincount(pairs.levels[field], weights=posterior, minlength=len(pairs.names[field]))
    return np.asarray(counts, dtype=np.float64)


def _change(pairs: Pairs, field: str, new: Mapping[str, int], old: Mapping[str, int]) -> Integers:
    table = np.array([0, *(new[level] - old[level] for level in old)], dtype=np.int64)
    return np.asarray(table[pairs.levels[field]])


def _weights_of(field: str, m: Floats, u: Floats, pairs: Pairs, model: MatchModel) -> dict[str, int]:
    """Give the weights of a field's levels from counts of levels; level 0 says nothing and is left out."""
    expert = model.weights[field]
    m_total, u_total = float(m[1:].sum()), float(u[1:].sum())
    if m_total < _FEWEST_PAIRS or u_total < _FEWEST_PAIRS:
        return dict(expert)
    learned = {}
    for position, level in enumerate(pairs.names[field][1:], start=1):
        m_share = max(float(m[position]), _SMALLEST) / m_total
        u_share = max(float(u[position]), _SMALLEST) / u_total
        count = float(m[position]) if expert[level] > 0 else float(u[position])
        learned[level] = between(expert[level], float(np.log(m_share / u_share)), count, TRUST)
    return learned
