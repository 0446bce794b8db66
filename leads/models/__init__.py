"""Who wants a call, what became of it, and what was sent about it."""

from leads.models.booking import BookingRequest, Outcome, Stale, Status
from leads.models.booking_page import BookingPage
from leads.models.event import BookingEvent
from leads.models.message import Message
from leads.models.worker_sign import WorkerSign

__all__ = [
    "BookingEvent",
    "BookingPage",
    "BookingRequest",
    "Message",
    "Outcome",
    "Stale",
    "Status",
    "WorkerSign",
]
