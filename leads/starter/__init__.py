"""The words of the booking page that a new site opens with."""

from __future__ import annotations

from pathlib import Path

from leads.models import BookingPage
from pages.starter import read, save_checked

FILE = Path(__file__).parent / "booking_page.toml"


def load_booking_page(path: Path = FILE) -> BookingPage | None:
    """None, when the site has words of its own."""
    if BookingPage.objects.exists():
        return None
    with read(path) as words:
        return save_checked(BookingPage(**words))
