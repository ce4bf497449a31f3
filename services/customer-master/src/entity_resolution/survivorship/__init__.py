"""Survivorship (择优): the golden values of a customer as a pure function of its records, the rules and the pins."""

from entity_resolution.survivorship.golden import GoldenRecord, golden_record
from entity_resolution.survivorship.members import Member, Pin
from entity_resolution.survivorship.rules import SurvivorshipRules

__all__ = ["GoldenRecord", "Member", "Pin", "SurvivorshipRules", "golden_record"]
