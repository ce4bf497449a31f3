"""Random streams of everything that may happen to a customer-master: what hypothesis draws, and makes smaller."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from customer_master.testing import DEALER, OTHER_DEALER, STATION, record
from customer_master.testing.faults import Fault
from customer_master.testing.scenes import SCENES, Decided

Version: TypeAlias = dict[str, Any]
"""One version of a record, as its source sends it."""

NAMES = ("欧阳靖宇", "王小丽", "欧阳先生", "王建国", "合肥金桥电子有限公司")
PHONES = ("13800138001", "13912345679", "13700001112")
RESIDENT_IDS = tuple(
    {"type": "cn_resident_id", "value": value}
    for value in ("11010519491231002X", "440524188001010014", "510105199510198327")
)
CREDIT_CODES = tuple({"type": "cn_uscc", "value": value} for value in ("91110000802100433B", "91350100M000100Y43"))
PLATES = ("皖B12345", "京A88888")
TIMES = ("2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z")
MOST_STATEMENTS = 16
"""Faults strike at one of the first so many statements: about as many as a batch has."""


def _times() -> float:
    return float(os.environ.get("EXAMPLES", "1"))


def patience(seconds: int) -> pytest.MarkDecorator:
    """The mark of tests that may take so long, the longer the more streams they are to try."""
    return pytest.mark.timeout(seconds * max(1.0, _times()))


def examples(count: int) -> Callable[[Any], Any]:
    """How many streams a test tries: `count`, times EXAMPLES of the environment (`make guarantees`)."""
    quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=max(1, int(count * _times())), deadline=None, suppress_health_check=quiet)


@dataclass(frozen=True)
class Put:
    """Versions come in, in one transaction; after a fault the sender repeats them."""

    versions: tuple[Version, ...]
    fault: Fault | None = None

    def __str__(self) -> str:
        lines = [f"put, {self.fault or 'no fault'}:", *(f"    {version}" for version in self.versions)]
        return "\n".join(lines)


@dataclass(frozen=True)
class Resolve:
    """Resolvers work side by side until nothing is due; one that is hit by the fault starts anew."""

    workers: int
    batch_size: int
    fault: Fault | None = None


@dataclass(frozen=True)
class Rebuild:
    """Everything is recomputed in place, while the queue is as it is."""


RecordPlace: TypeAlias = tuple[str, str]
"""Source and record id."""


@dataclass(frozen=True)
class Merge:
    """A steward says that the customers of two records are one."""

    one: RecordPlace
    other: RecordPlace


@dataclass(frozen=True)
class Split:
    """A steward parts these records, as far as they are of one customer with the first, from its others."""

    records: tuple[RecordPlace, ...]


@dataclass(frozen=True)
class TakeBack:
    """A steward takes one of the decisions that stand back."""

    which: int


@dataclass(frozen=True)
class Erase:
    """The customer of this record is erased, with all records."""

    record: RecordPlace


Operation: TypeAlias = Put | Resolve | Rebuild | Merge | Split | TakeBack | Erase
Stream: TypeAlias = tuple[Operation, ...]

faults = st.none() | st.builds(
    Fault, st.integers(0, MOST_STATEMENTS), st.sampled_from(["lost", "killed", "unanswered"])
)


def bodies(
    names: Sequence[str] = NAMES,
    identifiers: Sequence[dict[str, str]] = RESIDENT_IDS,
    party_types: Sequence[str | None] = (None,),
) -> st.SearchStrategy[dict[str, Any]]:
    """What a record says; few values, so that records have much to do with each other."""
    phones = st.sampled_from(PHONES).map(lambda value: {"value": value})
    plates = st.sampled_from(PLATES).map(lambda value: {"plate": value, "role": "owner"})
    return st.fixed_dictionaries(
        {
            "name": st.sampled_from([*names, *names[:2]]).map(lambda name: {"full": name}),
            "phones": st.lists(phones, min_size=1, max_size=2),
            "party_type": st.sampled_from(party_types),
        },
        optional={
            "identifiers": st.lists(st.sampled_from(identifiers), max_size=1) if identifiers else st.just([]),
            "vehicles": st.lists(plates, max_size=1),
            "birth_date": st.sampled_from(["1987-05-04", "1990"]),
            "observed_at": st.sampled_from(TIMES),
        },
    )


@st.composite
def histories(draw: st.DrawFn, of: st.SearchStrategy[dict[str, Any]], records: int, most: int) -> list[Version]:
    """Versions of up to `records` records, no two of one record with the same counter, some of them deletions."""
    places = st.tuples(st.integers(0, records - 1), st.integers(1, 3))
    chosen = draw(st.lists(places, min_size=most // 2, max_size=most, unique=True))
    contents = st.one_of(*[of] * 7, st.just({"deleted": True}))
    sources = (DEALER, STATION, OTHER_DEALER)
    return [record(sources[number % 3], f"R{number}", version, **draw(contents)) for number, version in chosen]


@st.composite
def streams(
    draw: st.DrawFn,
    of: st.SearchStrategy[dict[str, Any]] | None = None,
    *,
    records: int = 9,
    most: int = 12,
    stewards: bool = True,
    erasures: bool = False,
    faulty: bool = True,
    vetoes: bool = True,
) -> Stream:
    """A stream over one history: batches of any size and order, late and repeated versions, and what stands between.

    The acts of a scene stand among them.
    """
    of = bodies() if of is None else of
    history = draw(histories(of, records, most))
    fault = faults if faulty else st.none()
    acts = draw(scenes(of, stewards=stewards, vetoes=vetoes))
    played = [version for act in acts if isinstance(act, Put) for version in act.versions]
    places = sorted({(version["source"], version["record_id"]) for version in [*history, *played]})
    between = _between(places, fault, stewards=stewards)
    if erasures:
        between |= st.tuples(st.just(Resolve(1, 500)), st.builds(Erase, st.sampled_from(places)))
    left = [*draw(st.permutations(history)), *draw(st.lists(st.sampled_from(history), max_size=4))]
    stream: list[Operation] = []
    while left or acts:
        if acts and (not left or draw(st.booleans())):
            stream += [acts.pop(0), draw(_resolves(fault))]
            continue
        size = draw(st.integers(1, len(left)))
        stream += [
            Put(tuple(left[:size]), draw(fault)),
            *chain.from_iterable(draw(st.lists(between, min_size=1, max_size=2))),
        ]
        left = left[size:]
    return tuple(stream)


@st.composite
def scenes(draw: st.DrawFn, of: st.SearchStrategy[dict[str, Any]], *, stewards: bool, vetoes: bool) -> list[Operation]:
    """The acts of a scene; its records say what `of` draws, but for what the scene is about."""
    name = draw(st.sampled_from([name for name in SCENES if vetoes or name != "veto"]))
    versions: dict[str, int] = {}
    acts: list[Operation] = []
    for act in SCENES[name]:
        if isinstance(act, Decided):
            acts += [_decision(act)] if stewards else []
            continue
        put = []
        for told in act:
            versions[told.record] = versions.get(told.record, 0) + 1
            body = {"deleted": True} if told.says is None else draw(of) | told.says
            put.append(record(*_place(told.record), versions[told.record], **body))
        acts.append(Put(tuple(put)))
    return acts


def _decision(act: Decided) -> Operation:
    match act.what:
        case "merge":
            one, other = act.records
            return Merge(_place(one), _place(other))
        case "split":
            return Split((_place(act.records[0]),))
        case _:
            return TakeBack(-1)


def _place(name: str) -> RecordPlace:
    """Where a record of a scene stands; apart from those of histories."""
    return (DEALER, STATION, OTHER_DEALER)[sum(name.encode()) % 3], f"scene-{name}"


def _resolves(fault: st.SearchStrategy[Fault | None]) -> st.SearchStrategy[Resolve]:
    return st.builds(Resolve, st.integers(1, 4), st.sampled_from([1, 2, 500]), fault)


def _between(
    places: list[RecordPlace], fault: st.SearchStrategy[Fault | None], *, stewards: bool
) -> st.SearchStrategy[Stream]:
    """What stands between two batches; stewards decide on what is resolved."""
    resolves = _resolves(fault)
    if not stewards:
        return st.tuples(resolves) | st.tuples(st.just(Rebuild()))
    place = st.sampled_from(places)
    merges = st.builds(Merge, place, place)
    splits = st.builds(Split, st.lists(place, min_size=1, max_size=4, unique=True).map(tuple))
    decided = st.tuples(resolves, merges, splits | merges, st.builds(TakeBack, st.integers(0, 3)) | splits | merges)
    return st.one_of(decided, st.tuples(resolves), st.tuples(st.just(Rebuild())))


@st.composite
def noises(draw: st.DrawFn) -> Stream:
    """What comes on top of a stream and can be taken back: newer versions of its records, other records, decisions."""
    return tuple(
        Put(tuple(version | {"version": version["version"] + 10} for version in operation.versions), operation.fault)
        if isinstance(operation, Put)
        else operation
        for operation in draw(streams(records=12, most=8))
        if not isinstance(operation, TakeBack)
    )
