"""The stage of a customer (客户阶段): potential, target, actual or lost, by what services told of. Pure."""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from customer_master.profile.facts import Facts, Reason, told
from customer_master.profile.rules import ProfileRules

StageName = Literal["potential", "target", "actual", "lost"]


class Stage(NamedTuple):
    """How near the customer is, and why."""

    name: StageName
    reasons: list[Reason]


def stage_of(rules: ProfileRules, facts: Facts, now: datetime) -> Stage:
    """Actual (现实) who buys or comes, target (目标) who shows an interest, lost (流失) or potential (潜在)."""
    grounds = _grounds(facts)
    last = max(facts.activities, default=None)
    active_from = now - timedelta(days=rules.lost_after_days)
    if grounds and (last is None or last >= active_from):
        return Stage("actual", grounds)
    if facts.interests:
        return Stage("target", [told(one, "Shows interest (有购车意向)") for one in facts.interests])
    if grounds and last is not None:
        silence = f"Nothing since {last:%Y-%m-%d}, longer than {rules.lost_after_days} days (久未往来)"
        return Stage("lost", [Reason("silent", silence), *grounds])
    return Stage("potential", [Reason("no_activity", "Bought nothing and shows no interest now (未购车, 暂无意向)")])


def _grounds(facts: Facts) -> list[Reason]:
    """Why the customer is, or was, an actual one."""
    owned = [one for one in facts.owned if one.until is None]
    return [
        *(told(one, "Bought (已购车)") for one in facts.purchases),
        *(told(one, "Came to a station (进站)") for one in facts.visits),
        *(
            Reason("owner", "Owns a vehicle (车主)" + (f" since {one.since:%Y-%m-%d}" if one.since else ""))
            for one in owned
        ),
    ]
