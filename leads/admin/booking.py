"""Review of requests: the list, the page of one request, and what staff can do there."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from leads.admin import columns, saved_filters
from leads.admin.bounded import BoundedChangeList, BoundedPaginator
from leads.admin.brief import show_brief
from leads.admin.bulk import ACTIONS
from leads.admin.exporting import ExportingAdmin
from leads.admin.filters import (
    AssignedTo,
    AtStage,
    CallTime,
    FoldedChoices,
    MailConsent,
    NextAction,
    Received,
    SourcePage,
    Tagged,
)
from leads.admin.follow_up import card, follow_up
from leads.admin.letter import say_not_now, write_letter
from leads.admin.move import move_call
from leads.admin.outcome import ask_outcome
from leads.admin.saved_filters import delete_filter, save_filter
from leads.admin.suspects import show_suspects
from leads.admin.timeline import timeline
from leads.admin.verbs import MOVES, NOT_NOW, OUTCOMES, VERBS, staff_of
from leads.clock import told
from leads.counting.words import NO_PAGE, name_of
from leads.models import BookingRequest, CallRules, Message, Moved, Stale, TimeOffer
from leads.models.booking_queryset import not_now_answers
from leads.models.status import LIVE, Status

PLACES_TOLD = 100
"""Further back on the waiting list the number says little, and to find it would mean to count them all."""


class NoteForm(forms.Form):
    text = forms.CharField(
        label="Note for your colleagues", max_length=4000, widget=forms.Textarea({"rows": 3})
    )


@admin.register(BookingRequest)
class BookingRequestAdmin(ExportingAdmin):
    exports = "requests"
    list_display = ["who", "state", "next_step", "held_by", "call", "received", "source"]
    list_filter = [
        AtStage,
        NextAction,
        AssignedTo,
        Tagged,
        Received,
        CallTime,
        ("status", FoldedChoices),
        ("outcome", FoldedChoices),
        ("experience", FoldedChoices),
        ("direction", FoldedChoices),
        SourcePage,
        MailConsent,
    ]
    search_fields = ["name", "email", "role", "goals"]
    list_per_page = 50
    list_select_related = ["assigned_to"]
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = [*ACTIONS, *ExportingAdmin.actions]

    # --- The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[BookingRequest]:
        failed = Message.objects.mails().failed().filter(booking=OuterRef("pk"))
        offered = TimeOffer.objects.open().filter(booking=OuterRef("pk"))
        return (
            BookingRequest.objects.waiting_first()
            .with_stage_since()
            .prefetch_related("tags")
            .annotate(
                # Not Exists: for that PostgreSQL may read the whole table once, though fifty rows are shown.
                has_failed_mail=Subquery(failed.values("pk")[:1]),
                was_told_not_now=Subquery(not_now_answers().values("pk")[:1]),
                offered_until=Subquery(offered.values("expires_at")[:1]),
                coachs_zone=Value(CallRules.current().time_zone),
            )
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedChangeList]:
        return BoundedChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[BookingRequest], bool]:
        return queryset.mentioning(search_term), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().changelist_view(request, saved_filters.shown(request) | (extra_context or {}))

    @admin.display(description="who")
    def who(self, booking: BookingRequest) -> SafeString:
        return format_html(
            '{} <span class="quiet">{}</span> <span class="quiet">{}</span>',
            booking.name,
            booking.role,
            booking.email,
        )

    @admin.display(description="stage")
    def state(self, booking: Any) -> SafeString:
        kindness = columns.badge("not_now", "Not now") if booking.was_told_not_now else ""
        return format_html("{} {}", columns.stage(booking, at=timezone.now()), kindness)

    @admin.display(description="next action", ordering="next_action_on")
    def next_step(self, booking: BookingRequest) -> SafeString | str:
        return columns.next_action(booking, today=timezone.localdate())

    @admin.display(description="assigned, tags")
    def held_by(self, booking: BookingRequest) -> SafeString:
        return columns.assignment(booking)

    @admin.display(description="call", ordering="starts_at")
    def call(self, booking: Any) -> SafeString | str:
        """By the coach's clock, and below it by the prospect's."""
        if booking.starts_at:
            return columns.call_time(booking, coachs_zone=booking.coachs_zone)
        if booking.offered_until:
            return columns.badge("waiting", "Has an offer")
        return columns.badge("waiting", "Waiting list") if booking.on_waiting_list else "No time"

    @admin.display(ordering="created_at")
    def received(self, booking: BookingRequest) -> SafeString:
        return columns.ago(booking.created_at, at=timezone.now())

    @admin.display
    def source(self, booking: BookingRequest) -> str:
        """In a word: the page and the campaign in full stand on the request's own page."""
        return booking.utm_source or name_of("source", booking.source_name)

    # --- Who may do what: requests come from the form, and a person is erased, not a row deleted.

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # --- The page of one request

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "filters/",
                require_POST(view(partial(save_filter, self))),
                name="leads_bookingrequest_save_filter",
            ),
            path(
                "filters/<int:pk>/delete/",
                require_POST(view(partial(delete_filter, self))),
                name="leads_bookingrequest_delete_filter",
            ),
            path(
                "<int:pk>/follow-up/<slug:what>/",
                require_POST(view(partial(follow_up, self))),
                name="leads_bookingrequest_follow_up",
            ),
            path("<int:pk>/note/", view(self.add_note), name="leads_bookingrequest_note"),
            path("<int:pk>/move/", view(partial(move_call, self)), name="leads_bookingrequest_move"),
            path("<int:pk>/outcome/", view(partial(ask_outcome, self)), name="leads_bookingrequest_outcome"),
            path("<int:pk>/write/", view(partial(write_letter, self)), name="leads_bookingrequest_write"),
            path("<int:pk>/not-now/", view(partial(say_not_now, self)), name="leads_bookingrequest_not_now"),
            path("suspects/", view(partial(show_suspects, self)), name="leads_bookingrequest_suspects"),
            path("<int:pk>/brief/", view(partial(show_brief, self)), name="leads_bookingrequest_brief"),
            path("<int:pk>/<slug:verb>/do/", view(self.carry_out), name="leads_bookingrequest_do"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Shows the request. What a prospect sent is not for editing, so there is no form to save."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        booking = self.get_object(request, object_id)
        if booking is None:
            raise Http404
        return self.page(request, booking)

    @method_decorator(require_POST)
    def carry_out(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        booking = self.to_change(request, pk)
        if verb not in VERBS:
            raise Http404
        try:
            if request.POST.get("seen", str(booking.sequence)) != str(booking.sequence):
                raise Moved(booking)
            VERBS[verb].act(booking, by=staff_of(request), at=timezone.now())
        except Stale as stale:
            messages.warning(request, f"{stale} Nothing was changed.")
        else:
            messages.success(request, VERBS[verb].done)
        return redirect("admin:leads_bookingrequest_change", pk)

    @method_decorator(require_POST)
    def add_note(self, request: HttpRequest, pk: int) -> HttpResponse:
        booking = self.to_change(request, pk)
        form = NoteForm(request.POST)
        if not form.is_valid():
            return self.page(request, booking, 422, note_form=form)
        booking.add_note(form.cleaned_data["text"], by=staff_of(request), at=timezone.now())
        messages.success(request, "The note is kept.")
        return redirect("admin:leads_bookingrequest_change", pk)

    def to_change(self, request: HttpRequest, pk: int) -> BookingRequest:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(BookingRequest, pk=pk, erased_at=None)

    def page_of(
        self, request: HttpRequest, booking: BookingRequest, page: str, status: int = 200, **context: Any
    ) -> HttpResponse:
        """A page about one request, in the frame of the desk."""
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": booking.name,
            "booking": booking,
            "when": booking.starts_at
            and told(booking.starts_at, own=CallRules.current().time_zone, other=booking.time_zone),
        }
        template = f"admin/leads/bookingrequest/{page}.html"
        return TemplateResponse(request, template, shared | context | {"status": status}, status=status)

    def page(
        self, request: HttpRequest, booking: BookingRequest, status: int = 200, **sent_back: forms.Form
    ) -> HttpResponse:
        """The page of one request, with forms that came back instead of empty ones."""
        now = timezone.now()
        may_change = self.has_change_permission(request, booking) and not booking.erased_at
        context = {
            "is_overdue": booking.is_overdue(at=now),
            "came_from": booking.source_page or NO_PAGE,
            "received": columns.ago(booking.created_at, at=now),
            "may_change": may_change,
            "may_move": may_change and booking.status in LIVE,
            "may_say_not_now": may_change and NOT_NOW.is_possible(booking),
            "moves": [verb for verb in MOVES if may_change and verb.is_offered(booking, at=now)],
            "outcomes": [verb for verb in OUTCOMES if may_change and verb.is_possible(booking)],
            "note_form": NoteForm(),
            "may_find": request.user.has_perm("leads.find_person") and not booking.erased_at,
            "profile_is_web_address": booking.profile_url.startswith(("https://", "http://")),
            "earlier": BookingRequest.objects.from_same_address(booking)[:20],
            "timeline": timeline(booking),
            "mail_failed": Message.objects.mails().failed().filter(booking=booking).exists(),
            **card(booking, today=timezone.localdate(now)),
            **_line(booking),
        }
        return self.page_of(request, booking, "page", status, **context | sent_back)


def _line(booking: BookingRequest) -> dict[str, Any]:
    """Where a request without a time stands on the waiting list, or what is kept for it."""
    if not booking.on_waiting_list:
        return {}
    in_line = list(BookingRequest.objects.in_line().values_list("pk", flat=True)[: PLACES_TOLD + 1])
    return {
        "offer": TimeOffer.objects.open().filter(booking=booking).first(),
        "place": in_line.index(booking.pk) + 1 if booking.pk in in_line[:PLACES_TOLD] else None,
        "in_line": len(in_line) if len(in_line) <= PLACES_TOLD else f"more than {PLACES_TOLD}",
        "is_far_back": booking.status == Status.REQUESTED and len(in_line) > PLACES_TOLD,
    }
