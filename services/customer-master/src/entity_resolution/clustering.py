"""From decisions about pairs to customers: evidence for and against is summed, vetoes forbid, people decide.

The result is a function of the *set* of records, decisions and steward decisions: records are put into key order,
weights are added as integers, ties fall to the smaller keys, so the order of arrival cannot show.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from entity_resolution.component_edges import component_edges
from entity_resolution.components import Pair, bounded_components
from entity_resolution.contraction import Contraction, Edges
from entity_resolution.decisions import PairDecision, StewardDecision
from entity_resolution.known_edges import KnownEdges
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord

Component = Sequence[RecordKey]

CutReason = Literal["veto", "unlink", "outweighed", "margin", "component_size", "steward_link_refused"]
PossibleReason = Literal["below", "margin", "veto", "outweighed", "component_size", "steward_link_refused"]


class Cut(NamedTuple):
    """Two records whose own decision (or a steward) says link, and that stand in different customers nevertheless."""

    left: RecordKey
    right: RecordKey
    weight: int
    reason: CutReason


class Possible(NamedTuple):
    """Two records of different customers that a steward should look at, and why."""

    left: RecordKey
    right: RecordKey
    weight: int
    reason: PossibleReason


class Partition(NamedTuple):
    """Customers as sets of records, ordered by their smallest key; what was cut; what people should look at.

    ``reviewable`` has every such pair of records, ``possibles`` the best one between any two customers.
    """

    clusters: tuple[frozenset[RecordKey], ...]
    cuts: tuple[Cut, ...]
    possibles: tuple[Possible, ...]
    reviewable: tuple[Possible, ...]


def partition(
    records: Iterable[StandardRecord],
    decisions: Iterable[PairDecision],
    steward: Iterable[StewardDecision],
    model: MatchModel,
    known: KnownEdges | None = None,
) -> Partition:
    """Cluster records of one connected component, or of several.

    ``decisions`` are those of the candidate pairs; pairs inside a component that were no candidates are compared here,
    so that a contradiction counts between any two records, whatever bridges them. Decisions and steward decisions about
    records that are not given are ignored. Of steward decisions that contradict each other an unlink holds; a steward's
    link stands above all weights, not above a veto. ``known`` spares weighing pairs again that it remembers.
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
    clusters = [frozenset(component) for component in components if len(component) == 1]
    cuts = _cuts_between_components(positive, components, links, unlinks)
    inside = _by_component(positive, components)
    several = [component for component in components if len(component) > 1]
    for component, edges in _edges_of(several, by_key, unlinks, model, known or KnownEdges()):
        contraction = Contraction(edges, link=model.thresholds.link, margin=model.thresholds.margin)
        cuts += _contract(component, contraction, inside.get(component[0], ()), links, unlinks)
        clusters += [frozenset(component[node] for node in members) for members in contraction.clusters()]
    owner = {key: position for position, cluster in enumerate(clusters) for key in cluster}
    reviewable = _reviewable(pairs.values(), cuts, owner, unlinks, model)
    possibles = _best(reviewable, lambda one: frozenset((owner[one.left], owner[one.right])))
    return Partition(tuple(sorted(clusters, key=min)), tuple(sorted(cuts)), possibles, reviewable)


def _steward_pairs(steward: Iterable[StewardDecision], known: Iterable[RecordKey]) -> tuple[set[Pair], set[Pair]]:
    present = set(known)
    links: set[Pair] = set()
    unlinks: set[Pair] = set()
    for decision in steward:
        left, right = sorted((decision.left, decision.right))
        if left != right and left in present and right in present:
            (links if decision.kind == "link" else unlinks).add((left, right))
    return links, unlinks


def _edges_of(
    components: Sequence[Component],
    records: Mapping[RecordKey, StandardRecord],
    unlinks: Iterable[Pair],
    model: MatchModel,
    known: KnownEdges,
) -> Iterator[tuple[Component, Edges]]:
    """Give each component with what any two of its records say about each other; an unlink vetoes."""
    edges = component_edges(([records[key] for key in component] for component in components), model, known)
    unlinked: dict[RecordKey, list[RecordKey]] = defaultdict(list)
    for left, right in unlinks:
        unlinked[left].append(right)
    for component, found in zip(components, edges, strict=True):
        position = {key: node for node, key in enumerate(component)}
        for left in position.keys() & unlinked.keys():
            nodes = [position[right] for right in unlinked[left] if right in position]
            found.vetoed[position[left], nodes] = found.vetoed[nodes, position[left]] = True
        yield component, found


def _by_component(
    positive: Iterable[PairDecision], components: Sequence[Component]
) -> dict[RecordKey, list[PairDecision]]:
    """Give the links inside each component by its first record."""
    first = {key: component[0] for component in components for key in component}
    found: dict[RecordKey, list[PairDecision]] = defaultdict(list)
    for one in positive:
        if first[one.left] == first[one.right]:
            found[first[one.left]].append(one)
    return found


def _contract(
    component: Component,
    contraction: Contraction,
    positive: Iterable[PairDecision],
    links: Iterable[Pair],
    unlinks: Collection[Pair],
) -> list[Cut]:
    """Contract a component, a steward's links first; give what stands apart although its own decision says link."""
    position = {key: node for node, key in enumerate(component)}
    inside = [pair for pair in sorted(links) if pair[0] in position and pair[1] in position]
    refused = [pair for pair in inside if not contraction.join(position[pair[0]], position[pair[1]])]
    contraction.run()
    cuts = [Cut(left, right, 0, "steward_link_refused") for left, right in refused]
    for one in positive:
        left, right = position[one.left], position[one.right]
        if contraction.separate(left, right):
            is_unlinked = (one.left, one.right) in unlinks
            reason: CutReason = "unlink" if is_unlinked else contraction.reason(left, right)
            cuts.append(Cut(one.left, one.right, one.weight, reason))
    return cuts


def _cuts_between_components(
    positive: Iterable[PairDecision],
    components: Sequence[Component],
    links: set[Pair],
    unlinks: set[Pair],
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


def _reviewable(
    decisions: Iterable[PairDecision],
    cuts: Iterable[Cut],
    owner: Mapping[RecordKey, int],
    unlinks: set[Pair],
    model: MatchModel,
) -> tuple[Possible, ...]:
    """Give the pairs that people should look at; none where a steward has already told the customers apart."""
    told_apart = {frozenset((owner[left], owner[right])) for left, right in unlinks}
    found = [Possible(cut.left, cut.right, cut.weight, cut.reason) for cut in cuts if cut.reason != "unlink"]
    for one in decisions:
        would_link = one.veto is not None and one.weight >= model.thresholds.link
        if owner[one.left] != owner[one.right] and (one.outcome == "possible" or would_link):
            found.append(Possible(one.left, one.right, one.weight, "veto" if would_link else "below"))
    apart = (one for one in found if frozenset((owner[one.left], owner[one.right])) not in told_apart)
    return _best(apart, lambda one: (one.left, one.right))


def _best(found: Iterable[Possible], group: Callable[[Possible], Hashable]) -> tuple[Possible, ...]:
    """Give the pair of the greatest weight in each group; ties fall to the smaller keys."""
    best: dict[Hashable, Possible] = {}
    for possible in sorted(found, key=lambda one: (-one.weight, one)):
        best.setdefault(group(possible), possible)
    return tuple(sorted(best.values()))
