"""Where a customer stands in the life cycle of use (使用周期): buy, maintain, repair, trade in, buy again. Pure."""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from customer_master.profile.facts import Facts, Reason, told
from customer_master.profile.rules import ProfileRules

Phase = Literal["buy", "maintain", "repair", "trade_in", "buy_again"]


class LifeCycle(NamedTuple):
    """What the customer is about now, and why; no phase while nothing is known."""

    phase: Phase | None
    reasons: list[Reason]


def life_cycle_of(rules: ProfileRules, facts: Facts, now: datetime) -> LifeCycle:
    """The phase that the newest of what is known speaks for."""
    return (
        _by_interest(facts)
        or _by_fresh_purchase(rules, facts, now)
        or _by_vehicles(rules, facts, now)
        or _by_visit(rules, facts)
        or LifeCycle(None, [Reason("no_activity", "Nothing is known of a vehicle or of an interest (暂无用车信息)")])
    )


def _by_interest(facts: Facts) -> LifeCycle | None:
    if not facts.interests:
        return None
    reasons = [told(one, "Shows interest (有购车意向)") for one in facts.interests]
    if any(one.data.get("trade_in") for one in facts.interests):
        return LifeCycle("trade_in", reasons)
    return LifeCycle("buy_again" if facts.purchases or facts.owned else "buy", reasons)


def _by_fresh_purchase(rules: ProfileRules, facts: Facts, now: datetime) -> LifeCycle | None:
    if not facts.purchases or facts.purchases[-1].since < now - timedelta(days=rules.fresh_days):
        return None
    phase: Phase = "buy_again" if len(facts.purchases) > 1 else "buy"
    return LifeCycle(phase, [told(facts.purchases[-1], "Has just bought (刚购车)")])


def _by_vehicles(rules: ProfileRules, facts: Facts, now: datetime) -> LifeCycle | None:
    """The vehicle is gone or old: the next may follow."""
    if facts.owned and all(one.until is not None and one.until <= now for one in facts.owned) and not facts.purchases:
        return LifeCycle("trade_in", [Reason("vehicle_gone", "Has given the vehicle away (车辆已转出)")])
    taken_over = [one.since for one in facts.owned if one.since] + [one.since for one in facts.purchases]
    newest = max(taken_over, default=None)
    if newest is not None and newest <= now - timedelta(days=rules.trade_in_after_days):
        return LifeCycle(
            "trade_in", [Reason("vehicle_old", f"Newest vehicle is held since {newest:%Y-%m-%d} (车龄较长)")]
        )
    return None


def _by_visit(rules: ProfileRules, facts: Facts) -> LifeCycle | None:
    if facts.visits:
        last = facts.visits[-1]
        if last.kind in rules.upkeep:
            return LifeCycle("maintain", [told(last, "Came for upkeep (进站保养)")])
        return LifeCycle("repair", [told(last, "Came for repair (进站维修)")])
    if facts.purchases:
        return LifeCycle("maintain", [told(facts.purchases[-1], "Bought, upkeep is next (购车后待保养)")])
    if facts.owned:
        return LifeCycle("maintain", [Reason("owner", "Owns a vehicle, upkeep is next (车主待保养)")])
    return None
