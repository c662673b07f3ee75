"""What the shop's admin pages share: they show rows, and change them through the domains' actions alone."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from backend.core import idempotency
from backend.core.errors import ShopError

if TYPE_CHECKING:  # Django's own classes take no type arguments when the shop runs
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _TabularInline = admin.TabularInline

EVERYWHERE = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]
ANSWERED = "_answered"


class ByActions(_ModelAdmin):
    """A page whose writes are actions: nothing is deleted, and a refusal is shown, not a fault."""

    list_per_page = 50
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_serve_permission(self, request: HttpRequest) -> bool:
        """Who may run the page's actions: whoever may change such rows."""
        permission = f"{self.opts.app_label}.change_{self.opts.model_name}"
        return bool(request.user.has_perm(permission))

    def actor(self, request: HttpRequest) -> Any:
        """Who does it; nobody gets here without having signed in."""
        return request.user

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ShopError as refusal:
            self.message_user(request, _told(refusal), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def on_each(
        self, *, request: HttpRequest, rows: QuerySet[Any], act: Callable[[Any], object], done: str
    ) -> None:
        """Run the action on each row and tell how it went; one refusal does not stop the others.

        Where staff were asked something, once for each row and page that asked: a form sent twice acts once.
        """
        run = _once(request, self.actor(request).pk, act) if request.POST.get(ANSWERED) else act
        served = 0
        for row in rows:
            try:
                run(row)
                served += 1
            except ShopError as refusal:
                self.message_user(request, f"{row}: {_told(refusal)}", messages.ERROR)
        if served:
            self.message_user(request, f"{done}: {served}", messages.SUCCESS)

    def ask(self, *, request: HttpRequest, rows: QuerySet[Any], form: Form, title: str) -> HttpResponse:
        """The page on which staff fill in what the action needs; it posts the same action again."""
        asked = [
            (name, value)
            for name, values in request.POST.lists()
            if name not in form.fields and name not in ("csrfmiddlewaretoken", ANSWERED)
            for value in values
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "rows": rows,
            "form": form,
            "asked": asked,
            "answered": ANSWERED,
            "page": request.POST.get(ANSWERED) or uuid4(),
        }
        return TemplateResponse(request, "admin/question.html", context)


class ReadOnly(ByActions):
    """A page to look at; what can be done is among its actions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(_TabularInline):
    """Rows of a row, to look at."""

    extra = 0
    can_delete = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields or ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def answers[F: Form](request: HttpRequest, form: type[F]) -> F:
    """The form, filled in if staff have come back from the page that asks for it; else not valid."""
    return form(request.POST if request.POST.get(ANSWERED) else None)


def _once(request: HttpRequest, actor_id: UUID, act: Callable[[Any], object]) -> Callable[[Any], object]:
    """The action as one transaction, whose repeats are answered and not run."""
    sent = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")

    def run(row: Any) -> object:
        def effect() -> idempotency.Answer:
            act(row)
            return idempotency.Answer(status=HTTPStatus.OK, body=None)

        return idempotency.once(
            user_id=actor_id,
            key=f"admin:{_digest(request.POST[ANSWERED], row._meta.label, row.pk)}",
            fingerprint=_digest(sent),
            now=timezone.now(),
            effect=effect,
            atomic=True,
        )

    return run


def _digest(*words: object) -> str:
    return hashlib.sha256(repr(words).encode()).hexdigest()


def _told(refusal: ShopError) -> str:
    """The refusal's sentence, with what it says of single fields."""
    details = refusal.details or {}
    return " ".join([str(refusal), *(f"{name}: {value}" for name, value in details.items())])
