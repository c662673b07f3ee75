"""The dashboard's addresses."""

from django.urls import path

from backend.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.live, name="live"),
    path("ticket/", views.ticket, name="ticket"),
    path("alerts/<uuid:alert_id>/acknowledge/", views.acknowledge, name="acknowledge"),
]
