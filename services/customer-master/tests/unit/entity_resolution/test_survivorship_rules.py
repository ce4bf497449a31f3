"""The rules file: what it says is what decides, and a faulty one is refused with each field named."""

import copy
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from entity_resolution.survivorship import SurvivorshipRules
from entity_resolution.survivorship.rules import DEFAULT_RULES

SHIPPED = json.loads((files("entity_resolution") / DEFAULT_RULES).read_text(encoding="utf-8"))


def changed(path: str, value: Any) -> dict[str, Any]:
    """The shipped rules with one field set (or, with `...`, left out)."""
    document: dict[str, Any] = copy.deepcopy(SHIPPED)
    *parents, last = path.split(".")
    inner = document
    for name in parents:
        inner = inner[name]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("version", ..., "version: is missing"),
        ("version", 1, "version: must be a text"),
        ("surprise", 1, "surprise: is not known"),
        ("trust.default", "high", "trust.default: must be an integer"),
        ("trust.sources", [{"source": "dms", "trust": 1}], "trust.sources[0].source: must be * or <org unit>:<system>"),
        ("trust.sources", [{"source": "*"}], "trust.sources[0].trust: is missing"),
        ("attributes.phones", ..., "attributes.phones: is missing"),
        ("attributes.shoe_size", {"order": ["validity"], "keep": 1}, "attributes.shoe_size: is not known"),
        ("attributes.phones.order", [], "attributes.phones.order: must be a list of criteria"),
        ("attributes.phones.order", ["validity", "beauty"], "attributes.phones.order[1]: must be one of validity, "),
        ("attributes.phones.order", ["validity", "trust", "trust"], "attributes.phones.order[2]: trust is named twice"),
        ("attributes.phones.order", ["recency"], "attributes.phones.order[0]: must be validity"),
        ("attributes.phones.keep", 0, "attributes.phones.keep: must be an integer from 1"),
        ("attributes.phones.history", 1, "attributes.phones.history: must be true or false"),
        ("attributes.name.trust", {}, "attributes.name.trust: must be a list"),
        ("quality.validity.weight", True, "quality.validity.weight: must be an integer"),
        ("quality.completeness.person", {}, "quality.completeness.person: must give a weight"),
        ("quality.completeness.person", {"age": 1}, "quality.completeness.person.age: is not known"),
    ],
)
def test_a_fault_is_named_by_field_and_reason(path: str, value: Any, fault: str) -> None:
    with pytest.raises(ValueError, match="survivorship") as raised:
        SurvivorshipRules.from_json(changed(path, value))
    assert f"\n{fault}" in str(raised.value)


def test_all_faults_are_named_at_once() -> None:
    document = changed("version", "") | {"quality": [], "trust": None}
    with pytest.raises(ValueError, match="survivorship") as raised:
        SurvivorshipRules.from_json(document)
    assert len(str(raised.value).splitlines()) == 4
    with pytest.raises(ValueError, match="document: must be an object"):
        SurvivorshipRules.from_json([])


def test_a_score_needs_a_part_that_weighs_something() -> None:
    document = copy.deepcopy(SHIPPED)
    for part in document["quality"].values():
        part["weight"] = 0
    with pytest.raises(ValueError, match="quality: one part at least"):
        SurvivorshipRules.from_json(document)


def test_rules_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(changed("version", "7")), encoding="utf-8")
    assert SurvivorshipRules.load(path).version == "7"


@pytest.mark.parametrize(
    ("pattern", "source", "fits"),
    [
        ("*", "hq:crm", True),
        ("*:dms", "dealer:D0001:dms", True),
        ("*:dms", "dealer:D0001:web", False),
        ("hq:*", "hq:crm", True),
        ("hq:*", "dealer:D0001:crm", False),
        ("dealer:*:dms", "dealer:D0001:dms", True),
        ("dealer:*:dms", "station:S0101:dms", False),
        ("dealer:D0001:*", "dealer:D0001:dms", True),
        ("dealer:D0001:dms", "dealer:D0002:dms", False),
    ],
)
def test_trust_goes_by_org_unit_and_kind_of_system(pattern: str, source: str, *, fits: bool) -> None:
    rules = SurvivorshipRules.from_json(
        changed("trust", {"default": 1, "sources": [{"source": pattern, "trust": 2}, {"source": "*", "trust": 1}]})
    )
    assert rules.trust("phones", source) == (2 if fits else 1)


def test_an_attribute_has_its_own_trust_before_the_general() -> None:
    rules = SurvivorshipRules.from_json(changed("attributes.phones.trust", [{"source": "*:call-center", "trust": 999}]))
    assert rules.trust("phones", "hq:call-center") == 999
    assert rules.trust("emails", "hq:call-center") == 50
    assert rules.trust("phones", "hq:crm") == 90
