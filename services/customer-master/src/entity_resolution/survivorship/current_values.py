"""When each of several contact points was the current one (哪个号码何时有效), by what the records said and when."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
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
    of_kind: dict[str, list[Held]] = {}
    for value in values:
        if value.best.validity >= VALID:
            of_kind.setdefault(value.best.kind, []).append(value)
    periods: dict[Hashable, list[Period]] = defaultdict(list)
    for held in of_kind.values():
        _add_periods(held, periods)
    return {identity: found[-MOST_PERIODS:] for identity, found in periods.items()}


def _add_periods(held: Sequence[Held], periods: dict[Hashable, list[Period]]) -> None:
    """Walk through the times at which something was said; what is not said again ends there."""
    if len(held) == 1:
        if seen := [member.seen for member in held[0].holders if member.seen]:
            periods[held[0].best.identity].append(Period(min(seen), None))
        return
    statements: dict[str, set[Hashable]] = defaultdict(set)
    for value in held:
        for member in value.holders:
            if member.seen:
                statements[member.seen].add(value.best.identity)
    since: dict[Hashable, str] = {}
    for moment in sorted(statements):
        for ended in since.keys() - statements[moment]:
            periods[ended].append(Period(since.pop(ended), moment))
        for identity in statements[moment]:
            since.setdefault(identity, moment)
    for identity, moment in since.items():
        periods[identity].append(Period(moment, None))
