"""The generated car market as records for benchmarks: the same ones for the same arguments."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from isthmus_demo.population import populate
from isthmus_demo.records import labelled_records
from isthmus_demo.touchpoints import touchpoints

UNTIL = date(2026, 11, 1)
HOT_PHONE = {"value": "0551-65123456", "type": "work"}
_HOT_EVERY = 100
_PIECE = 2_500


def market(customers: int, seed: int) -> Iterator[dict[str, Any]]:
    """Record versions in time order, about four a customer."""
    history = touchpoints(populate(seed, customers, UNTIL), seed=seed, dealer_count=10, dirtiness=0.5)
    return (record.body for record in labelled_records(history, seed=seed))


def records(count: int, first_seed: int = 11) -> Iterator[dict[str, Any]]:
    """So many different records, each in one version: markets of a few thousand customers, side by side."""
    made, seed = 0, first_seed
    while made < count:
        for body in whole_market(_PIECE, seed):
            if made < count:
                yield body
                made += 1
        seed += 1


def whole_market(customers: int, seed: int) -> Iterator[dict[str, Any]]:
    """All records of so many customers, each in its latest version: the same mix of new and known ones for any seed."""
    latest = {(body["source"], body["record_id"]): body for body in market(customers, seed)}
    for (_, record_id), body in latest.items():
        yield body | {"record_id": f"{seed}-{record_id}"}


def with_hot_phone(bodies: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The same records; one in a hundred bears the dealer's own phone beside its own."""
    for number, body in enumerate(bodies):
        yield body | {"phones": [*body.get("phones", []), HOT_PHONE]} if number % _HOT_EVERY == 0 else body
