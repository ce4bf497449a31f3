"""Outbound lists (外呼名单): whom to contact about what; nobody is contacted whom the suppression check holds back."""

from call_center.outbound.entries import OutboundEntry
from call_center.outbound.entries import router as entries_router
from call_center.outbound.lists import OutboundList, router

__all__ = ["OutboundEntry", "OutboundList", "entries_router", "router"]
