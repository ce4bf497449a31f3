"""The segment of a customer (客户类型): private buyer, organisation or taxi company, by declared rules. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from customer_master.profile.facts import Facts, Reason
from customer_master.profile.rules import ProfileRules, SegmentName, SegmentRule


class Segment(NamedTuple):
    """What kind of buyer the customer is, and why."""

    name: SegmentName
    reasons: list[Reason]


def segment_of(rules: ProfileRules, facts: Facts) -> Segment:
    """The first declared segment that fits."""
    for rule in rules.segments:
        if reasons := list(_reasons(rule, facts)):
            return Segment(rule.name, reasons)
    return Segment("private", [Reason("no_rule", "No rule fits (无规则适用)")])


def _reasons(rule: SegmentRule, facts: Facts) -> Iterator[Reason]:
    if rule.party_type is None and not rule.name_words and not rule.attributes:
        yield Reason("otherwise", "Fits no other segment (不属于其他类型)")
    if rule.party_type is not None and rule.party_type == facts.party_type:
        yield Reason("party_type", f"The customer is of type {rule.party_type} (客户性质)")
    names = "\n".join(_texts(facts.values.get("organization", []))).casefold()
    for word in rule.name_words:
        if word.casefold() in names:
            yield Reason("name", f"The firm's name has {word} in it (单位名称)")
    for name, wanted in rule.attributes.items():
        told = [entry["value"] for entry in facts.values.get("attributes", [])]
        known = {str(one["value"]).casefold() for one in told if one["name"] == name}
        for one in wanted:
            if one.casefold() in known:
                yield Reason("attribute", f"{name} is {one} (客户属性)")


def _texts(entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The golden values that are words."""
    yield from (entry["value"] for entry in entries if isinstance(entry["value"], str))
