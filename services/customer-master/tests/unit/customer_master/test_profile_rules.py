"""Segment, stage, life cycle, grade and open items: pure, in any order the same, always with reasons."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_master.documents import Document
from customer_master.profile.computing import Profile, profile_of
from customer_master.profile.heard import judge, sent_at
from customer_master.profile.rules import profile_rules
from isthmus.clock import FixedClock
from isthmus.ids import new_id

NOW = datetime(2026, 11, 1, 8, tzinfo=UTC)
RULES = profile_rules()
RANK = {"potential": 0, "lost": 0, "target": 1, "actual": 2}
KINDS = [
    ("sales", "lead", ["new", "lost", "converted"]),
    ("sales", "quote", ["offered", "expired"]),
    ("sales", "order", ["placed", "delivered", "cancelled"]),
    ("sales", "vehicle", [None]),
    ("sales", "commitment", ["open", "broken", "kept"]),
    ("aftersales", "repair-order", ["opened", "closed", "cancelled"]),
    ("feedback", "complaint", ["opened", "closed"]),
]


def document(service: str, fact: str, status: str | None, days: float, **data: Any) -> Document:
    """As it has been for so many days."""
    subject = data.pop("subject", f"{fact}-{days}")
    return Document(
        service, fact, subject, status, data.get("kind"), NOW - timedelta(days=days), "dealer:D0001", "s:s:s", data
    )


def bought(days: float, **data: Any) -> Document:
    return document("sales", "vehicle", None, days, **data)


def closed(days: float, amount_minor: int = 0, currency: str = "CNY", kind: str = "repair") -> Document:
    paid = {"amount_minor": amount_minor, "currency": currency}
    return document("aftersales", "repair-order", "closed", days, customer_pays=paid, kind=kind)


def profile(*documents: Document, party_type: str = "person", **values: Any) -> Profile:
    golden = {"party_type": party_type, "values": {name: [{"value": one}] for name, one in values.items()}}
    return profile_of(RULES, golden, documents, NOW)


@st.composite
def histories(draw: st.DrawFn) -> list[Document]:
    found = []
    for number in range(draw(st.integers(0, 8))):
        service, fact, states = draw(st.sampled_from(KINDS))
        money = {"amount_minor": draw(st.integers(-100, 10**8)), "currency": draw(st.sampled_from(["CNY", "EUR"]))}
        found.append(
            document(
                service,
                fact,
                draw(st.sampled_from(states)),
                draw(st.integers(0, 4000)),
                subject=str(number),
                customer_pays=money,
                kind=draw(st.sampled_from(["maintenance", "repair"])),
            )
        )
    return found


@given(histories(), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_profile(history: list[Document], random: Any) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)
    assert profile(*shuffled) == profile(*history)


@given(histories())
def test_every_judgement_has_reasons_and_points_are_the_sum_of_the_parts(history: list[Document]) -> None:
    found = profile(*history)
    assert found.segment.reasons
    assert found.stage.reasons
    assert found.life_cycle.reasons
    assert found.value.points == sum(part.points for part in found.value.parts)
    assert all(part.points >= 0 for part in found.value.parts)


@given(histories(), st.integers(0, 4000))
def test_a_later_purchase_lowers_neither_stage_nor_points(history: list[Document], days: int) -> None:
    before = profile(*[one for one in history if one.since <= NOW - timedelta(days=days)])
    after = profile(*before.facts.documents, bought(days, subject="later"))
    assert RANK[after.stage.name] >= RANK[before.stage.name]
    assert after.value.points >= before.value.points


@pytest.mark.parametrize(
    ("documents", "stage", "phase"),
    [
        ([], "potential", None),
        ([document("sales", "lead", "new", 10)], "target", "buy"),
        ([document("sales", "lead", "new", 200)], "potential", None),
        ([document("sales", "lead", "lost", 10)], "potential", None),
        ([bought(10)], "actual", "buy"),
        ([bought(200)], "actual", "maintain"),
        ([bought(200), closed(100, kind="repair")], "actual", "repair"),
        ([bought(200), closed(100, kind="repair"), closed(50, kind="maintenance")], "actual", "maintain"),
        ([bought(731)], "lost", "maintain"),
        ([bought(1827), closed(9)], "actual", "trade_in"),
        ([bought(800), document("sales", "lead", "new", 10)], "target", "buy_again"),
        ([bought(300), document("sales", "order", "placed", 5, trade_in={"plate": "皖B12345"})], "actual", "trade_in"),
        ([bought(300), bought(20)], "actual", "buy_again"),
    ],
)
def test_stage_and_life_cycle(documents: list[Document], stage: str, phase: str | None) -> None:
    found = profile(*documents)
    assert (found.stage.name, found.life_cycle.phase) == (stage, phase)


def test_owners_by_golden_values_are_actual_until_the_vehicle_is_gone() -> None:
    owned = {"vin": "LVVDB11B0AD000018", "role": "owner", "from": "2025-03", "to": None}
    assert profile(vehicles=owned).stage.name == "actual"
    gone = profile(vehicles=owned | {"to": "2026-01-01"})
    assert (gone.stage.name, gone.life_cycle.phase) == ("potential", "trade_in")
    assert profile(vehicles=owned | {"role": "driver"}).stage.name == "potential"


@pytest.mark.parametrize(
    ("party_type", "values", "segment"),
    [
        ("person", {}, "private"),
        ("organization", {"organization": "芜湖市电力公司"}, "organization"),
        ("organization", {"organization": "芜湖市出租汽车有限公司"}, "taxi"),
        ("organization", {"organization": "Wuhu Taxi Ltd"}, "taxi"),
        ("person", {"attributes": {"name": "vehicle_use", "value": "出租客运"}}, "taxi"),
    ],
)
def test_segments(party_type: str, values: dict[str, Any], segment: str) -> None:
    assert profile(party_type=party_type, **values).segment.name == segment


def test_points_come_from_purchases_spend_and_recency_and_an_order_with_its_delivery_counts_once() -> None:
    order = document("sales", "order", "delivered", 30, subject="o1")
    found = profile(order, bought(20, order_id="o1"), closed(200, 1_234_567), closed(100, 999_999, "EUR"))
    assert [(part.name, part.points, part.basis) for part in found.value.parts] == [
        ("purchase", 150, 1),
        ("repair_spend", 123, 1_234_567),
        ("recency", 100, 20),
    ]
    assert found.value.grade == "a"


def test_what_is_open_is_shown_with_its_deadline_until_it_lapses() -> None:
    found = profile(
        document("sales", "quote", "offered", 3, valid_until="2026-11-01"),
        document("sales", "quote", "offered", 4, valid_until="2026-10-31"),
        document("sales", "commitment", "open", 5, due_at="2026-10-20T08:00:00Z"),
        document("sales", "commitment", "broken", 6, due_at="2026-10-10T08:00:00Z"),
        document("aftersales", "repair-order", "in_progress", 1, promised_at="2026-11-02T08:00:00Z"),
        document("feedback", "complaint", "closed", 1),
        document("call-center", "interaction", None, 1),
    )
    assert [(item.document.fact, item.document.since, item.state) for item in found.open_items] == [
        ("commitment", NOW - timedelta(days=6), "broken"),
        ("commitment", NOW - timedelta(days=5), "overdue"),
        ("quote", NOW - timedelta(days=3), "open"),
        ("repair-order", NOW - timedelta(days=1), "open"),
    ]


def test_a_service_is_behind_silent_or_never_heard_of() -> None:
    newest = {"sales": NOW, "aftersales": NOW - timedelta(hours=25), "feedback": NOW}
    heard = judge(RULES, newest, {"feedback": 3, "sales": 0}, NOW)
    assert [(one.service, one.state) for one in heard] == [
        ("sales", "current"),
        ("aftersales", "silent"),
        ("call-center", "never"),
        ("feedback", "behind"),
    ]
    assert sent_at(new_id(FixedClock(NOW))) == NOW
