"""Versions have one order, whatever a source says of them."""

from datetime import UTC, datetime, timedelta

from customer_master.version_order import VersionOrder

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def test_the_sources_counter_decides_before_any_time() -> None:
    assert VersionOrder.of(2, NOON, NOON, b"a") > VersionOrder.of(1, LATER, LATER, b"b")


def test_without_a_counter_the_observation_decides_before_arrival() -> None:
    assert VersionOrder.of(None, LATER, NOON, b"a") > VersionOrder.of(None, NOON, LATER, b"b")


def test_with_neither_arrival_decides() -> None:
    assert VersionOrder.of(None, None, LATER, b"a") > VersionOrder.of(None, None, NOON, b"b")


def test_a_counter_beats_none() -> None:
    assert VersionOrder.of(0, NOON, NOON, b"a") > VersionOrder.of(None, LATER, LATER, b"b")


def test_of_equal_counters_the_later_observation_wins_then_the_greater_hash_and_never_arrival() -> None:
    assert VersionOrder.of(1, LATER, NOON, b"a") > VersionOrder.of(1, NOON, LATER, b"b")
    assert VersionOrder.of(1, NOON, NOON, b"a") > VersionOrder.of(1, None, LATER, b"b")
    assert VersionOrder.of(1, NOON, LATER, b"a") < VersionOrder.of(1, NOON, NOON, b"b")
