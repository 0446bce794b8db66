"""What staff write to a prospect: a letter, or the answer “not now”. Either is begun from a template, and is
read and edited here before it leaves."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from leads import letters
from leads.admin.verbs import NOT_NOW, staff_of
from leads.fields import at_most, no_hidden_characters, no_hidden_characters_but_lines
from leads.letters import Letter
from leads.models import BookingRequest, Moved, ReplyTemplate, Resource, Stale

if TYPE_CHECKING:
    from leads.admin.booking import BookingRequestAdmin

LONGEST_SUBJECT = 150
LONGEST_TEXT = 4000


class Beginnings(forms.Form):
    """What a letter begins with. Choosing is a GET, which needs no script."""

    template = forms.ModelChoiceField(
        ReplyTemplate.objects.to_write(), required=False, label="Begin with", empty_label="An empty letter"
    )

    def letter(self, booking: BookingRequest) -> Letter:
        template = self.cleaned_data.get("template") if self.is_valid() else None
        return letters.begun(template, booking) if template else Letter("", "")

    @property
    def choices(self) -> list[forms.BoundField]:
        """Without a list that is empty."""
        return [bound for bound in self if bound.field.queryset.exists()]  # type: ignore[attr-defined]


class NotNowBeginnings(Beginnings):
    template = forms.ModelChoiceField(
        ReplyTemplate.objects.to_say_not_now(), required=False, label="Wording", empty_label=None
    )
    resource = forms.ModelChoiceField(
        Resource.objects.in_use(), required=False, label="Recommend", empty_label="Nothing"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["resource"] = Resource.objects.in_use().first()

    def letter(self, booking: BookingRequest) -> Letter:
        if not self.is_valid():
            return letters.standard_not_now(booking)
        template = self.cleaned_data["template"] or ReplyTemplate.standard_not_now()
        return letters.begun(template, booking, self.cleaned_data["resource"])


class LetterText(forms.CharField):
    """A line break counts once, as it does for whoever writes."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")


class LetterForm(forms.Form):
    """No control has a maxlength: a browser would cut a pasted text in silence."""

    key = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    """Which of its times the call had when the form was shown."""
    subject = forms.CharField(
        validators=[no_hidden_characters, at_most(LONGEST_SUBJECT)],
        error_messages={"required": "Enter a subject"},
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    text = LetterText(
        label="Letter",
        validators=[no_hidden_characters_but_lines, at_most(LONGEST_TEXT)],
        error_messages={"required": "Enter what you want to tell the prospect"},
        help_text="Plain text: an empty line begins a paragraph, and a web address becomes a link.",
        widget=forms.Textarea({"rows": 16}),
    )

    is_refused = False

    def __init__(self, request: HttpRequest, booking: BookingRequest, begun: Letter) -> None:
        initial = {"key": begun.key, "seen": booking.sequence, "subject": begun.subject, "text": begun.text}
        super().__init__(request.POST if request.method == "POST" else None, initial=initial)
        self.booking = booking

    @property
    def letter(self) -> Letter:
        """An edited letter is one of its own, so that only the same one sent twice leaves once."""
        subject, text = self.cleaned_data["subject"], self.cleaned_data["text"]
        sent = repr([self.booking.pk, self.cleaned_data["key"], subject, text])
        return Letter(subject, text, key=uuid.uuid5(uuid.NAMESPACE_OID, sent))

    @property
    def status(self) -> int:
        return (409 if self.is_refused else 422) if self.is_bound else 200

    def refuse(self, stale: Stale) -> None:
        """Says what somebody else did first. What was typed stays to be copied."""
        self.is_refused = True
        self.add_error(None, f"{stale} Nothing was sent.")


def write_letter(desk: BookingRequestAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    booking = desk.to_change(request, pk)
    begin = Beginnings(request.GET or None)
    form = LetterForm(request, booking, begin.letter(booking))
    if form.is_valid():
        booking.write(form.letter, by=staff_of(request), at=timezone.now())
        messages.success(request, "The letter is on its way to the prospect.")
        return redirect("admin:leads_bookingrequest_change", pk)
    return _show(desk, request, form, begin, title="Write a letter", send="Send the letter")


def say_not_now(desk: BookingRequestAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    booking = desk.to_change(request, pk)
    if request.method != "POST" and not NOT_NOW.is_possible(booking):
        messages.warning(request, f"{Stale(booking)} Nothing was changed.")
        return redirect("admin:leads_bookingrequest_change", pk)
    begin = NotNowBeginnings(request.GET or None)
    form = LetterForm(request, booking, begin.letter(booking))
    if form.is_valid():
        try:
            _say_not_now(form, request)
        except Stale as stale:
            form.refuse(stale)
        else:
            messages.success(request, NOT_NOW.done)
            return redirect("admin:leads_bookingrequest_change", pk)
    return _show(desk, request, form, begin, title="Not now, kindly", send="Send this answer")


def _say_not_now(form: LetterForm, request: HttpRequest) -> None:
    if form.cleaned_data["seen"] != str(form.booking.sequence):
        raise Moved(form.booking)
    form.booking.not_now(form.letter, by=staff_of(request), at=timezone.now())


def _show(
    desk: BookingRequestAdmin, request: HttpRequest, form: LetterForm, begin: Beginnings, **words: str
) -> HttpResponse:
    as_it_is_now = desk.to_change(request, form.booking.pk)
    return desk.page_of(
        request,
        as_it_is_now,
        "letter",
        form.status,
        form=form,
        begin=begin,
        answers_go_to=settings.STAFF_EMAIL,
        **words,
    )
