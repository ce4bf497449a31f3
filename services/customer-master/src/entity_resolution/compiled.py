"""A match model made ready for columns of levels: weights and level sets as look-up tables, built once a model."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from entity_resolution.comparisons import Comparison, comparisons, vetoes
from entity_resolution.decisions import Contribution
from entity_resolution.model import LevelSets, MatchModel, Patterns, Rule

PATTERN = "pattern"

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]
Columns = Mapping[str, Integers]
"""For each field the level of every pair, as a position in that field's levels; 0 says nothing."""

Tables = tuple[tuple[str, Mask], ...]
"""For some fields, which of their levels are meant."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its level sets as tables."""

    rule: Rule
    when: Tables
    unless: tuple[Tables, ...]

    def holds(self, columns: Columns) -> Mask:
        """Give for each pair whether the rule holds."""
        mask = all_of(self.when, columns)
        for exception in self.unless:
            mask &= ~all_of(exception, columns)
        return mask


@dataclass(frozen=True, slots=True)
class CompiledPatterns:
    """The cells of the pattern table, numbered: ``cell`` sums up one number for each field."""

    numbers: Mapping[str, Integers]
    adjust: Integers
    contributions: Mapping[int, Contribution]

    def cell(self, columns: Columns) -> Integers:
        """Give the cell of each pair."""
        (first, table), *others = self.numbers.items()
        cells = table[columns[first]]
        for field, table in others:
            cells = cells + table[columns[field]]
        return cells


@dataclass(frozen=True, slots=True)
class CompiledModel:
    """What a batch of comparisons looks up."""

    comparisons: tuple[Comparison, ...]
    vetoes: tuple[Comparison, ...]
    positions: Mapping[str, Mapping[str, int]]
    weights: Mapping[str, Integers]
    contributions: Mapping[str, list[Contribution]]
    evidence: Tables
    naming: Tables
    patterns: CompiledPatterns
    rules: tuple[CompiledRule, ...]


@lru_cache(maxsize=4)
def compiled(model: MatchModel) -> CompiledModel:
    """Compile a model; models are compared by identity, so load each version once."""
    levels = {field: ["", *weights] for field, weights in model.weights.items()}
    positions = {field: {level: position for position, level in enumerate(named)} for field, named in levels.items()}

    def tables(level_sets: LevelSets) -> Tables:
        return tuple(
            (field, np.array([level in wanted for level in levels[field]], dtype=np.bool_))
            for field, wanted in level_sets.items()
        )

    return CompiledModel(
        comparisons=comparisons(model),
        vetoes=vetoes(model),
        positions=positions,
        weights={field: np.array([0, *weights.values()], np.int64) for field, weights in model.weights.items()},
        contributions={
            field: [Contribution(field, level, weights.get(level, 0)) for level in levels[field]]
            for field, weights in model.weights.items()
        },
        evidence=tables(model.evidence),
        naming=tables(model.naming),
        patterns=_compiled_patterns(model.patterns, levels),
        rules=tuple(
            CompiledRule(rule, tables(rule.when), tuple(tables(exception) for exception in rule.unless))
            for rule in model.rules
        ),
    )


def _compiled_patterns(patterns: Patterns, levels: Mapping[str, list[str]]) -> CompiledPatterns:
    """Number the cells as digits of a number whose places are the fields."""
    numbers: dict[str, Integers] = {}
    places: list[dict[str, int]] = []
    size = 1
    for field, groups in patterns.groups.items():
        place = {group: size * position for position, group in enumerate(("", *groups))}
        group_of = {level: group for group, members in groups.items() for level in members}
        numbers[field] = np.array([place[group_of.get(level, "")] for level in levels[field]], dtype=np.int64)
        places.append(place)
        size *= len(place)
    adjust = np.zeros(size, dtype=np.int64)
    contributions: dict[int, Contribution] = {}
    for cell, weight in patterns.cells.items():
        number = sum(place[group] for place, group in zip(places, cell, strict=True))
        told = " ".join(f"{field}:{group}" for field, group in zip(patterns.groups, cell, strict=True) if group)
        adjust[number] = weight
        contributions[number] = Contribution(PATTERN, told, weight)
    return CompiledPatterns(numbers, adjust, contributions)


def all_of(tables: Tables, columns: Columns) -> Mask:
    """Give for each pair whether every field is at one of the levels meant."""
    (field, table), *others = tables
    mask = table[columns[field]]
    for field, table in others:
        mask &= table[columns[field]]
    return mask


def any_of(tables: Tables, columns: Columns) -> Mask:
    """Give for each pair whether any field is at one of the levels meant."""
    (field, table), *others = tables
    mask = table[columns[field]]
    for field, table in others:
        mask |= table[columns[field]]
    return mask
