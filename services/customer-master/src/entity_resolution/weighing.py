"""Weighs pairs of records as columns: a level for each field, a weight for each level, patterns and rules over levels.

Levels are columns of small integers over all pairs of a batch: each distinct pair of values is looked at once, weights
come by look-up, rules are masks. What a pair weighs is a pure function of the two records and the model. Streaming,
bulk load, rebuild and training all weigh here, so they cannot differ.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from entity_resolution.comparisons import Comparison
from entity_resolution.compiled import Columns, CompiledModel, Integers, Mask, any_of, compiled
from entity_resolution.decisions import Contribution
from entity_resolution.model import MatchModel
from entity_resolution.records import StandardRecord

EVIDENCE = "evidence"
RULE = "rule"
_DAYS_IN_YEAR = 365
_OTHER_PHONE_BY_DAYS = ((3 * _DAYS_IN_YEAR, "other_within_3_years"), (_DAYS_IN_YEAR, "other_within_1_year"))

Step = tuple[Integers, Integers, list[Contribution]]
"""Which pairs a step changed, by how much, and how a decision shows it."""


class Weighed(NamedTuple):
    """Pairs as columns, ready to become decisions or edges.

    ``levels`` has the level of each pair by field, as a position in the model's levels; ``weight`` is the sum of their
    weights and of ``steps``; ``lacking`` says that the two share nothing; ``review`` that a person should look if they
    are not linked; ``rule`` is the first rule that holds, -1 for none; ``veto`` a position in ``veto_names``, 0 for
    none.
    """

    levels: dict[str, Integers]
    weight: Integers
    lacking: Mask
    review: Mask
    rule: Integers
    steps: list[Step]
    veto: Integers
    veto_names: list[str]

    def rules_changed(self) -> Integers:
        """Give the sum of what rules added to each pair, or took from it."""
        changed = np.zeros(len(self.weight), dtype=np.int64)
        for held, change, shown in self.steps:
            if shown and shown[0].field == RULE:
                changed[held] += change
        return changed

    def links(self, model: MatchModel) -> Mask:
        """Whether each pair is linked on its own."""
        return np.asarray((self.veto == 0) & (self.weight >= model.thresholds.link))


def weigh(records: Sequence[StandardRecord], left: Integers, right: Integers, model: MatchModel) -> Weighed:
    """Weigh pairs of records, given by positions; symmetric in the two sides."""
    tables = compiled(model)
    batch = _Batch(records, left, right)
    levels = {one.field: batch.column(one, tables.positions[one.field]) for one in tables.comparisons}
    levels["phone"] = _dated_phones(levels["phone"], batch, tables.positions["phone"])
    veto, veto_names = batch.vetoes(tables.vetoes)
    weight = np.full(len(left), model.prior, dtype=np.int64)
    for field, column in levels.items():
        weight += tables.weights[field][column]
    lacking = ~any_of(tables.evidence, levels)
    weight[lacking] += model.no_shared_evidence
    steps: list[Step] = [_evidence_step(lacking, model), _pattern_step(weight, levels, tables)]
    rule, review = _apply_rules(weight, steps, levels, tables)
    review |= (weight >= model.thresholds.possible) & ~lacking
    return Weighed(levels, weight, lacking, review, rule, steps, veto, veto_names)


def weigh_pairs(pairs: Sequence[tuple[StandardRecord, StandardRecord]], model: MatchModel) -> Weighed:
    """Weigh pairs of records, of which there is at least one."""
    records = list({id(record): record for record in chain.from_iterable(pairs)}.values())
    positions = {id(record): position for position, record in enumerate(records)}
    left = np.array([positions[id(one)] for one, _ in pairs], dtype=np.int64)
    right = np.array([positions[id(other)] for _, other in pairs], dtype=np.int64)
    return weigh(records, left, right, model)


class _Batch:
    """Pairs as two columns of positions in a list of records."""

    def __init__(self, records: Sequence[StandardRecord], left: Integers, right: Integers) -> None:
        self.records = records
        self.left = left
        self.right = right

    def column(self, comparison: Comparison, positions: Mapping[str, int]) -> Integers:
        """Give the level of every pair by its position; 0 where a value is absent or the model has no such level."""
        return self._levels(comparison, lambda level: positions.get(level, 0))

    def vetoes(self, comparisons: Sequence[Comparison]) -> tuple[Integers, list[str]]:
        """Give the first veto of every pair by its position in the names given beside, of which the first is ""."""
        names = [""]
        found = np.zeros(len(self.left), dtype=np.int64)
        for comparison in comparisons:
            column = self._levels(comparison, lambda level: _position(level, names))
            found = np.where(found == 0, column, found)
        return found, names

    def _levels(self, comparison: Comparison, number: Callable[[str], int]) -> Integers:
        codes, distinct = _coded([comparison.extract(record) for record in self.records])
        left, right = codes[self.left], codes[self.right]
        column = np.zeros(len(self.left), dtype=np.int64)
        present = np.flatnonzero((left >= 0) & (right >= 0))
        if present.size:
            pairs, inverse = np.unique(left[present] * len(distinct) + right[present], return_inverse=True)
            found = [
                number(comparison.level(distinct[pair // len(distinct)], distinct[pair % len(distinct)]))
                for pair in pairs.tolist()
            ]
            column[present] = np.array(found, dtype=np.int64)[inverse]
        return column


def _position(level: str, names: list[str]) -> int:
    """Give the position of a name in a list, which grows by it when it is new."""
    if level not in names:
        names.append(level)
    return names.index(level)


def _coded(values: list[Any]) -> tuple[Integers, list[Any]]:
    """Number the distinct values; -1 stands for an absent one."""
    codes: dict[Any, int] = {}
    column = [codes.setdefault(value, len(codes)) if value else -1 for value in values]
    return np.array(column, dtype=np.int64), list(codes)


def _dated_phones(column: Integers, batch: _Batch, positions: Mapping[str, int]) -> Integers:
    """Refine ``other``: the longer between two records, the less another number says."""
    days = np.array([_ordinal(record.observed_on) for record in batch.records], dtype=np.int64)
    left, right = days[batch.left], days[batch.right]
    dated = (column == positions["other"]) & (left > 0) & (right > 0)
    refined = np.where(dated, positions["other_later"], column)
    for bound, level in _OTHER_PHONE_BY_DAYS:
        refined = np.where(dated & (np.abs(left - right) <= bound), positions[level], refined)
    return refined


def _ordinal(iso: str | None) -> int:
    return date.fromisoformat(iso).toordinal() if iso else 0


def _evidence_step(lacking: Mask, model: MatchModel) -> Step:
    held = np.flatnonzero(lacking)
    shown = Contribution(EVIDENCE, "none", model.no_shared_evidence)
    return held, np.full(len(held), model.no_shared_evidence, dtype=np.int64), [shown] * len(held)


def _pattern_step(weight: Integers, levels: Columns, tables: CompiledModel) -> Step:
    """Add to ``weight`` what the levels of a pair weigh together, beyond their sum."""
    cells = tables.patterns.cell(levels)
    change = tables.patterns.adjust[cells]
    weight += change
    held = np.flatnonzero(change)
    return held, change[held], [tables.patterns.contributions[cell] for cell in cells[held].tolist()]


def _apply_rules(weight: Integers, steps: list[Step], levels: Columns, tables: CompiledModel) -> tuple[Integers, Mask]:
    """Change ``weight`` by the rules in order; give the first rule that holds for each pair, and which to review."""
    first = np.full(len(weight), -1, dtype=np.int64)
    review = np.zeros(len(weight), dtype=np.bool_)
    for position, compiled_rule in enumerate(tables.rules):
        rule = compiled_rule.rule
        held = np.flatnonzero(compiled_rule.holds(levels))
        if not held.size:
            continue
        first[held] = np.where(first[held] < 0, position, first[held])
        if rule.review:
            review[held] = True
        before = weight[held]
        after = before + rule.adjust
        if rule.maximum is not None:
            after = np.minimum(after, rule.maximum)
        weight[held] = after
        changed = np.flatnonzero(after != before)
        change = (after - before)[changed]
        steps.append((held[changed], change, [Contribution(RULE, rule.name, amount) for amount in change.tolist()]))
    return first, review
