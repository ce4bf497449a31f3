"""The match model: levels, weights, rules and thresholds, read from versioned JSON shipped with the package."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from entity_resolution.frequencies import TermFrequencies

DEFAULT_MODEL = "match_model.v1.json"

LevelSets = Mapping[str, frozenset[str]]
"""Levels by field, for instance ``{"phone": {"same", "hidden"}}``: all fields must be at one of their levels."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern of levels with an effect on the summed weight.

    It holds when every field of ``when`` is at one of its levels and no entry of ``unless`` holds. ``adjust`` is added;
    ``maximum`` caps the sum; ``review`` puts an unlinked pair before a steward. A rule without effect only names.
    """

    name: str
    when: LevelSets
    unless: tuple[LevelSets, ...] = ()
    adjust: int = 0
    maximum: int | None = None
    review: bool = False

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        return cls(
            name=document["name"],
            when=_level_sets(document["when"]),
            unless=tuple(_level_sets(entry) for entry in document.get("unless", ())),
            adjust=document.get("adjust", 0),
            maximum=document.get("maximum"),
            review=document.get("review", False),
        )


@dataclass(frozen=True, slots=True)
class Patterns:
    """What certain levels weigh together beyond the sum of their own weights, as learned from data.

    ``groups`` puts levels of a field into named groups; levels that are in none, and absent values, are the group "".
    A pair lies in exactly one cell: one group for each field, in the order of ``groups``. ``cells`` gives what is added
    to the sum of the fields there, before any rule; cells that are not listed add nothing.
    """

    groups: Mapping[str, Mapping[str, frozenset[str]]]
    cells: Mapping[tuple[str, ...], int]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        groups = {field: _level_sets(named) for field, named in document["groups"].items()}
        cells = {tuple(cell["groups"].get(field, "") for field in groups): cell["adjust"] for cell in document["cells"]}
        return cls(groups, cells)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All in thousandths of natural-log odds, but ``largest_component``, which counts records clustered at once.

    ``link`` and ``possible`` bound the outcomes; ``margin`` is how far the best must stand before its rival; ``clip``
    bounds what one pair adds to a sum of pairs; from ``contradiction`` on, evidence against two records excludes.
    """

    link: int
    possible: int
    margin: int
    clip: int
    contradiction: int
    largest_component: int


@dataclass(frozen=True, slots=True)
class Hubs:
    """When a shared value is generic, and when a weak key is common.

    A value is generic when its records bear at least ``names`` names of which none has more than ``share_percent``, or
    when there are more than ``records`` of them. A weak key (part of a value, a name with something) is common, and
    proposes nobody, when more than ``block`` records have it.
    """

    names: int
    share_percent: int
    records: int
    block: int


@dataclass(frozen=True, slots=True)
class FirmNumbers:
    """What a number that a firm's record and another record share weighs inside a component.

    ``contact`` at least, where the number is the firm's and the other its contact; ``stranger`` at most, where the
    number is a person's.
    """

    contact: int
    stranger: int


@dataclass(frozen=True, slots=True, eq=False)
class MatchModel:
    """Everything a decision depends on beside the two records; equal versions must mean equal content."""

    version: str
    prior: int
    no_shared_evidence: int
    thresholds: Thresholds
    hubs: Hubs
    weights: Mapping[str, Mapping[str, int]]
    evidence: LevelSets
    naming: LevelSets
    patterns: Patterns
    firm_numbers: FirmNumbers
    rules: tuple[Rule, ...]
    exclusive_identifiers: frozenset[str]
    document_identifiers: frozenset[str]
    strong_keys: frozenset[str]
    frequencies: TermFrequencies

    @classmethod
    def load(cls, path: Path | None = None) -> "MatchModel":
        """Read a model from ``path``, or the one shipped with the package.

        Raises:
            OSError: the file cannot be read.
            KeyError, TypeError, json.JSONDecodeError: it is not a match model.
        """
        return _default_model() if path is None else cls.from_json(json.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        return cls(
            version=document["version"],
            prior=document["prior"],
            no_shared_evidence=document["no_shared_evidence"],
            thresholds=Thresholds(**document["thresholds"]),
            hubs=Hubs(**document["hubs"]),
            weights=document["fields"],
            evidence=_level_sets(document["evidence"]),
            naming=_level_sets(document["naming"]),
            patterns=Patterns.from_json(document["patterns"]),
            firm_numbers=FirmNumbers(**document["firm_numbers"]),
            rules=tuple(Rule.from_json(rule) for rule in document["rules"]),
            exclusive_identifiers=frozenset(document["exclusive_identifiers"]),
            document_identifiers=frozenset(document["document_identifiers"]),
            strong_keys=frozenset(document["strong_keys"]),
            frequencies=_frequencies(document["frequencies"]),
        )


def _level_sets(document: Mapping[str, list[str]]) -> LevelSets:
    return {field: frozenset(levels) for field, levels in document.items()}


def _frequencies(document: str | Mapping[str, Any]) -> TermFrequencies:
    """Read the tables a model bears itself, or those it names among the shipped ones."""
    return TermFrequencies.shipped(document) if isinstance(document, str) else TermFrequencies.from_json(document)


@lru_cache(maxsize=1)
def _default_model() -> MatchModel:
    return MatchModel.from_json(json.loads((files(__package__) / DEFAULT_MODEL).read_text(encoding="utf-8")))
