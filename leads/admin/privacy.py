"""A person's data: found by an address, given out as one file, erased after a look at what goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from leads.addresses import canonical_address
from leads.admin.exports import name_of
from leads.admin.verbs import staff_of
from leads.models import CallRules, Erasure
from leads.privacy.as_file import as_file
from leads.privacy.erasing import NotErased, erase, why_not
from leads.privacy.person import Person
from leads.privacy.treatment import TREATMENTS, fields_of
from pages.admin.read_only import ReadOnly

PAST_SHOWN = 20


class AddressForm(forms.Form):
    address = forms.EmailField(
        label="Mail address",
        max_length=254,
        help_text="In capitals or not: it is compared as mail servers do.",
        widget=forms.EmailInput({"class": "vTextField", "autocomplete": "off"}),
        error_messages={
            "required": "Enter the address to look for.",
            "invalid": "Enter a mail address like name@example.com.",
        },
    )


class EraseForm(forms.Form):
    """The address typed once more, so that nobody is erased by a stray click."""

    address = forms.CharField()
    seen = forms.IntegerField(help_text="How many rows the preview was of.")
    typed = forms.CharField(
        label="Type the address once more",
        required=False,
        widget=forms.TextInput({"class": "vTextField", "autocomplete": "off", "spellcheck": "false"}),
    )
    cancelling = forms.BooleanField(
        label="Cancel what is still open first. No mail is sent about it.", required=False
    )

    def clean(self) -> dict[str, Any]:
        sent: dict[str, Any] = self.cleaned_data
        if canonical_address(sent.get("typed", "")) != canonical_address(sent.get("address", "")):
            self.add_error("typed", "This is another address than the one above. Nothing was erased.")
        return sent


@dataclass(frozen=True)
class Change:
    """What an erasure does to the rows of one kind, in words."""

    name: str
    count: int
    goes: list[str]
    stays: list[str]


@admin.register(Erasure)
class ErasureAdmin(ReadOnly, admin.ModelAdmin):
    """One page with an address to look for, and below it the erasures so far, which name nobody.

    Addresses are sent by POST, so that none stands in a log or in the history of a browser.
    """

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("leads.find_person"))

    def has_erase_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("leads.erase_person"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("found/", view(self.find), name="leads_erasure_find"),
            path("file/", view(self.give_out), name="leads_erasure_file"),
            path("erase/", view(self.erase), name="leads_erasure_erase"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self._check(request)
        return self._page(request, AddressForm())

    def find(self, request: HttpRequest) -> HttpResponse:
        self._check(request)
        if request.method != "POST":
            return redirect("admin:leads_erasure_changelist")  # As after signing in again.
        form = AddressForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        return self._page(request, form, Person.find(form.cleaned_data["address"]))

    @method_decorator(require_POST)
    def give_out(self, request: HttpRequest) -> HttpResponse:
        self._check(request)
        form = AddressForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        now = timezone.now()
        day = CallRules.current().day_of(now)
        return JsonResponse(
            as_file(Person.find(form.cleaned_data["address"]), at=now),
            json_dumps_params={"ensure_ascii": False, "indent": 2},
            headers={"Content-Disposition": f'attachment; filename="personal-data-{day}.json"'},
        )

    @method_decorator(require_POST)
    def erase(self, request: HttpRequest) -> HttpResponse:
        self._check(request)
        if not self.has_erase_permission(request):
            raise PermissionDenied
        form = EraseForm(request.POST)
        person = Person.find(str(request.POST.get("address", "")))
        if not form.is_valid():
            return self._page(request, _form_for(person), person, form, status=422)
        if form.cleaned_data["seen"] != _rows(person):
            form.add_error(None, "Something has come in meanwhile. Look again at what goes.")
            return self._page(request, _form_for(person), person, form, status=409)
        try:
            erasure = erase(
                person,
                by=staff_of(request),
                at=timezone.now(),
                cancelling=form.cleaned_data["cancelling"],
            )
        except NotErased as reason:
            form.add_error(None, str(reason))
            return self._page(request, _form_for(person), person, form, status=409)
        gone = f"{_of(erasure.requests, 'request')} and {_of(erasure.messages, 'message')}"
        messages.success(request, f"Erased {gone}. The counts stay.")
        return redirect("admin:leads_erasure_changelist")

    def _check(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _page(
        self,
        request: HttpRequest,
        form: AddressForm,
        person: Person | None = None,
        erase_form: EraseForm | None = None,
        *,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "A person’s data",
            "form": form,
            "person": person,
            "past": [
                {"erasure": erasure, "by": name_of(erasure.by) if erasure.by_id else "the command line"}
                for erasure in Erasure.objects.select_related("by")[:PAST_SHOWN]
            ],
            **(self._erasing(request, person, erase_form) if person else {}),
        }
        return TemplateResponse(request, "admin/leads/erasure/page.html", context, status=status)

    def _erasing(self, request: HttpRequest, person: Person, form: EraseForm | None) -> dict[str, Any]:
        now = timezone.now()
        return {
            "may_erase": self.has_erase_permission(request),
            "open_requests": person.open_requests(now),
            "obstacle": why_not(person, at=now, cancelling=True),
            "changes": changes(person),
            "seen": _rows(person),
            "erase_form": form or EraseForm(),
        }


def changes(person: Person) -> list[Change]:
    """What goes and what stays, read from the very table by which the erasure works."""
    counts = person.counts()
    return [
        Change(
            capfirst(str(model._meta.verbose_name_plural)),
            count,
            [_label(field) for field in fields_of(model) if field.name in treatment.erased],
            [_label(field) for field in fields_of(model) if field.name in treatment.kept - {"id", "booking"}],
        )
        for model, treatment in TREATMENTS.items()
        if (count := counts.get(str(model._meta.verbose_name_plural), 0))
    ]


def _label(field: Any) -> str:
    return str(field.verbose_name)


def _form_for(person: Person) -> AddressForm:
    return AddressForm({"address": person.address})


def _of(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _rows(person: Person) -> int:
    return sum(person.counts().values())
