"""Telephone system (CTI): its signed events, the calls they tell of, and a simulator."""

from call_center.cti.calls import CallRow, router
from call_center.cti.deliveries import Delivered, prune_deliveries

__all__ = ["CallRow", "Delivered", "prune_deliveries", "router"]
