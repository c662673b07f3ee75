"""Every address of the shop but the sockets'."""

from django.contrib import admin
from django.urls import include, path, re_path

from api import v1
from backend.config import desk, health, media

urlpatterns = [
    path("api/", v1.api.urls),
    path("admin/", desk.furnish(admin.site).urls),
    path("dashboard/", include("backend.dashboard.urls")),
    path("healthz", health.alive),
    path("readyz", health.ready),
    re_path(r"^media/(?P<path>.+)$", media.picture),
]
