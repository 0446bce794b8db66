from django.urls import path

from pages import views

urlpatterns = [
    path("", views.home, name="home"),
    path("<slug:slug>/", views.landing_page, name="landing_page"),
]
