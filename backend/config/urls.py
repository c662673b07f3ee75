"""Every address of the shop but the sockets'."""

from django.contrib import admin
from django.urls import include, path, re_path

from api import v1
from backend.asyncapi import views as asyncapi
from backend.config import desk, health, media

urlpatterns = [
    path("api/asyncapi/", asyncapi.as_json),
    path("api/asyncapi/docs/", asyncapi.as_page),
    path("api/", v1.api.urls),
    path("admin/", desk.furnish(admin.site).urls),
    path("dashboard/", include("backend.dashboard.urls")),
    path("healthz", health.alive),
    path("readyz", health.ready),
    re_path(r"^media/(?P<path>.+)$", media.picture),
]
