"""The booking form: what a prospect is asked, and in which words an answer is refused."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Fieldset, Layout
from django import forms
from django.conf import settings
from django.http import QueryDict

from leads.addresses import canonical_address
from leads.fields import (
    EmailAnswer,
    LongAnswer,
    TextAnswer,
    WebAddressAnswer,
    no_link,
)
from leads.models import BookingPage, BookingRequest
from leads.open_times import OpenTimes
from leads.source import Source
from leads.suspicion.layers import suspicions
from leads.suspicion.limits import count
from leads.suspicion.sending import STAMP, Sending, Visit
from leads.suspicion.stamp import age, stamped
from leads.times_form import TimesForm

TIME_CAME_FREE = "A time has come free: select it, or select “None of these times suit me”"
NO_TIME_LEFT = "In the meantime every time has gone. Read about the waiting list below, and join it"

SUBMISSION_KEY = re.compile(r"[A-Za-z0-9_-]{22}")


class BookingForm(TimesForm):
    """Asks for a call. It carries its source and a key of its own, so that a double click counts once."""

    wished_time = TextAnswer(
        "wished_time",
        label="When would suit you?",
        help_text="For example, weekday evenings after 19:00",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = TextAnswer(
        "name",
        label="Full name",
        error_messages={"required": "Enter your full name"},
        validators=[no_link],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = EmailAnswer(
        "email",
        label="Email address",
        help_text="The answer to your request goes here",
        error_messages={"required": "Enter your email address"},
        widget=forms.EmailInput(
            attrs={
                "autocomplete": "email",
                "autocapitalize": "none",
                "spellcheck": "false",
                "pattern": r"[^@\s]+@[^@\s]+\.[^@\s]+",
            }
        ),
    )
    role = TextAnswer(
        "role",
        label="Current role",
        help_text="For example, AI Engineer or Backend Developer",
        error_messages={"required": "Enter your current role"},
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    experience = forms.ChoiceField(
        label="Years of engineering experience",
        choices=BookingRequest.Experience.choices,
        error_messages={
            "required": "Select your years of experience",
            "invalid_choice": "Select your years of experience from the list",
        },
        widget=forms.RadioSelect(attrs={"class": "short"}),
    )
    profile_url = WebAddressAnswer(
        "profile_url",
        label="LinkedIn, GitHub or portfolio",
        required=False,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "url",
                "autocapitalize": "none",
                "inputmode": "url",
                "spellcheck": "false",
            }
        ),
    )
    direction = forms.ChoiceField(
        label="Which direction are you leaning?",
        choices=BookingRequest.Direction.choices,
        error_messages={
            "required": "Select the direction you are leaning",
            "invalid_choice": "Select a direction from the list",
        },
        widget=forms.RadioSelect,
    )
    goals = LongAnswer(
        "goals",
        label="What would make the call worth it?",
        help_text="A sentence or two is enough. Leave out anything confidential.",
        error_messages={"required": "Enter what would make the call worth it"},
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    consent = forms.BooleanField(
        error_messages={
            "required": "Select that your answers may be stored, so that the call can be arranged"
        }
    )
    mail_consent = forms.BooleanField(required=False)

    def __init__(
        self,
        sent: QueryDict | None = None,
        *,
        words: BookingPage,
        source: Source,
        times: OpenTimes,
        language: str = settings.LANGUAGE_CODE,
        **kwargs: Any,
    ) -> None:
        super().__init__(sent, times=times, **kwargs)
        self.words = words
        self.source = source
        self.language = language
        key = self.sent.get("submission", "")
        # A key that is missing or garbled never costs a request: it only counts as another one.
        self.key = key if SUBMISSION_KEY.fullmatch(key) else secrets.token_urlsafe(16)
        self.fields["consent"].label = words.consent
        self.fields["mail_consent"].label = words.mail_consent
        # With one sent, nobody asks whether any is open, for which each day up to the first is reckoned.
        self.fields["starts_at"].required = bool(self.sent.get("starts_at") or times)
        if self.joins_waiting_list:
            self.fields["starts_at"].error_messages["required"] = TIME_CAME_FREE

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_action = "book"
        helper.disable_csrf = True
        helper.layout = Layout(
            HTML("{% include 'leads/_carried.html' %}"),
            Fieldset(
                "Say what would suit you" if self.is_waiting_list else "Pick a time",
                HTML("{% include 'leads/_calls_left.html' %}{% include 'leads/_pick_a_time.html' %}"),
            ),
            Fieldset("About you", "name", "email", "role", "experience", "profile_url"),
            Fieldset("Your goals", "direction", "goals"),
            Div("consent", "mail_consent", HTML("{% include 'leads/_send.html' %}"), css_class="send"),
        )
        return helper

    @property
    def is_waiting_list(self) -> bool:
        """When no time is open, the same form joins the waiting list."""
        return not self.times

    @property
    def joins_waiting_list(self) -> bool:
        """Whether that is what the visitor saw when they sent the form."""
        return "waiting_list" in self.sent

    @property
    def carried(self) -> dict[str, str]:
        """The hidden fields: what the visitor saw, and where they came from."""
        return {
            "submission": self.key,
            STAMP: self._stamp(),
            "wording": self._wording(),
            "shown_zone": self.shown_zone,
            **({"waiting_list": "1"} if self.is_waiting_list else {}),
            **self.source.as_fields(),
        }

    def clean(self) -> None:
        self._check_repeated()
        self._check_wording()
        if "starts_at" not in self.sent and not self.joins_waiting_list and self.is_waiting_list:
            self.add_error(None, NO_TIME_LEFT)

    def _check_repeated(self) -> None:
        for name in self.fields:
            if len(self.sent.getlist(name)) > 1:
                self.add_error(name, "This answer arrived more than once. Check it, and send the form again")

    def _check_wording(self) -> None:
        if self.sent.get("wording", self._wording()) != self._wording():
            self.ask_consent_again()
            self.add_error(
                "consent", "This sentence has changed since you opened the page. Read it, and select it again"
            )

    def ask_consent_again(self) -> None:
        """Takes the ticks back, so that the prospect sets them under what the page says now."""
        without_ticks = self.sent.copy()
        for name in ["consent", "mail_consent"]:
            without_ticks.pop(name, None)
        self.data = without_ticks

    def already_sent(self) -> BookingRequest | None:
        """The request that this very form made before, as when it was sent by a double click."""
        return BookingRequest.objects.filter(fingerprint=self._fingerprint()).first()

    def submit(self, visit: Visit, *, is_canary: bool = False) -> BookingRequest:
        """Stores the request; the same form sent twice gives the request of the first time. One that looks
        like spam is set aside.

        Raises TimeTaken when somebody else was faster by a moment, and TooMany.
        """
        starts_at = self.cleaned_data.get("starts_at")
        answers = self.cleaned_data | {
            "starts_at": starts_at,
            "ends_at": starts_at and starts_at + self.times.calendar.rules.length,
            "on_waiting_list": self.joins_waiting_list and self.is_waiting_list,
            "language": self.language,
            "consent": self.words.consent,
            "mail_consent": self.words.mail_consent if self.cleaned_data["mail_consent"] else "",
        }
        booking = BookingRequest(
            fingerprint=self._fingerprint(), is_canary=is_canary, **answers, **asdict(self.source)
        )
        # The canary is known by its mark, and must not use up what others may send.
        weigh = str if is_canary else lambda: ",".join(suspicions(self._sending(visit)))
        return booking.submit(at=self.times.at, weigh=weigh)

    def _sending(self, visit: Visit) -> Sending:
        """Counts this sending, and gathers what can be known of it. Raises TooMany."""
        at, answers = self.times.at, self.cleaned_data
        email = canonical_address(answers["email"])
        return Sending(
            visit=visit,
            answers=answers,
            open_for=age(self.key, visit.stamp, at=at),
            counts=count(network=visit.network, email=email, form=self.key, at=at),
            flooded=BookingRequest.objects.have_reached(self.words.requests_a_day, at=at),
            said_before=BookingRequest.objects.said_by_another(answers["goals"], email=email, at=at).exists(),
        )

    def _stamp(self) -> str:
        """Stays the same while somebody corrects their answers."""
        sent = self.sent.get(STAMP, "")
        return (
            sent if age(self.key, sent, at=self.times.at) is not None else stamped(self.key, at=self.times.at)
        )

    def _fingerprint(self) -> str:
        """Of the key and all that was sent, so that an edited form sent again is a request of its own."""
        return _digest(self.key, sorted(self.sent.lists()))

    def _wording(self) -> str:
        """Tells whether staff changed a consent between the reading and the sending."""
        return _digest(self.words.consent, self.words.mail_consent)


def _digest(*values: Any) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


class MoveForm(TimesForm):
    """Another time for a call that is there already."""

    def __init__(self, sent: QueryDict | None = None, *, booking: BookingRequest, **kwargs: Any) -> None:
        super().__init__(sent, wanted={"time_zone": booking.time_zone}, **kwargs)
        self.booking = booking
        self.language = booking.language

    @property
    def open_starts(self) -> Sequence[datetime]:
        """Without the time that the call has now, which the others only stand beside."""
        return [start for start in self.times.starts if start != self.booking.starts_at]

    @property
    def notes(self) -> dict[datetime, str]:
        return super().notes | ({self.booking.starts_at: "now"} if self.booking.starts_at else {})

    def clean_starts_at(self) -> datetime | None:
        if self.cleaned_data["starts_at"] is None:
            raise forms.ValidationError("Select a time for your call")
        return super().clean_starts_at()

    def submit(self) -> None:
        """Moves the call. Raises TimeTaken, TooLate and Stale as `BookingRequest.move` does."""
        self.booking.move(self.cleaned_data["starts_at"], by=None, at=self.times.at)
