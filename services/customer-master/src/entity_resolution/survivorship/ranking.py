"""Puts the values of an attribute in order by its rule, and tells each with where it comes from and why."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from entity_resolution.records import RecordKey
from entity_resolution.survivorship.candidates import Candidate
from entity_resolution.survivorship.current_values import current_periods
from entity_resolution.survivorship.members import Member
from entity_resolution.survivorship.rules import SurvivorshipRules

Value = dict[str, Any]
"""A golden value: ``{value, source, record_id, observed_at, rule, first_seen, last_seen, records}``."""
_DAYS_IN_YEAR = 365


class Ranked(NamedTuple):
    """A distinct value: its best candidate, the records that hold it, its scores by the criteria of the rule."""

    best: Candidate
    holders: Sequence[Member]
    scores: tuple[Any, ...]


class Ranking:
    """The rules as they apply to the records of one customer.

    Trust fades by the age of a record, and age is measured from the newest record: no clock has a say.
    """

    def __init__(self, members: Sequence[Member], rules: SurvivorshipRules) -> None:
        self._rules = rules
        self._years = _years_behind(members)

    def trust(self, attribute: str, member: Member) -> int:
        """Give the trust in what a record says of an attribute, faded by the years it lies behind the newest."""
        trust = self._rules.trust(attribute, member.key.source)
        loss = self._rules.attributes[attribute].trust_loss_per_year
        return max(0, trust - loss * self._years[member.key]) if loss else trust

    def ranked(self, attribute: str, found: Sequence[Candidate]) -> list[Ranked]:
        """Put the distinct values in order, the best first; each is told from the best record that holds it."""
        order = self._rules.attributes[attribute].order
        groups: dict[Any, list[Candidate]] = defaultdict(list)
        for candidate in found:
            groups[candidate.identity].append(candidate)
        if len(groups) == 1:
            return [self._distinct(attribute, found, ())]
        ranked = [self._distinct(attribute, group, order) for _, group in sorted(groups.items())]
        ranked.sort(key=lambda one: one.scores, reverse=True)
        return ranked

    def _distinct(self, attribute: str, group: Sequence[Candidate], order: Sequence[str]) -> Ranked:
        if len(group) == 1:
            best, holders = group[0], [group[0].member]
        else:
            best = max(
                group,
                key=lambda one: (one.validity, self.trust(attribute, one.member), one.member.seen, one.member.key),
            )
            holders = list({one.member.key: one.member for one in group}.values())
        return Ranked(best, holders, tuple(self._score(criterion, attribute, group, holders) for criterion in order))

    def _score(self, criterion: str, attribute: str, group: Sequence[Candidate], holders: Sequence[Member]) -> Any:
        if criterion == "validity":
            return max(one.validity for one in group)
        if criterion == "completeness":
            return max(one.completeness for one in group)
        return self.score_of_holders(criterion, attribute, holders)

    def score_of_holders(self, criterion: str, attribute: str, holders: Sequence[Member]) -> Any:
        """Score a value by the records that hold it: frequency, trust, recency."""
        if criterion == "trust":
            return max(self.trust(attribute, member) for member in holders)
        return len(holders) if criterion == "frequency" else max(member.seen for member in holders)

    def told(self, attribute: str, ranked: Sequence[Ranked]) -> list[Value]:
        """Tell the values that are kept, with the criterion that decided for each."""
        rule = self._rules.attributes[attribute]
        scores = [one.scores for one in ranked]
        values = [
            value_of(one.best.shown, one.best.member, deciding(rule.order, position, scores), one.holders)
            for position, one in enumerate(ranked[: rule.keep])
        ]
        if rule.history:
            periods = current_periods(ranked)
            for one, value in zip(ranked, values, strict=False):
                value["current"] = [period._asdict() for period in periods.get(one.best.identity, ())]
        return values


def _years_behind(members: Sequence[Member]) -> Mapping[RecordKey, int]:
    """Give whole years each record lies behind the newest; one without a time counts as old as the oldest."""
    dated = [member.observed_at for member in members if member.observed_at is not None]
    if not dated:
        return dict.fromkeys((member.key for member in members), 0)
    newest, oldest = max(dated), min(dated)

    def years(moment: datetime) -> int:
        return (newest - moment).days // _DAYS_IN_YEAR

    return {member.key: years(member.observed_at or oldest) for member in members}


def deciding(order: Sequence[str], position: int, scores: Sequence[tuple[Any, ...]]) -> str:
    """Name the criterion that put a value before the next best, or behind the best."""
    if len(scores) == 1:
        return "only_value"
    mine, other = scores[position], scores[1 if position == 0 else 0]
    return next((criterion for criterion, one, two in zip(order, mine, other, strict=True) if one != two), "tie")


def value_of(value: Any, member: Member, rule: str, holders: Sequence[Member] = ()) -> Value:
    """Tell a value with where it comes from, since when and until when records hold it, and how many do."""
    seen = [holder.seen for holder in holders if holder.seen]
    return {
        "value": value,
        "source": member.key.source,
        "record_id": member.key.record_id,
        "observed_at": member.seen or None,
        "rule": rule,
        "first_seen": min(seen, default=None),
        "last_seen": max(seen, default=None),
        "records": len(holders) or 1,
    }
