from django.urls import path

from pages import preview, sitemaps, views
from pages.sharing.views import sharing_picture

urlpatterns = [
    path("", views.home, name="home"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("share/<slug:slug>-<slug:digest>.png", sharing_picture, name="sharing_picture"),
    path("preview/<str:token>/", preview.preview, name="preview"),
    path("<slug:slug>/", views.landing_page, name="landing_page"),
]
