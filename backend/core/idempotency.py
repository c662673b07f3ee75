"""Run a request's effect once per `Idempotency-Key`, and answer the repeats with the first answer."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import QuerySet

from backend.core import rows, transactions
from backend.core.errors import Conflict
from backend.core.models import IdempotencyKey

LEASE = timedelta(seconds=30)
KEPT = timedelta(hours=24)
RUNNING = "A request with this idempotency key is running"
_FIRST = "ON CONFLICT (user_id, key) DO NOTHING RETURNING id"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer worth repeating; `replayed` tells a repeat from the first."""

    status: int
    body: Any
    replayed: bool = False


def once(
    *, user_id: UUID, key: str, fingerprint: str, now: datetime, effect: Callable[[], Answer], atomic: bool
) -> Answer:
    """Run `effect` and keep its answer, or return the one that was kept for 24 hours.

    With `atomic` all is one transaction, and the key is free the moment its process dies. Without (an effect
    that talks to Stripe), the effect must itself be safe to repeat; a crashed one frees the key after 30 s.
    A refused effect frees it at once. Raises Conflict: `conflict` while another request with the key runs,
    `idempotency_mismatch` for another body.
    """
    way = _in_one_transaction if atomic else _under_a_lease
    return way(effect, IdempotencyKey(user_id=user_id, key=key, fingerprint=fingerprint, created_at=now), now)


@transactions.retried
def _in_one_transaction(effect: Callable[[], Answer], fresh: IdempotencyKey, now: datetime) -> Answer:
    """Holds an advisory lock on the key until the transaction ends, however it does."""
    if not _lock(fresh):
        raise Conflict(RUNNING)
    row = _known(fresh, now)
    if row is None:
        answer = effect()
        fresh.status, fresh.body = answer.status, answer.body
        # One that talks to Stripe may have taken the key meanwhile: it does not ask for the lock.
        if not rows.insert([fresh], otherwise=_FIRST):
            raise Conflict(RUNNING)
        return answer
    if row.status is None:
        raise Conflict(RUNNING)
    return Answer(status=row.status, body=row.body, replayed=True)


def _lock(fresh: IdempotencyKey) -> bool:
    digest = hashlib.sha256(f"{fresh.user_id} {fresh.key}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], "big", signed=True)]
        )
        return bool(cursor.fetchone()[0])


def _under_a_lease(effect: Callable[[], Answer], fresh: IdempotencyKey, now: datetime) -> Answer:
    row = _claim(fresh, now)
    if row.status is not None:
        return Answer(status=row.status, body=row.body, replayed=True)
    try:
        return _keep(row, effect())
    except BaseException:
        _held(row).delete()
        raise


def _claim(fresh: IdempotencyKey, now: datetime) -> IdempotencyKey:
    """The key's row: ours to run (status None, lease taken), or done."""
    _known(fresh, now)
    fresh.leased_until = now + LEASE
    IdempotencyKey.objects.bulk_create([fresh], ignore_conflicts=True)
    row = _known(fresh, now)
    if row is None:
        raise Conflict("A request with this idempotency key has just been refused; send it again")
    if row.status is None and not (_is_ours(row, fresh) or _take_over(row, now)):
        raise Conflict(RUNNING)
    return row


def _known(fresh: IdempotencyKey, now: datetime) -> IdempotencyKey | None:
    """The key's row, if it was used within the day. Raises Conflict if it was for another request."""
    which = "user_id = %(user_id)s AND key = %(key)s"
    row = next(iter(rows.select(IdempotencyKey, which, user_id=fresh.user_id, key=fresh.key)), None)
    if row is None:
        return None
    if row.created_at < now - KEPT:
        IdempotencyKey.objects.filter(pk=row.pk).delete()
        return None
    if row.fingerprint != fresh.fingerprint:
        raise Conflict("This idempotency key was used for another request", code="idempotency_mismatch")
    return row


def _is_ours(row: IdempotencyKey, fresh: IdempotencyKey) -> bool:
    return row.token == fresh.token


def _take_over(row: IdempotencyKey, now: datetime) -> bool:
    """Take the lease of a request that died; the conditional UPDATE lets one taker win."""
    dead = _held(row).filter(leased_until__lt=now)
    row.token = uuid4()
    return bool(dead.update(leased_until=now + LEASE, token=row.token))


def _held(row: IdempotencyKey) -> QuerySet[IdempotencyKey]:
    """The row, as long as it runs under the lease that we know of."""
    return IdempotencyKey.objects.filter(pk=row.pk, token=row.token, status__isnull=True)


def _keep(row: IdempotencyKey, answer: Answer) -> Answer:
    if not _held(row).update(status=answer.status, body=answer.body, leased_until=None):
        raise Conflict("This took too long, and a repeat with the same idempotency key has taken over")
    return answer


def prune(*, now: datetime) -> int:
    """Forget the keys of more than a day ago; returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()[0]
