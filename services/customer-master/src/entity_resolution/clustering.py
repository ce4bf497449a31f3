"""From decisions about pairs to customers: evidence for and against is summed, vetoes forbid, people decide.

The result is a function of the *set* of records, decisions and steward decisions: records are put into key order,
weights are added as integers, ties fall to the smaller keys, so the order of arrival cannot show.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Literal, NamedTuple

from entity_resolution.compare import EVIDENCE, RULE, compare_pairs
from entity_resolution.components import bounded_components
from entity_resolution.contraction import Contraction, Edge
from entity_resolution.decisions import PairDecision, StewardDecision
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord

CutReason = Literal["veto", "unlink", "outweighed", "margin", "component_size", "steward_link_refused"]
PossibleReason = Literal["below", "margin", "veto", "outweighed", "component_size", "steward_link_refused"]

# What contradicts even where nothing is shared: another phone, car or town does not.
_CONTRADICTING_FIELDS = frozenset({"party", "identifier", "name", "organization", "birth_date", "gender"})
_AGAINST_FIELDS = _CONTRADICTING_FIELDS | {RULE}


class Cut(NamedTuple):
    """Two records whose own decision (or a steward) says link, and that stand in different customers nevertheless."""

    left: RecordKey
    right: RecordKey
    weight: int
    reason: CutReason


class Possible(NamedTuple):
    """Two records, the best pair between two customers, that a steward should look at, and why."""

    left: RecordKey
    right: RecordKey
    weight: int
    reason: PossibleReason


class Partition(NamedTuple):
    """Customers as sets of records, ordered by their smallest key; what was cut; what people should look at."""

    clusters: tuple[frozenset[RecordKey], ...]
    cuts: tuple[Cut, ...]
    possibles: tuple[Possible, ...]


def partition(
    records: Iterable[StandardRecord],
    decisions: Iterable[PairDecision],
    steward: Iterable[StewardDecision],
    model: MatchModel,
) -> Partition:
    """Cluster records of one connected component, or of several.

    ``decisions`` are those of the candidate pairs; pairs inside a component that were no candidates are compared here,
    so that a contradiction counts between any two records, whatever bridges them. Decisions and steward decisions about
    records that are not given are ignored. Of steward decisions that contradict each other an unlink holds; a steward's
    link stands above all weights, not above a veto.
    """
    by_key = {record.key: record for record in records}
    pairs = {(decision.left, decision.right): decision for decision in decisions}
    pairs = {pair: decision for pair, decision in pairs.items() if pair[0] in by_key and pair[1] in by_key}
    links, unlinks = _steward_pairs(steward, by_key)
    positive = [decision for decision in pairs.values() if decision.outcome == "link"]
    components = bounded_components(
        by_key,
        sorted(links - unlinks),
        [pair for _, pair in sorted((-one.weight, (one.left, one.right)) for one in positive)],
        model.thresholds.largest_component,
    )
    clusters: list[frozenset[RecordKey]] = []
    cuts: list[Cut] = []
    for component in components:
        found = _cluster_component([by_key[key] for key in component], pairs, links, unlinks, model)
        clusters += found.clusters
        cuts += found.cuts
    owner = {key: position for position, cluster in enumerate(clusters) for key in cluster}
    cuts += _cuts_between_components(positive, components, links, unlinks)
    return Partition(
        tuple(sorted(clusters, key=min)), tuple(sorted(cuts)), _possibles(pairs.values(), cuts, owner, unlinks, model)
    )


def _steward_pairs(
    steward: Iterable[StewardDecision], known: Iterable[RecordKey]
) -> tuple[set[tuple[RecordKey, RecordKey]], set[tuple[RecordKey, RecordKey]]]:
    present = set(known)
    links: set[tuple[RecordKey, RecordKey]] = set()
    unlinks: set[tuple[RecordKey, RecordKey]] = set()
    for decision in steward:
        left, right = sorted((decision.left, decision.right))
        if left != right and left in present and right in present:
            (links if decision.kind == "link" else unlinks).add((left, right))
    return links, unlinks


def _cluster_component(
    records: Sequence[StandardRecord],
    pairs: dict[tuple[RecordKey, RecordKey], PairDecision],
    links: set[tuple[RecordKey, RecordKey]],
    unlinks: set[tuple[RecordKey, RecordKey]],
    model: MatchModel,
) -> Partition:
    keys = [record.key for record in records]
    if len(keys) == 1:
        return Partition((frozenset(keys),), (), ())
    every = dict(zip(combinations(keys, 2), combinations(records, 2), strict=True))
    missing = [pair for pair in every if pair not in pairs]
    compared = dict(zip(missing, compare_pairs([every[pair] for pair in missing], model), strict=True))
    position = {key: index for index, key in enumerate(keys)}
    contraction = Contraction(len(keys), link=model.thresholds.link, margin=model.thresholds.margin)
    for pair in every:
        decision = pairs[pair] if pair in pairs else compared[pair]
        contraction.add(position[pair[0]], position[pair[1]], _edge(decision, model, is_unlinked=pair in unlinks))
    inside = [pair for pair in sorted(links) if pair in every]
    refused = [pair for pair in inside if not contraction.join(position[pair[0]], position[pair[1]])]
    contraction.run()
    cuts = [Cut(left, right, 0, "steward_link_refused") for left, right in refused]
    for pair in every:
        found = pairs.get(pair)
        left, right = position[pair[0]], position[pair[1]]
        if found is not None and found.outcome == "link" and contraction.separate(left, right):
            reason: CutReason = "unlink" if pair in unlinks else contraction.reason(left, right)
            cuts.append(Cut(*pair, found.weight, reason))
    clusters = tuple(frozenset(keys[index] for index in members) for members in contraction.clusters())
    return Partition(clusters, tuple(cuts), ())


def _edge(decision: PairDecision, model: MatchModel, *, is_unlinked: bool) -> Edge:
    """Turn a decision into what it adds to a sum of pairs."""
    is_evident = not any(part.field == EVIDENCE for part in decision.contributions)
    weight = (
        decision.weight
        if is_evident
        else sum(
            part.weight for part in decision.contributions if part.field in _CONTRADICTING_FIELDS and part.weight < 0
        )
    )
    weight = max(-model.thresholds.clip, min(model.thresholds.clip, weight))
    against = sum(part.weight for part in decision.contributions if part.field in _AGAINST_FIELDS and part.weight < 0)
    naming = [part for part in decision.contributions if part.field in model.naming]
    names_exclude = any(part.level in model.naming[part.field] for part in naming)
    contradicts = decision.outcome != "link" and (names_exclude or against <= -model.thresholds.contradiction)
    return Edge(
        weight=weight,
        named=weight if naming else 0,
        contradicts=contradicts,
        vetoed=decision.veto is not None or is_unlinked,
        # Unclipped: the margin asks which of two strong links is the stronger.
        best=decision.weight,
    )


def _cuts_between_components(
    positive: Iterable[PairDecision],
    components: Sequence[Sequence[RecordKey]],
    links: set[tuple[RecordKey, RecordKey]],
    unlinks: set[tuple[RecordKey, RecordKey]],
) -> list[Cut]:
    component_of = {key: index for index, component in enumerate(components) for key in component}
    cuts = [
        Cut(one.left, one.right, one.weight, "component_size")
        for one in positive
        if component_of[one.left] != component_of[one.right]
    ]
    refused = [pair for pair in links if pair in unlinks and component_of[pair[0]] != component_of[pair[1]]]
    refused += [pair for pair in links - unlinks if component_of[pair[0]] != component_of[pair[1]]]
    return cuts + [Cut(*pair, 0, "steward_link_refused") for pair in refused]


def _possibles(
    decisions: Iterable[PairDecision],
    cuts: Iterable[Cut],
    owner: dict[RecordKey, int],
    unlinks: set[tuple[RecordKey, RecordKey]],
    model: MatchModel,
) -> tuple[Possible, ...]:
    """Give the best pair for review between any two customers; none where a steward has already told them apart."""
    told_apart = {frozenset((owner[left], owner[right])) for left, right in unlinks}
    found = [Possible(cut.left, cut.right, cut.weight, cut.reason) for cut in cuts if cut.reason != "unlink"]
    for one in decisions:
        would_link = one.veto is not None and one.weight >= model.thresholds.link
        if owner[one.left] != owner[one.right] and (one.outcome == "possible" or would_link):
            found.append(Possible(one.left, one.right, one.weight, "veto" if would_link else "below"))
    best: dict[frozenset[int], Possible] = {}
    for possible in sorted(found, key=lambda one: (-one.weight, one)):
        customers = frozenset((owner[possible.left], owner[possible.right]))
        if customers not in told_apart:
            best.setdefault(customers, possible)
    return tuple(sorted(best.values()))
