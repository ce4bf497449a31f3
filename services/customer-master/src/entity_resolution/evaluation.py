"""Scores customers against the truth: pairs, B-cubed, the largest false cluster, and where the loss is.

Counts stay integers and fractions until somebody prints them, so that equal results compare equal. B-cubed (Bagga and
Baldwin 1998) asks for each record how pure and how complete its cluster is; pairs weigh large customers more.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from typing import Literal, NamedTuple

from entity_resolution.blocking import without_generic
from entity_resolution.compare import compare_pairs
from entity_resolution.decisions import PairDecision
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.resolution import Resolution

Truth = Mapping[RecordKey, str]
"""The true customer of each labelled record."""

MissedBy = Literal["never_met", "none", "possible", "vetoed", "cut"]

_PAIRS_AT_ONCE = 50_000


class Score(NamedTuple):
    """Precision, the share of what was found that is right, and recall, the share of what is right that was found."""

    precision: Fraction
    recall: Fraction

    @property
    def f1(self) -> Fraction:
        """The harmonic mean of the two."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else Fraction(0)


class Scores(NamedTuple):
    """How well labelled records were put together.

    ``largest_false_cluster`` counts the labelled records of the largest cluster that holds more than one customer.
    """

    records: int
    customers: int
    clusters: int
    missed_pairs: int
    false_pairs: int
    largest_false_cluster: int
    pairs: Score
    b_cubed: Score


class Loss(NamedTuple):
    """A pair that is wrong: ``missed`` (one customer in two clusters) or ``false`` (two customers in one cluster).

    ``reason`` of a missed pair is a ``MissedBy``: it never met in blocking, met and was judged none or possible, was
    vetoed, or was judged a link and cut by the clustering. Of a false pair it is the rule that the pair shows, or
    ``bridged`` when the pair itself was no link and third records brought it together.
    """

    kind: Literal["missed", "false"]
    reason: str
    decision: PairDecision


def score(clusters: Iterable[Collection[RecordKey]], truth: Truth) -> Scores:
    """Score clusters against the truth. Records without a label do not count; labelled ones of no cluster stand alone.

    Raises:
        ValueError: a record is in two clusters.
    """
    cells = _cells(clusters, truth)
    of_cluster: Counter[int] = Counter()
    of_customer: Counter[str] = Counter()
    for (number, customer), count in cells.items():
        of_cluster[number] += count
        of_customer[customer] += count
    customers_in = Counter(number for number, _ in cells)
    mixed = (of_cluster[number] for number, customers in customers_in.items() if customers > 1)
    right, found, true = _pairs(cells.values()), _pairs(of_cluster.values()), _pairs(of_customer.values())
    return Scores(
        records=len(truth),
        customers=len(of_customer),
        clusters=len(of_cluster),
        missed_pairs=true - right,
        false_pairs=found - right,
        largest_false_cluster=max(mixed, default=0),
        pairs=Score(_share(right, found), _share(right, true)),
        b_cubed=Score(
            _mean_share((count, of_cluster[number]) for (number, _), count in cells.items()),
            _mean_share((count, of_customer[customer]) for (_, customer), count in cells.items()),
        ),
    )


def _cells(clusters: Iterable[Collection[RecordKey]], truth: Truth) -> Counter[tuple[int, str]]:
    """Count the labelled records by cluster and true customer."""
    cells: Counter[tuple[int, str]] = Counter()
    alone = set(truth)
    for number, cluster in enumerate(clusters):
        for key in cluster:
            if key in truth:
                if key not in alone:
                    raise ValueError(f"record {key} is in two clusters")
                alone.remove(key)
                cells[number, truth[key]] += 1
    cells.update((-1 - number, truth[key]) for number, key in enumerate(sorted(alone)))
    return cells


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(1)


def _mean_share(cells: Iterable[tuple[int, int]]) -> Fraction:
    """Give the mean over all records of the share their cell (its size) has of a larger set (its size)."""
    by_size: Counter[int] = Counter()
    records = 0
    for count, size in cells:
        records += count
        by_size[size] += count * count
    total = sum((Fraction(squares, size) for size, squares in by_size.items()), Fraction(0))
    return total / records if records else Fraction(1)


def losses(resolution: Resolution, records: Iterable[StandardRecord], truth: Truth, model: MatchModel) -> list[Loss]:
    """Give every wrong pair of labelled records, the worst first.

    Worst are false pairs with the least weight for them and missed pairs with the most, so that what is read first is
    what the model could most easily have got right. Pairs that never met are compared here.
    """
    owner = {key: number for number, cluster in enumerate(resolution.partition.clusters) for key in cluster}
    generic = {(key.kind, key.value) for key in resolution.set_aside}
    compared = {record.key: without_generic(record, generic) for record in records if record.key in truth}
    decisions = {(one.left, one.right): one for one in resolution.decisions}
    wrong = [*_missed(owner, truth), *_false(resolution, truth)]
    unmet = [pair for pair in wrong if pair not in decisions]
    for start in range(0, len(unmet), _PAIRS_AT_ONCE):
        piece = unmet[start : start + _PAIRS_AT_ONCE]
        found = compare_pairs([(compared[left], compared[right]) for left, right in piece], model)
        decisions.update(zip(piece, found, strict=True))
    never_met = set(unmet)
    return sorted((_loss(decisions[pair], truth, is_met=pair not in never_met) for pair in wrong), key=_worst_first)


def _missed(owner: Mapping[RecordKey, int], truth: Truth) -> Iterator[tuple[RecordKey, RecordKey]]:
    by_customer: dict[str, list[RecordKey]] = defaultdict(list)
    for key in sorted(truth):
        by_customer[truth[key]].append(key)
    for keys in by_customer.values():
        yield from (pair for pair in combinations(keys, 2) if owner[pair[0]] != owner[pair[1]])


def _false(resolution: Resolution, truth: Truth) -> Iterator[tuple[RecordKey, RecordKey]]:
    for cluster in resolution.partition.clusters:
        labelled = sorted(key for key in cluster if key in truth)
        yield from (pair for pair in combinations(labelled, 2) if truth[pair[0]] != truth[pair[1]])


def _loss(decision: PairDecision, truth: Truth, *, is_met: bool) -> Loss:
    if truth[decision.left] != truth[decision.right]:
        return Loss("false", decision.rule if is_met and decision.outcome == "link" else "bridged", decision)
    reason: MissedBy = "none"
    if not is_met:
        reason = "never_met"
    elif decision.veto is not None:
        reason = "vetoed"
    elif decision.outcome != "none":
        reason = "cut" if decision.outcome == "link" else "possible"
    return Loss("missed", reason, decision)


def _worst_first(loss: Loss) -> tuple[str, int, RecordKey, RecordKey]:
    weight = loss.decision.weight if loss.kind == "false" else -loss.decision.weight
    return loss.kind, weight, loss.decision.left, loss.decision.right
