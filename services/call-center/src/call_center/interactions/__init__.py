"""Interactions (客户互动): each contact with a customer by phone, fax, e-mail, web or WeChat, in or out."""

from call_center.interactions.interaction import Interaction, InteractionView, workflow
from call_center.interactions.keeping import interactions
from call_center.interactions.linking import router as linking_router
from call_center.interactions.replying import TEMPLATE as REPLY
from call_center.interactions.replying import note_delivery
from call_center.interactions.replying import router as replying_router
from call_center.interactions.routes import record, router

__all__ = [
    "REPLY",
    "Interaction",
    "InteractionView",
    "interactions",
    "linking_router",
    "note_delivery",
    "record",
    "replying_router",
    "router",
    "workflow",
]
