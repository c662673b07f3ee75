"""Run a request's effect once per `Idempotency-Key`, and answer the repeats with the first answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet

from backend.core import transactions
from backend.core.errors import Conflict
from backend.core.models import IdempotencyKey

LEASE = timedelta(seconds=30)
KEPT = timedelta(hours=24)


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

    With `atomic` the effect and its answer commit together; without (an effect that talks to Stripe), the
    effect must itself be safe to repeat. A refused effect frees the key; a crashed one frees it after 30 s,
    and one that was only slow is undone when a repeat has taken the key over.
    Raises Conflict: `conflict` while another request with the key runs, `idempotency_mismatch` for another
    body.
    """
    row = _claim(user_id=user_id, key=key, fingerprint=fingerprint, now=now)
    if row.status is not None:
        return Answer(status=row.status, body=row.body, replayed=True)
    try:
        if not atomic:
            return _keep(row, effect())
        return _run_and_keep(row, effect)
    except BaseException:
        _held(row).delete()
        raise


@transactions.retried
def _run_and_keep(row: IdempotencyKey, effect: Callable[[], Answer]) -> Answer:
    return _keep(row, effect())


def _claim(*, user_id: UUID, key: str, fingerprint: str, now: datetime) -> IdempotencyKey:
    """The key's row: ours to run (status None, lease taken), or done."""
    stale = Q(created_at__lt=now - KEPT)
    IdempotencyKey.objects.filter(stale, user_id=user_id, key=key).delete()
    fresh = IdempotencyKey(
        user_id=user_id, key=key, fingerprint=fingerprint, leased_until=now + LEASE, created_at=now
    )
    IdempotencyKey.objects.bulk_create([fresh], ignore_conflicts=True)
    row = IdempotencyKey.objects.filter(user_id=user_id, key=key).first()
    if row is None:
        raise Conflict("A request with this idempotency key has just been refused; send it again")
    if row.fingerprint != fingerprint:
        raise Conflict("This idempotency key was used for another request", code="idempotency_mismatch")
    if row.status is None and not (_is_ours(row, fresh) or _take_over(row, now)):
        raise Conflict("A request with this idempotency key is running")
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
