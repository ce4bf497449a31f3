"""Tables of campaigns and of the customers in them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import ConfigDict
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.fields import OrgUnit
from isthmus.contracts.sales_campaigns import CampaignTarget
from isthmus.parties import Document, Entry, JsonModel, Money


class Target(CampaignTarget):
    """Whom a campaign is for (目标客户): what is given must all hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Campaign(Entry):
    """Table of campaigns."""

    __tablename__ = "campaigns"
    sortable = ("starts_on",)

    code: Mapped[str]
    title: Mapped[str]
    purpose: Mapped[str]
    channel: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    planned_cost: Mapped[Money | None] = mapped_column(JsonModel(Money))
    actual_cost: Mapped[Money | None] = mapped_column(JsonModel(Money))
    org_units: Mapped[list[OrgUnit]] = mapped_column(JsonModel(list[OrgUnit]))
    target: Mapped[Target] = mapped_column(JsonModel(Target))
    goal: Mapped[str | None]
    material: Mapped[str | None]
    subject: Mapped[str | None]
    message: Mapped[str | None]

    @property
    def places(self) -> list[str]:
        """Where it runs."""
        return self.org_units or [self.org_unit]


Index("campaigns_code_key", Campaign.code, unique=True)


class CampaignMember(Document):
    """Table of customers in campaigns."""

    __tablename__ = "campaign_members"
    business_facts = frozenset({"campaign", "contact_channel", "not_contacted", "response"})
    sortable = ("contacted_at", "responded_at")

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"), index=True)
    campaign: Mapped[str]
    notification_id: Mapped[UUID | None] = mapped_column(index=True)
    contact_channel: Mapped[str | None]
    contacted_at: Mapped[datetime | None]
    not_contacted: Mapped[str | None]
    response: Mapped[str | None]
    responded_at: Mapped[datetime | None]
    note: Mapped[str | None]


Index(
    "campaign_members_customer_key",
    CampaignMember.campaign_id,
    CampaignMember.source,
    CampaignMember.record_id,
    unique=True,
)
