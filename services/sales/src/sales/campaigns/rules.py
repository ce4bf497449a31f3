"""The rules of campaigns as `rules.yaml` declares them."""

from datetime import timedelta
from typing import Literal, get_args

from pydantic import Field, field_validator

from sales.declared import Declared, read_rules

PlaceholderName = Literal["campaign", "consultant", "dealer", "ends_on", "offer", "salutation", "series"]


class Placeholder(Declared):
    """What stands in its place (占位符), in both languages, and what is said where that is not known."""

    en: str
    zh: str
    otherwise: str = Field(min_length=1)


class CampaignRules(Declared):
    """How long a contact counts, how long an interest lasts, what an order leaves, and what words may leave open."""

    attribution_days: int = Field(ge=0, le=3_650)
    interest_days: int = Field(ge=1, le=3_650)
    margin_permille: int = Field(ge=1, le=1_000)
    placeholders: dict[PlaceholderName, Placeholder]

    @field_validator("placeholders")
    @classmethod
    def _check_placeholders(cls, declared: dict[PlaceholderName, Placeholder]) -> dict[PlaceholderName, Placeholder]:
        if missing := set(get_args(PlaceholderName)) - declared.keys():
            raise ValueError(f"{', '.join(sorted(missing))} is to be declared as well")
        return declared

    @property
    def window(self) -> timedelta:
        """How long after a contact a lead still comes of it."""
        return timedelta(days=self.attribution_days)


RULES = read_rules(CampaignRules, "campaigns/rules.yaml")
