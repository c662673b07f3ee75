"""People in the admin: staff find them, lock them out and let them in again."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from backend.accounts import actions
from backend.accounts.models import Address, Session, User
from backend.core.admin import EVERYWHERE, ReadOnly, ReadOnlyInline


class AddressInline(ReadOnlyInline):
    """Where their goods and bills go."""

    model = Address
    fields = ["address_type", "is_default", "full_name", "street_address", "city", "zip_code", "country"]


class SessionInline(ReadOnlyInline):
    """Where they are signed in."""

    model = Session
    fields = ["created_at", "expires_at", "ended_at"]
    ordering = ["-created_at"]


@admin.register(User)
class UserAdmin(ReadOnly):
    """Customers and staff."""

    list_display = ["email", "first_name", "last_name", "is_active", "is_verified", "is_staff", "created_at"]
    list_filter = ["is_staff", "is_active", "is_verified", "created_at"]
    search_fields = ["email", "first_name", "last_name", "phone_number"]
    inlines = [AddressInline, SessionInline]
    actions = ["deactivate", "activate", "take_on", "let_go"]
    fieldsets = [
        (
            None,
            {"fields": ["email", ("first_name", "last_name"), "phone_number", "created_at", "last_login"]},
        ),
        (
            "Rights",
            {"fields": [("is_active", "is_verified", "is_staff", "is_superuser"), "wants_stock_mail"]},
        ),
    ]

    @admin.action(description="Deactivate", permissions=["serve"], location=EVERYWHERE)
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        actor, now = self.actor(request), timezone.now()

        def act(user: User) -> Any:
            return actions.deactivate(user_id=user.pk, actor=actor, now=now)

        self.on_each(request=request, rows=queryset, act=act, done="Deactivated")

    @admin.action(description="Activate", permissions=["serve"], location=EVERYWHERE)
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        def act(user: User) -> Any:
            return actions.activate(user_id=user.pk)

        self.on_each(request=request, rows=queryset, act=act, done="Activated")

    @admin.action(description="Make staff", permissions=["serve"], location=EVERYWHERE)
    def take_on(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set_staff(request, queryset, is_staff=True)

    @admin.action(description="No longer staff", permissions=["serve"], location=EVERYWHERE)
    def let_go(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set_staff(request, queryset, is_staff=False)

    def _set_staff(self, request: HttpRequest, users: QuerySet[User], *, is_staff: bool) -> None:
        actor, now = self.actor(request), timezone.now()

        def act(user: User) -> Any:
            return actions.set_staff(user_id=user.pk, is_staff=is_staff, actor=actor, now=now)

        self.on_each(
            request=request, rows=users, act=act, done="Now staff" if is_staff else "No longer staff"
        )


# The shop knows customers, staff and superusers; Django's groups would give rights that nothing asks for.
admin.site.unregister(Group)
