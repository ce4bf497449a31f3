"""When each of several contact points was the current one (哪个号码何时有效), by what the records said and when."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple, Protocol

from entity_resolution.survivorship.candidates import VALID, Candidate
from entity_resolution.survivorship.members import Member

MOST_PERIODS = 50
"""So many periods of a value are told, the latest."""


class Period(NamedTuple):
    """A time as sortable UTC texts; ``until`` is None while it lasts."""

    since: str
    until: str | None


class Held(Protocol):
    """A distinct value and the records that hold it."""

    @property
    def best(self) -> Candidate: ...

    @property
    def holders(self) -> Iterable[Member]: ...


def current_periods(values: Iterable[Held]) -> Mapping[Hashable, list[Period]]:
    """Give the periods in which a value was among those of its kind that the newest record of the time held.

    A mobile number does not end a landline's time: each kind is looked at on its own. Values that are not valid, and
    records that do not say when they were observed, have no period.
    """
    said: dict[str, dict[str, set[Hashable]]] = defaultdict(lambda: defaultdict(set))
    for value in values:
        if value.best.validity >= VALID:
            for member in value.holders:
                if member.seen:
                    said[value.best.kind][member.seen].add(value.best.identity)
    periods: dict[Hashable, list[Period]] = defaultdict(list)
    for statements in said.values():
        _add_periods(statements, periods)
    return {identity: found[-MOST_PERIODS:] for identity, found in periods.items()}


def _add_periods(statements: Mapping[str, set[Hashable]], periods: dict[Hashable, list[Period]]) -> None:
    """Walk through the times at which something was said; what is not said again ends there."""
    since: dict[Hashable, str] = {}
    for moment in sorted(statements):
        for ended in since.keys() - statements[moment]:
            periods[ended].append(Period(since.pop(ended), moment))
        for identity in statements[moment]:
            since.setdefault(identity, moment)
    for identity, moment in since.items():
        periods[identity].append(Period(moment, None))
