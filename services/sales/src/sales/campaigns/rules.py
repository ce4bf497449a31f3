"""The rules of campaigns as `rules.yaml` declares them."""

from datetime import timedelta

from pydantic import Field

from sales.declared import Declared, read_rules


class CampaignRules(Declared):
    """How long a contact counts, how long an interest lasts, and what an order leaves."""

    attribution_days: int = Field(ge=0, le=3_650)
    interest_days: int = Field(ge=1, le=3_650)
    margin_permille: int = Field(ge=1, le=1_000)

    @property
    def window(self) -> timedelta:
        """How long after a contact a lead still comes of it."""
        return timedelta(days=self.attribution_days)


RULES = read_rules(CampaignRules, "campaigns/rules.yaml")
