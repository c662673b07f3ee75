"""Alerts in the admin: the open ones first; staff acknowledge them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from backend.alerts import actions
from backend.alerts.models import Alert
from backend.core.admin import EVERYWHERE, ReadOnly


@admin.register(Alert)
class AlertAdmin(ReadOnly):
    """What staff must look at."""

    list_display = ["message", "kind", "sku", "created_at", "acknowledged_at", "acknowledged_by"]
    list_filter = ["kind", ("acknowledged_at", admin.EmptyFieldListFilter)]
    search_fields = ["message", "sku"]
    date_hierarchy = "created_at"
    list_select_related = ["acknowledged_by"]
    actions = ["acknowledge"]

    @admin.action(description="Acknowledge", permissions=["serve"], location=EVERYWHERE)
    def acknowledge(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        now = timezone.now()

        def act(alert: Alert) -> Any:
            return actions.acknowledge(alert_id=alert.pk, user=self.actor(request), now=now)

        self.on_each(request=request, rows=queryset, act=act, done="Acknowledged")
