from django.urls import path

from leads import views

urlpatterns = [
    path("book/", views.book, name="book"),
    path("calls/<str:token>/", views.call, name="call"),
]
