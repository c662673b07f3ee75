"""The `Idempotency-Key` header: a repeated request answers what the first one answered."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from api import auth
from backend.core import idempotency
from backend.core.errors import invalid_field

LONGEST_KEY = 255
HEADER: dict[str, Any] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "Sent again with the same key and body, the request is answered, not repeated.",
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
        }
    ]
}
Effect = Callable[[], tuple[int, dict[str, Any]]]


def answer(
    *, request: auth.Request, effect: Effect, replay_status: int = 200, atomic: bool = True
) -> HttpResponse:
    """The effect's (status, body) as an answer; with a key, once, and `Idempotency-Replayed: true` after."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        status, body = effect()
        return JsonResponse(body, status=status)
    # Servers read other letters in a header differently, or not at all.
    if not 0 < len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise invalid_field("Idempotency-Key", "Use 1 to 255 printable ASCII characters.")
    kept = idempotency.once(
        user_id=request.auth.pk,
        key=key,
        fingerprint=_fingerprint(request),
        now=timezone.now(),
        effect=lambda: idempotency.Answer(*effect()),
        atomic=atomic,
    )
    if not kept.replayed:
        return JsonResponse(kept.body, status=kept.status)
    return JsonResponse(kept.body, status=replay_status, headers={"Idempotency-Replayed": "true"})


def _fingerprint(request: HttpRequest) -> str:
    """The same for bodies that mean the same, however they are spaced or ordered."""
    body = json.dumps(json.loads(request.body), sort_keys=True) if request.body else ""
    return hashlib.sha256(f"{request.method} {request.path} {body}".encode()).hexdigest()
