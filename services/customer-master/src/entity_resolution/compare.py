"""Compares pairs of records in batches: a level for each field, a weight for each level, rules over the levels.

Levels are columns of small integers over all pairs of a batch: each distinct pair of values is looked at once, weights
come by look-up, rules are masks. A decision is a pure function of the two standardised records and the model.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entity_resolution.comparisons import Comparison, comparisons, vetoes
from entity_resolution.decisions import Contribution, Outcome, PairDecision
from entity_resolution.model import LevelSets, MatchModel, Rule
from entity_resolution.records import StandardRecord

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

PRIOR = "prior"
EVIDENCE = "evidence"
RULE = "rule"
_DAYS_IN_YEAR = 365
_OTHER_PHONE_BY_DAYS = ((_DAYS_IN_YEAR, "other_within_1_year"), (3 * _DAYS_IN_YEAR, "other_within_3_years"))


def compare_pairs(pairs: Sequence[tuple[StandardRecord, StandardRecord]], model: MatchModel) -> list[PairDecision]:
    """Decide each pair on its own: neither the order of the two nor what else is compared has a say."""
    if not pairs:
        return []
    return _Batch(pairs, model).decisions()


class _Batch:
    """The columns of one call: for each field the level of every pair, as an index into that field's levels."""

    def __init__(self, pairs: Sequence[tuple[StandardRecord, StandardRecord]], model: MatchModel) -> None:
        self.model = model
        self.pairs = [(one, other) if one.key <= other.key else (other, one) for one, other in pairs]
        positions: dict[int, int] = {}
        self.records: list[StandardRecord] = []
        for record in (record for pair in self.pairs for record in pair):
            if id(record) not in positions:
                positions[id(record)] = len(self.records)
                self.records.append(record)
        self.left = np.array([positions[id(left)] for left, _ in self.pairs], dtype=np.int64)
        self.right = np.array([positions[id(right)] for _, right in self.pairs], dtype=np.int64)
        self.levels: dict[str, list[str]] = {field: ["", *weights] for field, weights in model.weights.items()}
        self.columns = {
            comparison.field: self._column(comparison, self.levels[comparison.field])
            for comparison in comparisons(model)
        }
        self._split_other_phones()

    def decisions(self) -> list[PairDecision]:
        total = np.full(len(self.pairs), self.model.prior, dtype=np.int64)
        for field, column in self.columns.items():
            total += np.array([0, *self.model.weights[field].values()], dtype=np.int64)[column]
        lacking = ~self._any(self.model.evidence)
        total[lacking] += self.model.no_shared_evidence
        added: list[list[Contribution]] = [
            [Contribution(EVIDENCE, "none", self.model.no_shared_evidence)] if missing else []
            for missing in lacking.tolist()
        ]
        names, review = self._apply_rules(total, added)
        return self._assemble(total, added, names, review, lacking)

    def _column(self, comparison: Comparison, levels: list[str]) -> Integers:
        """Give the level of every pair; 0 where a value is absent or the level has no weight in the model."""
        codes, distinct = _coded([comparison.extract(record) for record in self.records])
        left, right = codes[self.left], codes[self.right]
        column = np.zeros(len(self.pairs), dtype=np.int64)
        present = np.flatnonzero((left >= 0) & (right >= 0))
        if not present.size:
            return column
        combined = left[present] * len(distinct) + right[present]
        pairs, inverse = np.unique(combined, return_inverse=True)
        index = {level: position for position, level in enumerate(levels)}
        found = [
            index.get(comparison.level(distinct[pair // len(distinct)], distinct[pair % len(distinct)]), 0)
            for pair in pairs.tolist()
        ]
        column[present] = np.array(found, dtype=np.int64)[inverse]
        return column

    def _split_other_phones(self) -> None:
        """Refine ``other``: the longer between two records, the less another number says."""
        levels = self.levels["phone"]
        column = self.columns["phone"]
        days = np.array([_ordinal(record.observed_on) for record in self.records], dtype=np.int64)
        left, right = days[self.left], days[self.right]
        dated = (column == levels.index("other")) & (left > 0) & (right > 0)
        gaps = np.abs(left - right)
        column[dated] = levels.index("other_later")
        for bound, level in reversed(_OTHER_PHONE_BY_DAYS):
            column[dated & (gaps <= bound)] = levels.index(level)

    def _at(self, field: str, wanted: frozenset[str]) -> Mask:
        indices = [position for position, level in enumerate(self.levels[field]) if level in wanted]
        return np.isin(self.columns[field], indices)

    def _any(self, level_sets: LevelSets) -> Mask:
        mask = np.zeros(len(self.pairs), dtype=np.bool_)
        for field, levels in level_sets.items():
            mask |= self._at(field, levels)
        return mask

    def _all(self, level_sets: LevelSets) -> Mask:
        mask = np.ones(len(self.pairs), dtype=np.bool_)
        for field, levels in level_sets.items():
            mask &= self._at(field, levels)
        return mask

    def _holds(self, rule: Rule) -> Mask:
        mask = self._all(rule.when)
        for exception in rule.unless:
            mask &= ~self._all(exception)
        return mask

    def _apply_rules(self, total: Integers, added: list[list[Contribution]]) -> tuple[list[str], Mask]:
        """Apply the rules in order; give the first rule that holds for each pair, and which pairs ask for review."""
        names = ["weights"] * len(self.pairs)
        review = np.zeros(len(self.pairs), dtype=np.bool_)
        for rule in self.model.rules:
            mask = self._holds(rule)
            if rule.review:
                review |= mask
            before = total[mask]
            after = before + rule.adjust
            if rule.maximum is not None:
                after = np.minimum(after, rule.maximum)
            total[mask] = after
            for position, change in zip(np.flatnonzero(mask).tolist(), (after - before).tolist(), strict=True):
                if names[position] == "weights":
                    names[position] = rule.name
                if change:
                    added[position].append(Contribution(RULE, rule.name, change))
        return names, review

    def _assemble(
        self, total: Integers, added: list[list[Contribution]], names: list[str], review: Mask, lacking: Mask
    ) -> list[PairDecision]:
        model = self.model
        tables = [
            [Contribution(field, level, model.weights[field].get(level, 0)) for level in self.levels[field]]
            for field in self.columns
        ]
        rows = np.column_stack(list(self.columns.values())).tolist()
        vetoed = self._vetoes()
        prior = Contribution(PRIOR, "", model.prior)
        decisions: list[PairDecision] = []
        for position, (left, right) in enumerate(self.pairs):
            weight = int(total[position])
            fields = (table[level] for table, level in zip(tables, rows[position], strict=True) if level)
            is_reviewed = bool(review[position]) or (weight >= model.thresholds.possible and not lacking[position])
            decisions.append(
                PairDecision(
                    left.key,
                    right.key,
                    weight,
                    (prior, *fields, *added[position]),
                    vetoed[position],
                    names[position],
                    _outcome(weight, model, is_vetoed=vetoed[position] is not None, is_reviewed=is_reviewed),
                    model.version,
                )
            )
        return decisions

    def _vetoes(self) -> list[str | None]:
        found: list[str | None] = [None] * len(self.pairs)
        for comparison in vetoes(self.model):
            values = [comparison.extract(record) for record in self.records]
            for position, (left, right) in enumerate(zip(self.left.tolist(), self.right.tolist(), strict=True)):
                if values[left] and values[right] and values[left] != values[right] and found[position] is None:
                    found[position] = comparison.level(values[left], values[right]) or None
        return found


def _coded(values: list[Any]) -> tuple[Integers, list[Any]]:
    """Number the distinct values; -1 stands for an absent one."""
    codes: dict[Any, int] = {}
    column = [codes.setdefault(value, len(codes)) if value else -1 for value in values]
    return np.array(column, dtype=np.int64), list(codes)


def _ordinal(iso: str | None) -> int:
    return date.fromisoformat(iso).toordinal() if iso else 0


def _outcome(weight: int, model: MatchModel, *, is_vetoed: bool, is_reviewed: bool) -> Outcome:
    if is_vetoed:
        return "none"
    if weight >= model.thresholds.link:
        return "link"
    return "possible" if is_reviewed else "none"
