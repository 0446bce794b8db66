from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.views import login
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from coaching_site.sign_in import second_factor


@never_cache
def door(request: HttpRequest) -> HttpResponse:
    """Where everybody is sent whom the desk does not let in: each hears what is missing."""
    user, wanted = request.user, request.GET.get("next", "")
    if not user.is_authenticated:
        answer: HttpResponse = login(request)
        return answer
    if admin.site.has_permission(request):
        return redirect(wanted if get_adapter().is_safe_url(wanted) else "admin:index")
    if not user.is_staff:
        return render(request, "account/not_staff.html", status=403)
    if second_factor.has_one(user):
        way = get_adapter().get_reauthentication_methods(user)[0]["url"]
        return redirect(f"{way}?{urlencode({'next': wanted or request.path})}")
    return redirect("mfa_index")


def passkeys(request: HttpRequest) -> HttpResponse:
    """All that there is to see of them stands on the page of the whole sign-in."""
    return redirect("mfa_index")
