"""The publishing side of a page: how it stands, and what staff do about it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from pages.admin.acting import attempt, staff_of, told
from pages.admin.page_list import PageListAdmin
from pages.admin.publishing_forms import PublishForm, TakeOffForm
from pages.admin.shared import SharedContentAdmin, say_if_unpublished
from pages.basis import unfounded_claims
from pages.content import content_of
from pages.models import LandingPage, Publication
from pages.preview import Bar, EditLinks, preview_url, shown
from pages.publishing import (
    places_to_lead_to,
    publish,
    standing_of,
    take_off,
)

SHOWN_OF_HISTORY = 50


class PublishingAdmin(SharedContentAdmin, PageListAdmin):
    """Adds to the form of a page how it stands, and the pages on which staff publish it."""

    def get_urls(self) -> list[Any]:
        return [
            self._path("<int:pk>/publishing/", self.publishing_page, "publishing"),
            self._path("<int:pk>/publish/", self.publish, "publish"),
            self._path("<int:pk>/take-off/", self.take_off, "take_off"),
            self._path("<int:pk>/preview/", self.preview, "preview"),
            self._path("<int:pk>/live/", self.live_page, "live"),
            *super().get_urls(),
        ]

    def _path(self, route: str, view: Any, name: str) -> Any:
        return path(route, self.admin_site.admin_view(view), name=f"pages_landingpage_{name}")

    # --- Who may do what

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A page that readers see, or will see, is taken off first: its history goes with it."""
        may = super().has_delete_permission(request, obj)
        return may and not (obj and Publication.objects.reachable(timezone.now()).filter(page=obj).exists())

    # --- The form

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        page = self.get_object(request, object_id)
        context = {
            "show_save_and_add_another": False,
            "standing": standing_of(page, at=timezone.now()) if page else None,
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, context)

    def view_on_site(self, page: LandingPage) -> str | None:
        live = Publication.objects.live(timezone.now()).filter(page=page).exists()
        return reverse("admin:pages_landingpage_live", args=[page.pk]) if live else None

    def response_change(self, request: HttpRequest, obj: LandingPage) -> HttpResponse:
        if step := _next_step(request, obj):
            return step
        say_if_unpublished(request, obj)
        return super().response_change(request, obj)

    def response_add(
        self, request: HttpRequest, obj: LandingPage, post_url_continue: Any = None
    ) -> HttpResponse:
        return _next_step(request, obj) or super().response_add(request, obj, post_url_continue)

    # --- One page as readers see it, and as they would

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        page = self._page(request, pk)
        bar = Bar("Preview", "This is the draft. Readers do not see it.", _publishing_url(page))
        return shown(content_of(page), bar, edit_links(page))

    def live_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        page = self._page(request, pk)
        live = Publication.objects.live(timezone.now()).filter(page=page).first()
        if live is None or live.content is None:
            raise Http404
        bar = Bar("Live", f"Readers see this, at {live.get_absolute_url()}.", _publishing_url(page))
        return shown(live.content, bar, edit_links(page))

    # --- Publishing

    def publishing_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(request, self._page(request, pk))

    @method_decorator(require_POST)
    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        page, user, now = self._page(request, pk), staff_of(request), timezone.now()
        form = PublishForm(request.POST)
        if not form.is_valid():
            return self._show(request, page, publish_form=form)
        moment = form.cleaned_data["counts_from"]
        attempt(
            request,
            lambda: publish(page, by=user, at=now, counts_from=moment),
            done=f"Readers see it from {told(moment)}." if moment else "Published. Readers see it now.",
        )
        return redirect(_publishing_url(page))

    @method_decorator(require_POST)
    def take_off(self, request: HttpRequest, pk: int) -> HttpResponse:
        page, user, now = self._page(request, pk), staff_of(request), timezone.now()
        form = TakeOffForm(request.POST, places=places_to_lead_to(page, at=now))
        if not form.is_valid():
            return self._show(request, page, take_off_form=form)
        moment = form.cleaned_data["counts_from"]
        attempt(
            request,
            lambda: take_off(page, by=user, at=now, **form.cleaned_data),
            done=f"It will be taken off on {told(moment)}." if moment else "Taken off the site.",
        )
        return redirect(_publishing_url(page))

    def _page(self, request: HttpRequest, pk: int) -> LandingPage:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(LandingPage, pk=pk)

    def _show(
        self,
        request: HttpRequest,
        page: LandingPage,
        *,
        publish_form: Form | None = None,
        take_off_form: Form | None = None,
    ) -> HttpResponse:
        """Everything about publishing one page; a refused form comes back with what was typed."""
        now = timezone.now()
        refused = (publish_form or take_off_form) is not None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Publishing: {page}",
            "page": page,
            "standing": standing_of(page, at=now),
            "unfounded": unfounded_claims(content_of(page)),
            "may_publish": self.has_publish_permission(request),
            "publish_form": publish_form or PublishForm(),
            "take_off_form": take_off_form or TakeOffForm(places=places_to_lead_to(page, at=now)),
            "preview_url": preview_url(page, at=now),
            "zone": timezone.localtime(now).strftime("%Z"),
            "history": page.publications.due(now).select_related("by").defer("content")[:SHOWN_OF_HISTORY],
        }
        template = "admin/pages/landingpage/publishing.html"
        return TemplateResponse(request, template, context, status=422 if refused else 200)


def edit_links(page: LandingPage) -> EditLinks:
    """Each section leads to its place on the page's form."""
    form = reverse("admin:pages_landingpage_change", args=[page.pk])
    keys = page.sections.values_list("pk", flat=True)
    return EditLinks(form, {key: f"{form}#sections-{number}" for number, key in enumerate(keys)})


def _next_step(request: HttpRequest, page: LandingPage) -> HttpResponse | None:
    """Where the button leads with which the form was saved."""
    for name in ("preview", "publishing"):
        if f"_{name}" in request.POST:
            return redirect(f"admin:pages_landingpage_{name}", page.pk)
    return None


def _publishing_url(page: LandingPage) -> str:
    return reverse("admin:pages_landingpage_publishing", args=[page.pk])
