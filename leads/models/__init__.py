"""Who wants a call, when calls are possible, what became of it, and what was sent about it."""

from leads.models.booking import BookingRequest
from leads.models.booking_page import BookingPage
from leads.models.busy import BusyCalendar, BusyTime
from leads.models.canary import Canary
from leads.models.daily_count import DailyCount, Hit
from leads.models.event import BookingEvent
from leads.models.export import Export
from leads.models.feed import CalendarFeed
from leads.models.held_time import HeldTime, TimeTaken
from leads.models.hours import CallRules, Closure, WeeklyHours
from leads.models.message import Message
from leads.models.privacy import ConsentWording, Erasure, RetentionRules, RetentionRun
from leads.models.rate_counter import RateCounter
from leads.models.reply_template import ReplyTemplate
from leads.models.resource import Resource
from leads.models.saved_filter import SavedFilter
from leads.models.stale import Moved, Reassigned, Replanned, Stale, TooLate
from leads.models.status import Outcome, Stage, Status
from leads.models.tag import Tag
from leads.models.waiting import TimeOffer
from leads.models.webhook import WebhookAttempt, WebhookEndpoint, WebhookEvent
from leads.models.worker_sign import WorkerSign

__all__ = [
    "BookingEvent",
    "BookingPage",
    "BookingRequest",
    "BusyCalendar",
    "BusyTime",
    "CalendarFeed",
    "CallRules",
    "Canary",
    "Closure",
    "ConsentWording",
    "DailyCount",
    "Erasure",
    "Export",
    "HeldTime",
    "Hit",
    "Message",
    "Moved",
    "Outcome",
    "RateCounter",
    "Reassigned",
    "Replanned",
    "ReplyTemplate",
    "Resource",
    "RetentionRules",
    "RetentionRun",
    "SavedFilter",
    "Stage",
    "Stale",
    "Status",
    "Tag",
    "TimeOffer",
    "TimeTaken",
    "TooLate",
    "WebhookAttempt",
    "WebhookEndpoint",
    "WebhookEvent",
    "WeeklyHours",
    "WorkerSign",
]
