from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sales.assignment import AssignmentRule, AssignmentRules, next_consultant

NAMES = ["王磊", "李娜", "赵敏"]


def rule(way: str = "round_robin", series: list[str] | None = None) -> AssignmentRule:
    return AssignmentRule.model_validate(
        {"org_unit": "dealer:D0001", "way": way, "consultants": NAMES, "series": series}
    )


@given(st.integers(0, 30))
def test_in_turn_nobody_is_ever_two_leads_ahead(leads: int) -> None:
    assigned: Counter[str] = Counter(dict.fromkeys(NAMES, 0))
    for _ in range(leads):
        assigned[next_consultant(rule(), assigned, {})] += 1
    assert max(assigned.values()) - min(assigned.values()) <= 1


@given(st.dictionaries(st.sampled_from(NAMES), st.integers(0, 50)))
def test_by_load_nobody_has_fewer_open_leads(open_leads: dict[str, int]) -> None:
    chosen = next_consultant(rule("load"), {}, open_leads)
    assert all(open_leads.get(chosen, 0) <= open_leads.get(name, 0) for name in NAMES)


def test_the_first_rule_of_the_dealer_and_the_series_decides() -> None:
    of_series, of_all = rule(series=["G5"]), rule("load")
    rules = AssignmentRules(rules=[of_series, of_all])
    assert rules.rule_for("dealer:D0001", "G5") is of_series
    assert rules.rule_for("dealer:D0001", "A3") is of_all
    assert rules.rule_for("dealer:D0001", None) is of_all
    assert rules.rule_for("dealer:D0002", "G5") is None
