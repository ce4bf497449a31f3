"""Compares pairs of records in batches: a level for each field, a weight for each level, rules over the levels.

Levels are columns of small integers over all pairs of a batch: each distinct pair of values is looked at once, weights
come by look-up, rules are masks. A decision is a pure function of the two standardised records and the model.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any

import numpy as np

from entity_resolution.comparisons import Comparison
from entity_resolution.compiled import Columns, CompiledModel, Integers, Mask, any_of, compiled
from entity_resolution.decisions import Contribution, Outcome, PairDecision
from entity_resolution.model import MatchModel
from entity_resolution.records import StandardRecord

PRIOR = "prior"
EVIDENCE = "evidence"
RULE = "rule"
NO_RULE = "weights"
_DAYS_IN_YEAR = 365
_OTHER_PHONE_BY_DAYS = ((3 * _DAYS_IN_YEAR, "other_within_3_years"), (_DAYS_IN_YEAR, "other_within_1_year"))


def compare_pairs(pairs: Sequence[tuple[StandardRecord, StandardRecord]], model: MatchModel) -> list[PairDecision]:
    """Decide each pair on its own: neither the order of the two nor what else is compared has a say."""
    if not pairs:
        return []
    tables = compiled(model)
    batch = _Batch(pairs)
    columns = {one.field: batch.column(one, tables.positions[one.field]) for one in tables.comparisons}
    columns["phone"] = _dated_phones(columns["phone"], batch, tables.positions["phone"])
    vetoes = [batch.values(one) for one in tables.vetoes]
    return _decisions(batch, columns, vetoes, tables, model)


class _Batch:
    """Pairs as two columns of positions in a list of distinct records, the smaller key on the left."""

    def __init__(self, pairs: Sequence[tuple[StandardRecord, StandardRecord]]) -> None:
        self.pairs = [(one, other) if one.key <= other.key else (other, one) for one, other in pairs]
        distinct = {id(record): record for record in chain.from_iterable(self.pairs)}
        positions = {identity: position for position, identity in enumerate(distinct)}
        self.records = list(distinct.values())
        self.left = np.array([positions[id(left)] for left, _ in self.pairs], dtype=np.int64)
        self.right = np.array([positions[id(right)] for _, right in self.pairs], dtype=np.int64)

    def column(self, comparison: Comparison, positions: Mapping[str, int]) -> Integers:
        """Give the level of every pair by its position; 0 where a value is absent or the model has no such level."""
        return self._levels(comparison, lambda level: positions.get(level, 0))

    def values(self, comparison: Comparison) -> list[str]:
        """Give the level of every pair by its name, "" where there is none."""
        names = [""]
        column = self._levels(comparison, lambda level: _position(level, names))
        return [names[position] for position in column.tolist()]

    def _levels(self, comparison: Comparison, number: Callable[[str], int]) -> Integers:
        codes, distinct = _coded([comparison.extract(record) for record in self.records])
        left, right = codes[self.left], codes[self.right]
        column = np.zeros(len(self.pairs), dtype=np.int64)
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


def _decisions(
    batch: _Batch, columns: Columns, vetoes: list[list[str]], tables: CompiledModel, model: MatchModel
) -> list[PairDecision]:
    total = np.full(len(batch.pairs), model.prior, dtype=np.int64)
    for field, column in columns.items():
        total += tables.weights[field][column]
    lacking = ~any_of(tables.evidence, columns)
    total[lacking] += model.no_shared_evidence
    none = Contribution(EVIDENCE, "none", model.no_shared_evidence)
    added = [[none] if missing else [] for missing in lacking.tolist()]
    _apply_patterns(total, added, columns, tables)
    names, review = _apply_rules(total, added, columns, tables)
    contributions = [tables.contributions[field] for field in columns]
    prior = Contribution(PRIOR, "", model.prior)
    levels = np.column_stack(list(columns.values())).tolist()
    reviewed = (review | ((total >= model.thresholds.possible) & ~lacking)).tolist()
    decisions: list[PairDecision] = []
    for position, weight in enumerate(total.tolist()):
        left, right = batch.pairs[position]
        fields = [known[level] for known, level in zip(contributions, levels[position], strict=True) if level]
        veto = next((found[position] for found in vetoes if found[position]), None)
        decisions.append(
            PairDecision(
                left.key,
                right.key,
                weight,
                (prior, *fields, *added[position]),
                veto,
                names[position],
                _outcome(weight, model, is_vetoed=veto is not None, is_reviewed=reviewed[position]),
                model.version,
            )
        )
    return decisions


def _apply_patterns(total: Integers, added: list[list[Contribution]], columns: Columns, tables: CompiledModel) -> None:
    """Add to ``total`` what the levels of a pair weigh together, beyond their sum."""
    cells = tables.patterns.cell(columns)
    total += tables.patterns.adjust[cells]
    for position in np.flatnonzero(tables.patterns.adjust[cells]).tolist():
        added[position].append(tables.patterns.contributions[int(cells[position])])


def _apply_rules(
    total: Integers, added: list[list[Contribution]], columns: Columns, tables: CompiledModel
) -> tuple[list[str], Mask]:
    """Change ``total`` by the rules in order; give the first rule that holds for each pair, and which to review."""
    names = [NO_RULE] * len(total)
    review = np.zeros(len(total), dtype=np.bool_)
    for compiled_rule in tables.rules:
        rule = compiled_rule.rule
        held = np.flatnonzero(compiled_rule.holds(columns))
        if not held.size:
            continue
        if rule.review:
            review[held] = True
        before = total[held]
        after = before + rule.adjust
        if rule.maximum is not None:
            after = np.minimum(after, rule.maximum)
        total[held] = after
        for position, change in zip(held.tolist(), (after - before).tolist(), strict=True):
            if names[position] == NO_RULE:
                names[position] = rule.name
            if change:
                added[position].append(Contribution(RULE, rule.name, change))
    return names, review


def _outcome(weight: int, model: MatchModel, *, is_vetoed: bool, is_reviewed: bool) -> Outcome:
    if is_vetoed:
        return "none"
    if weight >= model.thresholds.link:
        return "link"
    return "possible" if is_reviewed else "none"
