"""Campaigns (营销活动): whom they are for, who was reached and who not and why, what came of it and what it cost."""
