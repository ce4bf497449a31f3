"""The measure of every way to a result: customers computed from the latest versions alone, by the pure core.

None of the service's code has a part in it but the reading of a record's body.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from customer_master.testing.streams import Version
from entity_resolution.decisions import StewardDecision
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey
from entity_resolution.resolution import resolve
from entity_resolution.standardize import standardize
from entity_resolution.survivorship import Member, SurvivorshipRules, golden_record
from isthmus.contracts.customer_records import CustomerRecord


class Outcome(NamedTuple):
    """All that must not depend on the way there."""

    customers: Mapping[tuple[str, ...], str]
    """Golden values as JSON, by the records they are made of (`source/record_id`, sorted)."""
    set_aside: frozenset[tuple[str, str]]
    """Kind and value of the keys that propose nobody."""


def key_of(version: Version) -> RecordKey:
    return RecordKey(version["source"], version["record_id"])


def latest(versions: Iterable[Version]) -> dict[RecordKey, Version]:
    """The newest version of each record by the source's counter."""
    newest: dict[RecordKey, Version] = {}
    for version in versions:
        known = newest.get(key_of(version))
        if known is None or known["version"] < version["version"]:
            newest[key_of(version)] = version
    return newest


def expected(versions: Iterable[Version], model: MatchModel, steward: Sequence[StewardDecision] = ()) -> Outcome:
    """What these versions and decisions must come to."""
    members: dict[RecordKey, Member] = {}
    for key, version in latest(versions).items():
        if not version.get("deleted"):
            record = CustomerRecord.model_validate(version)
            body = record.to_json()
            members[key] = Member(key, body, standardize(key, body), record.observed_at)
    found = resolve([member.standard for member in members.values()], model, steward)
    rules = SurvivorshipRules.load()
    return Outcome(
        {
            names_of(cluster): golden_record([members[key] for key in cluster], rules).canonical().decode()
            for cluster in found.partition.clusters
        },
        frozenset((key.kind, key.value) for key in found.set_aside),
    )


def names_of(keys: Iterable[RecordKey]) -> tuple[str, ...]:
    return tuple(sorted(f"{key.source}/{key.record_id}" for key in keys))


def differences(found: Outcome, wanted: Outcome) -> list[str]:
    """What is not as it must be, one line each: customers first, then values."""
    told = [f"set aside wrongly: {key}" for key in sorted(found.set_aside - wanted.set_aside)]
    told += [f"not set aside: {key}" for key in sorted(wanted.set_aside - found.set_aside)]
    told += [f"no such customer may be: {cluster}" for cluster in sorted(found.customers.keys() - wanted.customers)]
    told += [f"this customer is missing: {cluster}" for cluster in sorted(wanted.customers.keys() - found.customers)]
    for cluster in sorted(found.customers.keys() & wanted.customers.keys()):
        if found.customers[cluster] != wanted.customers[cluster]:
            told += _different_values(cluster, found.customers[cluster], wanted.customers[cluster])
    return told


def _different_values(cluster: tuple[str, ...], found: str, wanted: str) -> list[str]:
    one, other = _flat(json.loads(found)), _flat(json.loads(wanted))
    return [
        f"{cluster}: {name} is {one.get(name)}, must be {other.get(name)}"
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    """The parts of a golden document, each field's values one by one."""
    values = {f"values.{name}": value for name, value in document.get("values", {}).items()}
    return {name: value for name, value in document.items() if name != "values"} | values
