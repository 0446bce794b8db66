"""The staff desk: Django's admin in the site's own look, with what waits on its first page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.utils import timezone

from coaching_site.alarms import CHECKS
from coaching_site.audit.acting import acting
from coaching_site.first_steps import first_steps
from coaching_site.sign_in import second_factor
from leads.alarms import canary_says, look_for
from leads.desk import of_requests
from leads.glance import Glance
from leads.models import CallRules
from pages.desk import of_pages

# In the order of the work; what is not named here follows.
ORDER = [
    "BookingRequest",
    "Tag",
    "DailyCount",
    "WeeklyHours",
    "Closure",
    "CallRules",
    "BusyCalendar",
    "CalendarFeed",
    "Message",
    "Export",
    "Erasure",
    "RetentionRules",
    "WebhookEndpoint",
    "ReplyTemplate",
    "Resource",
    "BookingPage",
    "ConsentWording",
    "LandingPage",
    "Mentor",
    "Testimonial",
    "Offer",
    "Statistic",
    "Question",
    "Picture",
    "Brand",
]
MENU = {
    "BookingRequest": "Requests",
    "DailyCount": "Sources",
    "WeeklyHours": "Open times",
    "Message": "Messages",
    "LandingPage": "Pages",
    "User": "Users",
    "Change": "Who did what",
}
"""What the header leads to, for those who may see it."""


class StaffSite(AdminSite):
    site_header = "Staff desk"
    site_title = "Staff desk"
    index_title = "Overview"
    enable_nav_sidebar = False

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """On the desk every time is told, and typed, by the coach's clock."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def by_the_coachs_clock(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if "%00" in request.META.get("QUERY_STRING", ""):
                # PostgreSQL fails at a NUL, which nobody types into a search.
                return HttpResponseRedirect(request.path)
            with timezone.override(CallRules.current().zone), acting(request):
                response = inner(request, *args, **kwargs)
                return response.render() if isinstance(response, SimpleTemplateResponse) else response

        return by_the_coachs_clock

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and second_factor.suffices(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        models = [model for app in context["available_apps"] for model in app["models"]]
        menu = [
            {"name": MENU[model["object_name"]], "url": model["admin_url"]}
            for model in models
            if model["object_name"] in MENU
        ]
        return {**context, "menu": menu}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=_place)
            if app["app_label"] == "auth":  # Django's own name for it is no word for staff.
                app["name"] = "Who may sign in"
        return sorted(apps, key=lambda app: _place(app["models"][0]))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        glance = Glance(timezone.now())
        desk = {
            "today": glance.today,
            "first_steps": first_steps(request.user),
            "canary": canary_says(glance),
            "findings": look_for(CHECKS, request.user, glance),
            **of_requests(request.user, glance),
            **of_pages(request.user, at=glance.at),
        }
        return super().index(request, desk | (extra_context or {}))


def _place(model: dict[str, Any]) -> int:
    name = model["object_name"]
    return ORDER.index(name) if name in ORDER else len(ORDER)
