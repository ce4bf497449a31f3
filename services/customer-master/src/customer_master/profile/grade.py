"""The value grade (价值等级) of a customer, up to gold (黄金客户): integer points, each part shown. Pure."""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from customer_master.documents import Document
from customer_master.profile.facts import Facts
from customer_master.profile.rules import GradeName, ProfileRules

PartName = Literal["purchase", "repair_spend", "recency"]


class Part(NamedTuple):
    """What a part of the formula adds."""

    name: PartName
    points: int
    basis: int
    """Vehicles bought; minor units spent; days since the last activity, or -1 when there was none."""


class Value(NamedTuple):
    """What the customer is worth."""

    grade: GradeName
    points: int
    parts: list[Part]


def value_of(rules: ProfileRules, facts: Facts, now: datetime) -> Value:
    """The points of all parts, and the first grade they are enough for."""
    parts = [_purchases(rules, facts), _repair_spend(rules, facts), _recency(rules, facts, now)]
    points = sum(part.points for part in parts)
    best_first = sorted(rules.grade.grades, key=lambda grade: -grade.from_)
    grade = next((grade.name for grade in best_first if points >= grade.from_), best_first[-1].name)
    return Value(grade, points, parts)


def _purchases(rules: ProfileRules, facts: Facts) -> Part:
    count, rule = len(facts.purchases), rules.grade.purchase
    return Part("purchase", min(count * rule.points, rule.most), count)


def _repair_spend(rules: ProfileRules, facts: Facts) -> Part:
    rule = rules.grade.repair_spend
    spent = sum(_paid(one, rule.currency) for one in facts.visits if one.status == "closed")
    return Part("repair_spend", min(spent // rule.per_minor * rule.points, rule.most), spent)


def _paid(repair_order: Document, currency: str) -> int:
    """What the customer paid, else what it came to; 0 in another currency."""
    money = repair_order.data.get("customer_pays") or repair_order.data.get("total")
    return max(0, money["amount_minor"]) if money and money["currency"] == currency else 0


def _recency(rules: ProfileRules, facts: Facts, now: datetime) -> Part:
    last = max((document.since for document in facts.purchases + facts.visits), default=None)
    if last is None:
        return Part("recency", 0, -1)
    age = max(now - last, timedelta())
    points = [band.points for band in rules.grade.recency if age <= timedelta(days=band.days)]
    return Part("recency", max(points, default=0), age.days)
