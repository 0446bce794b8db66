from django.contrib import admin
from django.urls import include, path

from coaching_site import health
from coaching_site.media import media
from leads.bounces import mail_hook

handler500 = "coaching_site.away.broken"

urlpatterns = [
    path("admin/", include("coaching_site.sign_in.urls")),
    path("admin/", admin.site.urls),
    path("media/<path:name>", media, name="media"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("hooks/mail/<slug:service>/", mail_hook, name="mail_hook"),
    path("", include("leads.urls")),
    # Last: a landing page may have any address that nothing else has.
    path("", include("pages.urls")),
]
