"""The staff's live page: stock, orders and alerts as they happen. It reads; the sockets bring the news."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from redis import RedisError

from backend.accounts import actions as accounts
from backend.accounts import queries, tickets
from backend.accounts.tokens import InvalidToken
from backend.alerts import actions as alerts
from backend.alerts.shapes import alert_json
from backend.core.errors import Missing
from backend.inventory import queries as inventory
from backend.inventory.shapes import staff_stock_json

SHOWN = 50
LONGEST_SEARCH = 100
SIGN_IN = "shop_sign_in"


@never_cache
@require_safe
@staff_member_required
def live(request: HttpRequest) -> HttpResponse:
    """The page: the SKUs with the fewest units, or those that a search finds; the script does the rest."""
    search = request.GET.get("q", "").replace("\0", "")[:LONGEST_SEARCH].strip()
    found = inventory.staff_rows(search=search).order_by(F("on_hand") - F("held"), "sku")
    context = {
        "search": search,
        "stock": [staff_stock_json(row) for row in found[:SHOWN]],
        "count": found.count(),
        "currency": settings.CURRENCY.upper(),
    }
    response = render(request, "dashboard/live.html", context)
    response.headers["Content-Security-Policy"] = _policy(request.get_host())
    return response


@never_cache
@require_POST
def ticket(request: HttpRequest) -> JsonResponse:
    """A ticket for one socket, for whoever is signed in to the admin."""
    user: Any = request.user
    if not (user.is_active and user.is_staff):
        return _refusal("not_authenticated", "Sign in first", status=401)
    try:
        issued = tickets.issue(user_id=user.pk, session_id=_sign_in(request, user).pk)
    except RedisError:
        return _refusal("unavailable", "The live wire is down", status=503)
    return JsonResponse({"ticket": issued, "expires_in": tickets.LIFE_SECONDS})


@never_cache
@require_POST
def acknowledge(request: HttpRequest, alert_id: UUID) -> JsonResponse:
    """Say that somebody has seen to the alert."""
    user: Any = request.user
    if not (user.is_active and user.is_staff):
        return _refusal("not_authenticated", "Sign in first", status=401)
    try:
        alert = alerts.acknowledge(alert_id=alert_id, user=user, now=timezone.now())
    except Missing as refusal:
        return _refusal(refusal.code, str(refusal), status=404)
    return JsonResponse(alert_json(alert))


def _sign_in(request: HttpRequest, user: Any) -> Any:
    """The shop's sign-in behind the admin's: a deactivation ends it, and so closes the sockets."""
    known = request.session.get(SIGN_IN)
    if known:
        try:
            return queries.signed_in(user_id=user.pk, session_id=UUID(known))[1]
        except InvalidToken:
            pass  # it has ended; the admin's still lives, so open another
    opened = accounts.open_session(user=user, now=timezone.now())
    request.session[SIGN_IN] = str(opened.pk)
    return opened


def _refusal(code: str, error: str, *, status: int) -> JsonResponse:
    return JsonResponse({"error": error, "code": code, "details": None}, status=status)


def _policy(host: str) -> str:
    """Our own script, style and sockets, and nothing else."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' ws://{host} wss://{host}; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
