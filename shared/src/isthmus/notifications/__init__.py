"""Notifications (通知): messages to customers and staff, kept with the change they tell of, sent when allowed."""

from isthmus.notifications.adapters import mail_id
from isthmus.notifications.forgetting import forget_handed_on
from isthmus.notifications.listing import notifications_router
from isthmus.notifications.notifying import notify
from isthmus.notifications.sender import send_notifications

__all__ = ["forget_handed_on", "mail_id", "notifications_router", "notify", "send_notifications"]
