from django.urls import path

from leads import views

urlpatterns = [
    path("book/", views.book, name="book"),
    path("calls/<slug:token>/", views.call, name="call"),
]
