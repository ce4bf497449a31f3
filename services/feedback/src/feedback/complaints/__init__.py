"""Complaints (投诉): taken in, forwarded, answered and settled by deadlines, until the customer has agreed."""

from feedback.complaints.procedure import complaints, look_at_deadlines, workflow
from feedback.complaints.routes import router
from feedback.complaints.table import Complaint, NewComplaint

__all__ = ["Complaint", "NewComplaint", "complaints", "look_at_deadlines", "router", "workflow"]
