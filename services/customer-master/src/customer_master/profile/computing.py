"""The profile as a whole: all judgements on one customer, computed from the same facts. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from customer_master.documents import Document
from customer_master.profile.facts import Facts, facts_of
from customer_master.profile.grade import Value, value_of
from customer_master.profile.life_cycle import LifeCycle, life_cycle_of
from customer_master.profile.open_items import OpenItem, open_items
from customer_master.profile.rules import ProfileRules
from customer_master.profile.segment import Segment, segment_of
from customer_master.profile.stage import Stage, stage_of


class Profile(NamedTuple):
    """All that is judged of a customer."""

    facts: Facts
    segment: Segment
    stage: Stage
    life_cycle: LifeCycle
    value: Value
    open_items: list[OpenItem]


def profile_of(rules: ProfileRules, golden: Mapping[str, Any], documents: Iterable[Document], now: datetime) -> Profile:
    """Judge a customer by its golden document and its business documents, in any order."""
    facts = facts_of(golden, documents, rules, now)
    return Profile(
        facts,
        segment_of(rules, facts),
        stage_of(rules, facts, now),
        life_cycle_of(rules, facts, now),
        value_of(rules, facts, now),
        open_items(rules, facts.documents, now),
    )
