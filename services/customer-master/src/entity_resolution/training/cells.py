"""The pattern table: what levels weigh together beyond their sum, from natural labels, with the expert as the prior."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from entity_resolution.compiled import Integers, compiled
from entity_resolution.model import MatchModel
from entity_resolution.training.arithmetic import logit, probability, to_weight
from entity_resolution.training.natural_labels import SAME, UNKNOWN
from entity_resolution.training.pairs import Pairs

TRUST = 3
"""How many labels the expert counts for in a cell."""
NOISE = 0.01
"""The share of labels that may be wrong: so many against the others in a cell say nothing."""
LARGEST = 3000
"""How far labels may move a cell from the expert, in thousandths of natural-log odds."""


class Cell(NamedTuple):
    """A cell that labels lie in: what it is, the labels, how many say the same, the expert's mean, the adjustment."""

    groups: dict[str, str]
    labels: int
    same: int
    expert: float
    adjust: int


def learned_cells(pairs: Pairs, labels: Integers, model: MatchModel) -> list[Cell]:
    """Learn a cell from the labels in it; ``pairs`` must not have been weighed by what gave the labels.

    log odds of a cell = expert + logit((same + k·m) / (labels + k)) − logit(m), m the expert's mean probability there.
    """
    held = np.flatnonzero(labels != UNKNOWN)
    numbers = compiled(model).patterns.cell(pairs.levels)[held]
    expert = probability(pairs.weight[held] - compiled(model).patterns.adjust[numbers])
    is_same = labels[held] == SAME
    groups = dict(_numbered_groups(model))
    cells = []
    for number in np.unique(numbers).tolist():
        inside = numbers == number
        count, same = int(inside.sum()), int(is_same[inside].sum())
        mean = float(expert[inside].mean())
        learned = logit((_believed(same, count) + TRUST * mean) / (count + TRUST)) - logit(mean)
        adjust = max(-LARGEST, min(LARGEST, to_weight(learned)))
        cells.append(Cell(groups[number], count, same, mean, adjust))
    return cells


def _believed(same: int, count: int) -> float:
    """Give how many of the labels are taken to say the same."""
    doubted = NOISE * count
    return min(float(count), same + doubted) if 2 * same > count else max(0.0, same - doubted)


def cells_document(cells: list[Cell]) -> list[dict[str, Any]]:
    """The cells as a model file has them."""
    return [{"groups": cell.groups, "adjust": cell.adjust} for cell in cells if cell.adjust]


def _numbered_groups(model: MatchModel) -> Iterator[tuple[int, dict[str, str]]]:
    """Give for the number of every cell the group of each field that is not absent in it."""
    cells: dict[int, dict[str, str]] = {0: {}}
    size = 1
    for field, groups in model.patterns.groups.items():
        grown = {
            number + size * position: told | ({field: group} if group else {})
            for number, told in cells.items()
            for position, group in enumerate(("", *groups))
        }
        size *= len(groups) + 1
        cells = grown
    yield from cells.items()
