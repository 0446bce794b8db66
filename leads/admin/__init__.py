"""The requests' side of the staff desk."""

from leads.admin import booking, booking_page, messages

__all__ = ["booking", "booking_page", "messages"]
