"""Who has a request, what comes next, its tags and a client's value: forms for one request or several."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from leads.admin.move import in_our_century
from leads.admin.verbs import staff_of
from leads.models import BookingRequest, CallRules, Outcome, Reassigned, Replanned, Stale, Tag
from leads.models.follow_up import result

if TYPE_CHECKING:
    from leads.admin.booking import BookingRequestAdmin

MOST_TAGS = 200
"""As many as the field suggests."""


class FollowUpForm(forms.Form):
    """A verb with what it needs to know. `seen` is what the request said when the form was shown."""

    done: str
    """What is said afterwards, once it is true."""

    def apply(self, booking: BookingRequest, *, by: User, at: datetime) -> None:
        raise NotImplementedError

    def has_seen(self, now: str) -> bool:
        """A form for several requests has seen none of them."""
        return str(self.data.get("seen", now)) == now


class StaffChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name() or obj.username)


class AssignForm(FollowUpForm):
    to = StaffChoice(
        label="Assigned to",
        queryset=User.objects.filter(is_staff=True, is_active=True).order_by("first_name", "username"),
        required=False,
        empty_label="Nobody",
    )
    done = "Assigned. No mail is sent."

    @staticmethod
    def shown(booking: BookingRequest) -> AssignForm:
        return AssignForm(initial={"to": booking.assigned_to_id})

    def apply(self, booking: BookingRequest, *, by: User, at: datetime) -> None:
        if not self.has_seen(str(booking.assigned_to_id or "")):
            raise Reassigned(booking)
        booking.assign(self.cleaned_data["to"], by=by, at=at)


class PlanForm(FollowUpForm):
    next_action = forms.CharField(
        label="Next action",
        max_length=120,
        required=False,
        widget=forms.TextInput({"placeholder": "Call back", "autocomplete": "off"}),
    )
    on = forms.DateField(
        label="On",
        required=False,
        validators=[in_our_century],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    done = "Planned. No mail is sent."

    @staticmethod
    def shown(booking: BookingRequest) -> PlanForm:
        return PlanForm(initial={"next_action": booking.next_action, "on": booking.next_action_on})

    def clean(self) -> None:
        action, on = self.cleaned_data.get("next_action"), self.cleaned_data.get("on")
        if action and on is None and "on" not in self.errors:
            self.add_error("on", "Enter the day of the next action too.")
        if on and not action and "next_action" not in self.errors:
            self.add_error("next_action", "Enter what to do on that day too.")

    def apply(self, booking: BookingRequest, *, by: User, at: datetime) -> None:
        if not self.has_seen(seen_plan(booking)):
            raise Replanned(booking)
        booking.plan(self.cleaned_data["next_action"], self.cleaned_data["on"], by=by, at=at)


class TagForm(FollowUpForm):
    tags = forms.CharField(
        label="Tags",
        max_length=400,
        help_text="With a comma between two. A new word becomes a new tag.",
        widget=forms.TextInput({"list": "known-tags", "autocomplete": "off"}),
    )
    done = "Tagged."

    def clean_tags(self) -> list[str]:
        names = [" ".join(name.split()) for name in self.cleaned_data["tags"].split(",")]
        limit = Tag._meta.get_field("name").max_length or 0
        if too_long := next((name for name in names if len(name) > limit), ""):
            raise ValidationError(f"“{too_long}” is too long for a tag. Use {limit} characters at most.")
        if not any(names):
            raise ValidationError("Enter at least one tag.")
        return [name for name in names if name]

    def apply(self, booking: BookingRequest, *, by: User, at: datetime) -> None:
        booking.tag(*self.cleaned_data["tags"], by=by, at=at)


class UntagForm(TagForm):
    done = "The tag is taken away."

    def apply(self, booking: BookingRequest, *, by: User, at: datetime) -> None:
        booking.untag(*self.cleaned_data["tags"], by=by, at=at)


class ValueForm(FollowUpForm):
    value = forms.DecimalField(label="Value", min_value=0, max_digits=10, decimal_places=2, required=False)
    done = "The value is kept."

    @staticmethod
    def shown(booking: BookingRequest) -> ValueForm:
        return ValueForm(initial={"value": booking.value})

    def apply(self, booking: BookingRequest, *, by: User, at: datetime) -> None:
        value = self.cleaned_data["value"]
        if booking.outcome != Outcome.SIGNED or not self.has_seen(str(booking.value or "")):
            raise Stale(booking)
        if value != booking.value:
            booking.record_outcome(Outcome.SIGNED, value=value, by=by, at=at)


FORMS: dict[str, type[FollowUpForm]] = {
    "assign": AssignForm,
    "plan": PlanForm,
    "tag": TagForm,
    "untag": UntagForm,
    "value": ValueForm,
}


def follow_up(desk: BookingRequestAdmin, request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Carries out one form of a request's page. Whatever stands in the way, what was typed stays."""
    booking = desk.to_change(request, pk)
    if what not in FORMS:
        raise Http404
    form = FORMS[what](request.POST)
    status = 422
    if form.is_valid():
        try:
            form.apply(booking, by=staff_of(request), at=timezone.now())
        except Stale as stale:
            form.add_error(None, f"{stale} Nothing was changed.")
            status = 409
        else:
            messages.success(request, form.done)
            return redirect("admin:leads_bookingrequest_change", pk)
    return desk.page(request, desk.to_change(request, pk), status, **{f"{what}_form": form})


def seen_plan(booking: BookingRequest) -> str:
    return f"{booking.next_action_on or ''} {booking.next_action}"


def card(booking: BookingRequest, *, today: date) -> dict[str, Any]:
    """What the request's page shows of all this, and its forms."""
    return {
        "plan_form": PlanForm.shown(booking),
        "seen_plan": seen_plan(booking),
        "action_is_overdue": booking.next_action_on is not None and booking.next_action_on < today,
        "action_is_today": booking.next_action_on == today,
        "assign_form": AssignForm.shown(booking),
        "tags": booking.tags.all(),
        "tag_form": TagForm(),
        "known_tags": Tag.objects.all()[:MOST_TAGS],
        "value_form": ValueForm.shown(booking) if booking.outcome == Outcome.SIGNED else None,
        "result": result(booking.outcome, booking.value),
        "currency": CallRules.current().currency,
    }
