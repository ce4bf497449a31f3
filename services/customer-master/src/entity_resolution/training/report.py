"""What a training changed and what may be expected of it: parameters before and after, precision and recall."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from entity_resolution.compiled import Integers
from entity_resolution.training.arithmetic import probability
from entity_resolution.training.cells import Cell
from entity_resolution.training.natural_labels import SAME, UNKNOWN
from entity_resolution.training.pairs import Pairs


class Change(NamedTuple):
    """The weight of a level of a field, before and after, in thousandths of natural-log odds."""

    field: str
    level: str
    before: int
    after: int


class Quality(NamedTuple):
    """What to expect of single pairs, before clustering; 1 where there is nothing to expect it of.

    ``expected_*`` follow from the model's own probabilities over all candidate pairs. ``labelled_*`` are measured on
    the natural labels, with the values that gave the labels taken out of the records.
    """

    expected_precision: float
    expected_recall: float
    labelled_precision: float
    labelled_recall: float


class Report(NamedTuple):
    """All that is to be said about a training."""

    base_version: str
    version: str
    method: str
    records: int
    pairs: int
    cores: int
    labels_same: int
    labels_different: int
    dirty_identifiers: Sequence[str]
    changes: Sequence[Change]
    cells: Sequence[Cell]
    before: Quality
    after: Quality


def quality(pairs: Pairs, bare: Pairs, labels: Integers, link: int) -> Quality:
    """Measure a model by pairs it has weighed: as they are, and without what gave the labels."""
    chances = probability(pairs.weight)
    chances[pairs.vetoed] = 0.0
    is_linked = (pairs.weight >= link) & ~pairs.vetoed
    is_link_of_labelled = (bare.weight >= link) & ~bare.vetoed & (labels != UNKNOWN)
    right = float((is_link_of_labelled & (labels == SAME)).sum())
    return Quality(
        expected_precision=_share(float(chances[is_linked].sum()), float(is_linked.sum())),
        expected_recall=_share(float(chances[is_linked].sum()), float(chances.sum())),
        labelled_precision=_share(right, float(is_link_of_labelled.sum())),
        labelled_recall=_share(right, float((labels == SAME).sum())),
    )


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Compare the weights of two model files, the prior first."""
    found = [Change("prior", "", before["prior"], after["prior"])]
    for field, levels in after["fields"].items():
        old = before["fields"].get(field, {})
        found += [Change(field, level, old.get(level, 0), weight) for level, weight in levels.items()]
    return found


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0
