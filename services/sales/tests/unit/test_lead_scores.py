from datetime import date, timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from sales.lead_scores import RULES, Known, LeadFacts, score

TODAY = date(2026, 11, 1)
KNOWN = st.frozensets(st.sampled_from(get_args(Known)))
CHANNELS = st.sampled_from([None, "web", "referral", "walk_in", "adf"])
DAYS = st.none() | st.integers(-30, 400).map(lambda days: TODAY + timedelta(days=days))
FACTS = st.builds(LeadFacts, known=KNOWN, channel=CHANNELS, expected_purchase_on=DAYS)


@given(FACTS, KNOWN)
def test_to_know_more_never_scores_lower(facts: LeadFacts, more: frozenset[str]) -> None:
    richer = LeadFacts(facts.known | more, facts.channel, facts.expected_purchase_on)
    assert score(richer, TODAY).points >= score(facts, TODAY).points


@given(FACTS, st.integers(0, 200))
def test_a_nearer_purchase_never_scores_lower(facts: LeadFacts, days: int) -> None:
    if facts.expected_purchase_on is None:
        return
    nearer = LeadFacts(facts.known, facts.channel, facts.expected_purchase_on - timedelta(days=days))
    assert score(nearer, TODAY).points >= score(facts, TODAY).points


@given(FACTS)
def test_the_reasons_add_up_to_the_score(facts: LeadFacts) -> None:
    scored = score(facts, TODAY)
    assert scored.points == min(sum(rule.points for rule in scored.rules), RULES.highest)


def test_nothing_known_is_nothing_scored_and_every_rule_can_give_its_points() -> None:
    assert score(LeadFacts(frozenset(), None, None), TODAY).points == 0
    met = {
        rule.reason
        for channel in ("referral", "phone")
        for rule in score(LeadFacts(frozenset(get_args(Known)), channel, TODAY), TODAY).rules
    }
    assert met == {rule.reason for rule in RULES.rules}
