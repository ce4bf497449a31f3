"""Who gets a new lead (线索分配), as `assignment.yaml` declares: the rule first, then whose turn it is."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from isthmus.contracts.fields import OrgUnit
from sales.declared import Declared, read_rules


class AssignmentRule(Declared):
    """Consultants of a dealer who share the leads, all of them or those of some series (车系)."""

    org_unit: OrgUnit
    series: frozenset[str] | None = None
    way: Literal["round_robin", "load"]
    consultants: list[str] = Field(min_length=1)


class AssignmentRules(Declared):
    """All rules, in the order they are tried."""

    rules: list[AssignmentRule]

    def rule_for(self, org_unit: str, series: str | None) -> AssignmentRule | None:
        """The rule that decides about a lead; None when it is assigned by hand."""
        return next(
            (
                rule
                for rule in self.rules
                if rule.org_unit == org_unit and (rule.series is None or (series or "") in rule.series)
            ),
            None,
        )


RULES = read_rules(AssignmentRules, "assignment.yaml")


def next_consultant(rule: AssignmentRule, assigned: Mapping[str, int], open_leads: Mapping[str, int]) -> str:
    """Whose turn it is: by `round_robin` who was given the fewest leads so far, by `load` who has the fewest open;
    among equals the one named first.
    """
    counts = assigned if rule.way == "round_robin" else open_leads
    return min(rule.consultants, key=lambda consultant: counts.get(consultant, 0))
