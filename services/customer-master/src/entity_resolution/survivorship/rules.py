"""The survivorship rules: what is trusted, preferred and kept, for each golden attribute."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from entity_resolution.survivorship.rules_file import checked

DEFAULT_RULES = "survivorship_rules.v1.json"


@dataclass(frozen=True, slots=True)
class SourceTrust:
    """How far the sources are trusted that a pattern fits: ``*:dms`` fits ``dealer:D0001:dms``."""

    pattern: str
    trust: int

    def fits(self, source: str) -> bool:
        org_unit, _, system = self.pattern.rpartition(":")
        given_org_unit, _, given_system = source.rpartition(":")
        return _fits(org_unit or "*", given_org_unit) and _fits(system, given_system)


def _fits(pattern: str, text: str) -> bool:
    return pattern in ("*", text) or (pattern.endswith(":*") and text.startswith(pattern[:-1]))


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """How the values of one attribute are put in order, and how many are kept.

    ``trust`` comes before the general list. Values of a ``single_valued`` attribute may conflict. Of one with
    ``history`` it is told when each value was the current one.
    """

    order: tuple[str, ...]
    keep: int
    single_valued: bool = False
    history: bool = False
    trust: tuple[SourceTrust, ...] = ()
    trust_loss_per_year: int = 0


@dataclass(frozen=True, slots=True)
class QualityRules:
    """Weights of the parts of the data-quality score, and what each part costs."""

    weights: Mapping[str, int]
    fields: Mapping[str, Mapping[str, int]]
    """Weights of the key fields, by party type."""
    loss_per_conflict: int
    fresh_days: int


@dataclass(frozen=True, slots=True, eq=False)
class SurvivorshipRules:
    """The rules of all attributes."""

    version: str
    default_trust: int
    source_trust: tuple[SourceTrust, ...]
    attributes: Mapping[str, AttributeRule]
    quality: QualityRules
    _known_trust: dict[tuple[str, str], int] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def load(cls, path: Path | None = None) -> "SurvivorshipRules":
        """Read rules from ``path``, or those shipped with the package.

        Raises:
            OSError: the file cannot be read.
            ValueError: it holds no survivorship rules; the message names every field at fault with its reason.
        """
        return _default_rules() if path is None else cls.from_json(json.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """Read rules from JSON values; raises as ``load``."""
        rules = checked(document)
        quality = rules["quality"]
        return cls(
            version=rules["version"],
            default_trust=rules["trust"]["default"],
            source_trust=_source_trust(rules["trust"]["sources"]),
            attributes={name: _attribute_rule(rule) for name, rule in rules["attributes"].items()},
            quality=QualityRules(
                {name: part["weight"] for name, part in quality.items()},
                {party: quality["completeness"][party] for party in ("person", "organization")},
                quality["agreement"]["loss_per_conflict"],
                quality["recency"]["fresh_days"],
            ),
        )

    def trust(self, attribute: str, source: str) -> int:
        """Give the trust in a source for an attribute: the first pattern that fits decides."""
        known = self._known_trust.get((attribute, source))
        if known is None:
            listed = (*self.attributes[attribute].trust, *self.source_trust)
            known = next((one.trust for one in listed if one.fits(source)), self.default_trust)
            self._known_trust[attribute, source] = known
        return known


def _source_trust(listed: list[dict[str, Any]]) -> tuple[SourceTrust, ...]:
    return tuple(SourceTrust(one["source"], one["trust"]) for one in listed)


def _attribute_rule(rule: dict[str, Any]) -> AttributeRule:
    parts = rule | {"order": tuple(rule["order"]), "trust": _source_trust(rule.get("trust", []))}
    return AttributeRule(**parts)


@lru_cache(maxsize=1)
def _default_rules() -> SurvivorshipRules:
    return SurvivorshipRules.from_json(
        json.loads((files("entity_resolution") / DEFAULT_RULES).read_text(encoding="utf-8"))
    )
