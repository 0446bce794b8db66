"""Another time for a call, as staff set it: an open one, or any other that nobody holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone

from leads import zones
from leads.admin.verbs import staff_of
from leads.clock import in_words
from leads.models import BookingRequest, Moved, Stale, TimeTaken
from leads.models.hours import on_a_cell
from leads.models.status import LIVE
from leads.open_times import OpenTimes, open_times
from leads.time_choices import OUR_CENTURY, DayOfChoices, by_day, from_value

if TYPE_CHECKING:
    from leads.admin.booking import BookingRequestAdmin

OTHER = "other"
"""What the form sends when none of the open times is meant, but the day and the clock beside them."""


def in_our_century(day: date) -> None:
    """Days at the ends of the calendar cannot be told in every zone."""
    if day.year not in OUR_CENTURY:
        raise ValidationError("Enter a day of this century.")


class StaffMoveForm(forms.Form):
    starts_at = forms.CharField(required=False)
    day = forms.DateField(
        label="Day",
        required=False,
        validators=[in_our_century],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    clock = forms.TimeField(
        label="Time",
        required=False,
        validators=[on_a_cell],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": 300}),
    )
    seen = forms.CharField(required=False)
    """Which of its times the call had when the form was shown."""

    def __init__(
        self, sent: QueryDict | None = None, *, booking: BookingRequest, times: OpenTimes, **kwargs: Any
    ) -> None:
        super().__init__(sent, **kwargs)
        self.booking = booking
        self.times = times
        self.is_refused = False

    @property
    def zone_label(self) -> str:
        return zones.label(self.times.calendar.rules.time_zone, self.times.at)

    @property
    def days(self) -> list[DayOfChoices]:
        return by_day(self.times.starts, self.times.calendar.rules.time_zone)

    @property
    def typed(self) -> list[forms.BoundField]:
        return [self["day"], self["clock"]]

    @property
    def chosen(self) -> str:
        """An open time that has gone is no choice any more."""
        value = str(self["starts_at"].value() or "")
        return value if from_value(value) in self.times else OTHER if self._is_typed else ""

    @property
    def _is_typed(self) -> bool:
        return bool(self["day"].value() or self["clock"].value())

    def clean(self) -> None:
        wanted = self.cleaned_data.get("starts_at", "")
        instant = from_value(wanted) or self._typed_instant()
        if instant is None:
            if not self.errors:
                raise ValidationError("Select an open time, or enter a day and a time.")
        elif instant <= self.times.at:
            raise ValidationError("That time has passed. Choose one that is ahead.")
        elif instant == self.booking.starts_at:
            raise ValidationError("The call is at that time already.")
        self.cleaned_data["instant"] = instant

    def refuse(self, why: str) -> None:
        """Says what somebody else did first."""
        self.is_refused = True
        self.add_error(None, why)

    def submit(self, *, by: User, at: datetime) -> None:
        """Raises TimeTaken, and Stale or Moved when somebody was faster."""
        if self.cleaned_data["seen"] != str(self.booking.sequence):
            raise Moved(self.booking)
        self.booking.move(self.cleaned_data["instant"], by=by, at=at)

    def _typed_instant(self) -> datetime | None:
        day, clock = self.cleaned_data.get("day"), self.cleaned_data.get("clock")
        return self._on_the_wall(day, clock) if day and clock is not None else None

    def _on_the_wall(self, day: date, clock: time) -> datetime:
        zone = self.times.calendar.rules.zone
        instant = datetime.combine(day, clock, zone).astimezone(UTC)
        if instant.astimezone(zone).time() != clock:
            raise ValidationError("The clocks go forward that day, and skip this time. Choose another.")
        return instant


def move_call(desk: BookingRequestAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """A GET shows the form, a POST moves. Whatever stands in the way, what was typed stays."""
    booking = desk.to_change(request, pk)
    if booking.status not in LIVE:
        return _back(request, pk, Stale(booking))
    now = timezone.now()
    form = StaffMoveForm(request.POST or None, booking=booking, times=open_times(now, moving=booking))
    if form.is_valid():
        try:
            form.submit(by=staff_of(request), at=now)
        except Moved as moved:
            form.refuse(f"{moved} Nothing was changed. Move it from there, if you still want to.")
        except TimeTaken:
            form.refuse("That time overlaps another call. Nothing was changed. Choose another time.")
        except Stale as stale:
            return _back(request, pk, stale)
        else:
            messages.success(request, _done(booking))
            return redirect("admin:leads_bookingrequest_change", pk)
    status = (409 if form.is_refused else 422) if form.is_bound else 200
    as_it_is_now = desk.to_change(request, pk)
    return desk.page_of(request, as_it_is_now, "move", status, title="Move the call", form=form)


def _back(request: HttpRequest, pk: int, stale: Stale) -> HttpResponse:
    messages.warning(request, f"{stale} Nothing was changed.")
    return redirect("admin:leads_bookingrequest_change", pk)


def _done(booking: BookingRequest) -> str:
    return f"Moved to {in_words(booking.starts_at)}. The new time is on its way to the prospect."
