"""The least that a POST can cost on this site's own handler: one row, inserted and committed."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from coaching_site.wsgi import site

settings.ROOT_URLCONF = __name__
application = site


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    SessionStore.get_model_class().objects.create(
        session_key=secrets.token_hex(20), session_data=request.POST["goals"], expire_date=timezone.now()
    )
    return HttpResponse(status=303)


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n")


urlpatterns = [path("book/", insert), path("livez", alive)]
