"""Filters of the list of requests that staff keep under a name, for themselves or for all colleagues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from leads.admin.verbs import staff_of
from leads.models import SavedFilter
from leads.models.saved_filter import canonical_query

if TYPE_CHECKING:
    from leads.admin.booking import BookingRequestAdmin

MOST_SHOWN = 50


class SavedFilterForm(forms.ModelForm):
    class Meta:
        model = SavedFilter
        fields = ["name", "is_shared", "query"]
        widgets = {"query": forms.HiddenInput, "name": forms.TextInput({"autocomplete": "off"})}
        labels = {"name": "Keep this filter as"}

    def clean_query(self) -> str:
        query = canonical_query(self.cleaned_data["query"])
        if not query:
            raise ValidationError("Choose a filter first: this is the whole list.")
        return query

    def _get_validation_exclusions(self) -> set[str]:
        """Its owner is not on the form, but a name is taken only among the owner's own."""
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return exclusions - {"owner"}


def shown(request: HttpRequest) -> dict[str, Any]:
    """What stands above the list: links to what is kept, and a form to keep what is shown now."""
    query = canonical_query(request.META.get("QUERY_STRING", ""))
    user = staff_of(request)
    kept = list(SavedFilter.objects.visible_to(user).select_related("owner")[:MOST_SHOWN])
    return {
        "saved_filters": [
            {"filter": one, "is_current": one.query == query, "may_delete": _may_delete(request, one)}
            for one in kept
        ],
        "save_filter_form": SavedFilterForm(initial={"query": query}) if query else None,
    }


def save_filter(desk: BookingRequestAdmin, request: HttpRequest) -> HttpResponse:
    if not desk.has_view_permission(request):
        raise PermissionDenied
    form = SavedFilterForm(request.POST, instance=SavedFilter(owner=staff_of(request)))
    if form.is_valid():
        kept = form.save()
        messages.success(request, f"Kept as “{kept.name}”. Its link stands above the list.")
        return redirect(kept)
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": "Keep a filter",
        "form": form,
    }
    return TemplateResponse(request, "admin/leads/bookingrequest/save_filter.html", context, status=422)


def delete_filter(desk: BookingRequestAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The requests stay. Whoever kept it may, and the owner of the site."""
    kept = get_object_or_404(SavedFilter.objects.visible_to(staff_of(request)), pk=pk)
    if not _may_delete(request, kept):
        raise PermissionDenied
    kept.delete()
    messages.success(request, f"The filter “{kept.name}” is gone. The requests stay.")
    return redirect("admin:leads_bookingrequest_changelist")


def _may_delete(request: HttpRequest, kept: SavedFilter) -> bool:
    return kept.owner == request.user or bool(request.user.is_active and request.user.is_superuser)
