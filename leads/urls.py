from django.urls import path

from leads import calendar_views, call_views, views
from leads.counting import views as counting_views

urlpatterns = [
    path("book/", views.book, name="book"),
    path("calls/<slug:token>/", call_views.call, name="call"),
    path("calls/<slug:token>/move/", call_views.move, name="move_call"),
    path("calls/<slug:token>/cancel/", call_views.cancel, name="cancel_call"),
    path("calls/<slug:token>/take/", call_views.take, name="take_offered_time"),
    path("calls/<slug:token>/call.ics", call_views.download, name="call_file"),
    path("calendar/<slug:secret>.ics", calendar_views.calendar_feed, name="calendar_feed"),
    path("count/", counting_views.count, name="count"),
    path("count/<slug:page>.gif", counting_views.count_picture, name="count_picture"),
]
