"""The survivorship rules, read from versioned JSON shipped with the package."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

DEFAULT_RULES = "survivorship_rules.v1.json"
CRITERIA = frozenset({"validity", "completeness", "frequency", "trust", "recency"})


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """The criteria by which values are put in order, and how many are kept."""

    order: tuple[str, ...]
    keep: int


@dataclass(frozen=True, slots=True, eq=False)
class SurvivorshipRules:
    """Rules for each attribute, and how far each kind of system is trusted."""

    version: str
    trust_by_system: Mapping[str, int]
    default_trust: int
    attributes: Mapping[str, AttributeRule]

    @classmethod
    def load(cls, path: Path | None = None) -> "SurvivorshipRules":
        """Read rules from ``path``, or those shipped with the package.

        Raises:
            OSError: the file cannot be read.
            KeyError, TypeError, ValueError: it holds no survivorship rules.
        """
        return _default_rules() if path is None else cls.from_json(json.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        attributes = {
            name: AttributeRule(tuple(rule["order"]), rule["keep"]) for name, rule in document["attributes"].items()
        }
        if unknown := {criterion for rule in attributes.values() for criterion in rule.order} - CRITERIA:
            raise ValueError(f"unknown survivorship criteria: {sorted(unknown)}")
        return cls(document["version"], document["trust"], document["default_trust"], attributes)

    def trust(self, source: str) -> int:
        """Give the trust in a source by its kind of system: the last part of ``dealer:D0001:dms``."""
        return self.trust_by_system.get(source.rpartition(":")[2], self.default_trust)


@lru_cache(maxsize=1)
def _default_rules() -> SurvivorshipRules:
    return SurvivorshipRules.from_json(
        json.loads((files("entity_resolution") / DEFAULT_RULES).read_text(encoding="utf-8"))
    )
