from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("leads.urls")),
    # Last: a landing page may have any address that nothing else has.
    path("", include("pages.urls")),
]
