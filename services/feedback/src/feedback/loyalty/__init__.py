"""Loyalty (忠诚度): which vehicles came again, and who recommended whom, from what sales and aftersales tell."""

from feedback.loyalty.keeping import loyalty_subscription
from feedback.loyalty.referrals import router
from feedback.loyalty.tables import LeadOrder, Occasion, Referral

__all__ = ["LeadOrder", "Occasion", "Referral", "loyalty_subscription", "router"]
