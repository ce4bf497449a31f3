"""What the records of a component say about each other, any two of them, whether they were candidates or not."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np

from entity_resolution.borrowed_names import heed_borrowed_names
from entity_resolution.compiled import CompiledModel, Integers, Mask, any_of, compiled
from entity_resolution.contraction import Edges
from entity_resolution.firm_numbers import heed_firm_numbers
from entity_resolution.known_edges import KnownEdges
from entity_resolution.model import MatchModel
from entity_resolution.records import StandardRecord
from entity_resolution.weighing import Weighed, weigh_pairs

Component = Sequence[StandardRecord]

_PAIRS_AT_ONCE = 50_000
# What contradicts even where nothing is shared: another phone, car or town does not.
_CONTRADICTING_FIELDS = ("party", "identifier", "name", "organization", "birth_date", "gender")
# What is common proves less when it is shared; it contradicts nothing.
_FREQUENCY_FIELDS = frozenset({"name_frequency", "latin_frequency", "place_frequency"})


def component_edges(components: Iterable[Component], model: MatchModel, known: KnownEdges) -> Iterator[Edges]:
    """Give the edges of each component, in order; what is not known of many small components is weighed in one go."""
    for batch in _batches(components):
        yield from _batch_edges(batch, model, known)


def _batches(components: Iterable[Component]) -> Iterator[list[Component]]:
    batch: list[Component] = []
    pairs = 0
    for component in components:
        batch.append(component)
        pairs += len(component) * (len(component) - 1) // 2
        if pairs >= _PAIRS_AT_ONCE:
            yield batch
            batch, pairs = [], 0
    if batch:
        yield batch


def _batch_edges(components: Sequence[Component], model: MatchModel, known: KnownEdges) -> Iterator[Edges]:
    places = [np.triu_indices(len(component), 1) for component in components]
    pairs = [pair for component in components for pair in combinations(component, 2)]
    columns = known.columns(pairs, lambda unknown: edge_columns(weigh_pairs(unknown, model), model))
    end = 0
    for component, (one, other) in zip(components, places, strict=True):
        begin, end = end, end + len(one)
        edges = Edges.between(len(component), one, other, columns.part(begin, end))
        heed_borrowed_names(edges, model.thresholds.link)
        heed_firm_numbers(component, edges, model.firm_numbers)
        yield edges


def edge_columns(weighed: Weighed, model: MatchModel) -> Edges:
    """Turn what pairs weigh into what they add to a sum of pairs."""
    tables = compiled(model)
    contradicting = _sum(weighed, tables, _CONTRADICTING_FIELDS)
    # Only what contradicts counts against two records; that most pairs are strangers is said once, by the threshold.
    speaking = [field for field in tables.weights if field not in _FREQUENCY_FIELDS]
    against = np.minimum(_sum(weighed, tables, speaking) + weighed.rules_changed(), 0)
    weight = np.where(weighed.lacking, contradicting, np.maximum(weighed.weight, against))
    weight = np.clip(weight, -model.thresholds.clip, model.thresholds.clip)
    names_exclude = any_of(tables.naming, weighed.levels)
    against_name = tables.weights["name"][weighed.levels["name"]]
    excludes = names_exclude | (contradicting + weighed.rules_changed() <= -model.thresholds.contradiction)
    return Edges(
        weight=weight,
        named=np.where(_both_named(weighed, model), weight, 0),
        contradicts=excludes & ~weighed.links(model),
        vetoed=weighed.veto > 0,
        # Unclipped: the margin asks which of two strong links is the stronger.
        best=weighed.weight,
        name_only=(against_name < 0) & (contradicting == against_name),
        other_name=names_exclude,
    )


def _sum(weighed: Weighed, tables: CompiledModel, fields: Iterable[str]) -> Integers:
    """Give the sum of what these fields say against each pair."""
    found = np.zeros(len(weighed.weight), dtype=np.int64)
    for field in fields:
        found += np.minimum(tables.weights[field], 0)[weighed.levels[field]]
    return found


def _both_named(weighed: Weighed, model: MatchModel) -> Mask:
    """Whether a pair bears two names that can be compared."""
    named = np.zeros(len(weighed.weight), dtype=np.bool_)
    for field in model.naming:
        named |= weighed.levels[field] > 0
    return named
