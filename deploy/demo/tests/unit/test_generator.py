"""The generated market is reproducible, keeps its truth apart, and is as dirty as asked."""

from datetime import date

import pytest
from isthmus_demo.load import SEED
from isthmus_demo.population import populate
from isthmus_demo.records import labelled_records
from isthmus_demo.touchpoints import touchpoints

from isthmus_local.launcher import DEMO_CUSTOMERS
from isthmus_local.summary import DEMO_CUSTOMER

UNTIL = date(2026, 11, 1)


def market(seed: int, dirtiness: float = 0.5, customers: int = 300) -> list[tuple[dict[str, object], str]]:
    history = touchpoints(populate(seed, customers, UNTIL), seed=seed, dealer_count=4, dirtiness=dirtiness)
    return [(record.body, record.customer) for record in labelled_records(history, seed=seed)]


def test_same_seed_gives_the_same_market_and_another_seed_another() -> None:
    assert market(7) == market(7)
    assert market(7) != market(8)


def test_a_record_of_one_source_belongs_to_one_customer_for_ever() -> None:
    owner: dict[tuple[object, object], str] = {}
    for body, customer in market(1):
        assert owner.setdefault((body["source"], body["record_id"]), customer) == customer


def test_versions_of_a_record_rise_by_one() -> None:
    last: dict[tuple[object, object], int] = {}
    for body, _ in market(2):
        key = (body["source"], body["record_id"])
        assert body["version"] == last.get(key, 0) + 1
        last[key] = int(str(body["version"]))


def test_the_truth_never_stands_in_a_record() -> None:
    assert not any(customer in str(body) for body, customer in market(3))


def test_customers_meet_several_sources() -> None:
    sources: dict[str, set[object]] = {}
    for body, customer in market(4):
        sources.setdefault(customer, set()).add(body["source"])
    assert sum(len(met) > 1 for met in sources.values()) > len(sources) / 3


def test_a_clean_market_has_no_masked_value_and_a_dirty_one_has() -> None:
    assert not any("**" in str(body) for body, _ in market(5, dirtiness=0))
    assert any("**" in str(body) for body, _ in market(5, dirtiness=1))


@pytest.mark.parametrize("until", [date(2026, 11, 1), date(2027, 3, 31), date(2029, 8, 15)])
def test_the_customer_whom_the_first_call_asks_for_is_there_whenever_the_demo_is_loaded(until: date) -> None:
    population = populate(SEED, DEMO_CUSTOMERS, until)
    history = touchpoints(population, seed=SEED, dealer_count=10, dirtiness=0.5)
    assert any(one.party["name"].get("full") == DEMO_CUSTOMER for one in history)
