"""Puts the values of an attribute in order by its rule, and tells each with where it comes from and why."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from entity_resolution.records import RecordKey
from entity_resolution.survivorship.candidates import Candidate
from entity_resolution.survivorship.current_values import current_periods
from entity_resolution.survivorship.members import Member, last_seen
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
        self._known_trust: dict[str, Mapping[RecordKey, int]] = {}

    def ranked(self, attribute: str, found: Sequence[Candidate]) -> list[Ranked]:
        """Put the distinct values in order, the best first; each is told from the best record that holds it."""
        if len(found) == 1:
            return [Ranked(found[0], (found[0].member,), ())]
        groups: dict[Any, list[Candidate]] = {}
        for candidate in found:
            groups.setdefault(candidate.identity, []).append(candidate)
        order, trust = self._rules.attributes[attribute].order, self._trust(attribute)
        ranked = [_distinct(group, order, trust) for _, group in sorted(groups.items())]
        ranked.sort(key=lambda one: one.scores, reverse=True)
        return ranked

    def scores(self, attribute: str, holders: Sequence[Member], own: Mapping[str, int]) -> tuple[Any, ...]:
        """Score a value by the records that hold it, and by what is its ``own``: validity and completeness."""
        trust = self._trust(attribute)
        scores: dict[str, Any] = {
            **own,
            "trust": max([trust[member.key] for member in holders]),
            "frequency": len(holders),
            "recency": last_seen(holders),
        }
        return tuple(scores[criterion] for criterion in self._rules.attributes[attribute].order)

    def _trust(self, attribute: str) -> Mapping[RecordKey, int]:
        """The trust in what each record says of an attribute, faded by the years it lies behind the newest."""
        known = self._known_trust.get(attribute)
        if known is None:
            loss = self._rules.attributes[attribute].trust_loss_per_year
            known = {
                key: max(0, self._rules.trust(attribute, key.source) - loss * years)
                for key, years in self._years.items()
            }
            self._known_trust[attribute] = known
        return known

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


def _distinct(group: Sequence[Candidate], order: Sequence[str], trust: Mapping[RecordKey, int]) -> Ranked:
    """Join the candidates that are one value, in one pass, since this is done for every value of every customer."""
    best, best_rank = group[0], (-1, -1, "", group[0].member.key)
    holders: dict[RecordKey, Member] = {}
    completeness = most_trust = 0
    for one in group:
        member = one.member
        trusted = trust[member.key]
        rank = (one.validity, trusted, member.seen, member.key)
        if rank > best_rank:
            best, best_rank = one, rank
        holders[member.key] = member
        completeness = max(completeness, one.completeness)
        most_trust = max(most_trust, trusted)
    scores: dict[str, Any] = {
        "validity": best.validity,
        "completeness": completeness,
        "frequency": len(holders),
        "trust": most_trust,
        "recency": last_seen(holders.values()),
    }
    return Ranked(best, tuple(holders.values()), tuple(scores[criterion] for criterion in order))


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
    if len(holders) == 1:
        first_seen = last_seen = holders[0].seen or None
    else:
        seen = [holder.seen for holder in holders if holder.seen]
        first_seen, last_seen = min(seen, default=None), max(seen, default=None)
    return {
        "value": value,
        "source": member.key.source,
        "record_id": member.key.record_id,
        "observed_at": member.seen or None,
        "rule": rule,
        "first_seen": first_seen,
        "last_seen": last_seen,
        "records": len(holders) or 1,
    }
