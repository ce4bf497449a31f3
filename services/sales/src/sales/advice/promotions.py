"""Which promotions are for a customer (适用优惠): the campaigns that run at a dealer, and whom they are for."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.http import ApiModel
from isthmus.parties import Work
from sales.campaigns.tables import Campaign, Target
from sales.customer_value import Standing, standing_of
from sales.dealer_time import day_of

MAX_CAMPAIGNS = 100


class Promotion(ApiModel):
    """A campaign that runs at the dealer (优惠活动)."""

    campaign_id: UUID = Field(description="The campaign (活动号).")
    code: str = Field(description="Code (活动代码) that a lead names it by.")
    title: str = Field(description="Name (活动名称).")
    material: str | None = Field(description="What is given out (宣传资料).")
    series: str | None = Field(description="Only for this series (适用车系).")
    ends_on: date = Field(description="Last day (结束日期).")
    is_for_customer: bool | None = Field(
        description="Whether the customer is meant (是否适用); null when it is for some only and this is not known."
    )

    def is_for(self, series: str) -> bool:
        """Whether the customer gets it with a vehicle of a series."""
        return self.is_for_customer is True and (self.series or series).casefold() == series.casefold()


async def promotions_for(work: Work, org_unit: str, golden_id: UUID | None) -> tuple[list[Promotion], Standing | None]:
    """The campaigns that run at a dealer today, but for those a customer is not meant by; the first to end first.

    Also what customer-master said of the customer, if a campaign made it necessary to ask.
    """
    running = await _running(work, org_unit)
    is_asked = golden_id is not None and any(_asks_for(campaign.target) for campaign in running)
    standing = await standing_of(work, golden_id, "advice on buying") if is_asked else None
    told = [_promotion(campaign, _is_meant(campaign.target, standing)) for campaign in running]
    return [one for one in told if one.is_for_customer is not False], standing


async def _running(work: Work, org_unit: str) -> Sequence[Campaign]:
    today = day_of(work.clock.now())
    places = type_coerce(Campaign.org_units, JSONB)
    is_here = places.contains([org_unit]) | ((func.jsonb_array_length(places) == 0) & (Campaign.org_unit == org_unit))
    running = select(Campaign).where(Campaign.status == "running", is_here)
    today_too = running.where(Campaign.starts_on <= today, Campaign.ends_on >= today)
    return (await work.session.scalars(today_too.order_by(Campaign.ends_on, Campaign.code).limit(MAX_CAMPAIGNS))).all()


def _asks_for(target: Target) -> dict[str, str]:
    """What a customer must be, besides wanting a series."""
    wanted = {name: getattr(target, name) for name in ("segment", "stage", "grade")}
    return {name: value for name, value in wanted.items() if value is not None}


def _is_meant(target: Target, standing: Standing | None) -> bool | None:
    wanted = _asks_for(target)
    if not wanted:
        return True
    if standing is None or standing.status == "not_answered":
        return None
    return all(getattr(standing, name) == value for name, value in wanted.items())


def _promotion(campaign: Campaign, is_for_customer: bool | None) -> Promotion:  # noqa: FBT001 - told as it is
    return Promotion(
        campaign_id=campaign.id,
        code=campaign.code,
        title=campaign.title,
        material=campaign.material,
        series=campaign.target.series,
        ends_on=campaign.ends_on,
        is_for_customer=is_for_customer,
    )
